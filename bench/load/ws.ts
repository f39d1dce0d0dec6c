/**
 * A second load generator, whose WebSocket is not ours: the client of ws, on Node. It is several times
 * slower, so that servers wait for it; it is there to confirm what the first one says of an echo.
 */
import { Buffer } from "node:buffer";
import process from "node:process";
import { answerLines } from "../lines.ts";
import type { Echo } from "./crowd.ts";
import { type Effort, stopwatch } from "./effort.ts";

interface Client {
  on(event: "open", listener: () => void): void;
  on(event: "error", listener: (error: Error) => void): void;
  on(event: "message", listener: (data: Buffer, binary: boolean) => void): void;
  send(data: Buffer, options: { binary: boolean }): void;
  removeAllListeners(event: "message"): void;
}

// Imported by name at run time: ws is installed for the bench alone.
const name: string = "ws";
const { WebSocket } = await import(name) as {
  WebSocket: new (url: string, options: { perMessageDeflate: boolean }) => Client;
};
const clients: Client[] = [];
const url = `ws://127.0.0.1:${process.argv[2]}/ws`;

function open(): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new WebSocket(url, { perMessageDeflate: false });
    client.on("open", () => resolve(client));
    client.on("error", reject);
  });
}

async function grow({ total }: { total: number }): Promise<Effort> {
  const effort = stopwatch();
  const missing = total - clients.length;
  while (clients.length < total) clients.push(await open());
  return effort(missing);
}

async function echo({ lanes, window, seconds, size, binary }: Echo): Promise<Effort> {
  const messages = Array.from(
    { length: 64 },
    (_, index) => Buffer.alloc(size, String(index).padStart(8, "-")),
  );
  let received = 0;
  let inFlight = lanes * window;
  let over = false;
  let landed = () => {};
  const effort = stopwatch();
  for (const client of clients.slice(0, lanes)) {
    let [sent, heard] = [0, 0];
    const send = () => client.send(messages[sent++ % messages.length]!, { binary });
    client.on("message", (data, isBinary) => {
      if (isBinary !== binary || !data.equals(messages[heard++ % messages.length]!)) {
        console.error(`Cannot count an echo: expected number ${heard} as it was sent, got another`);
        process.exit(1);
      }
      if (!over) {
        received++;
        return send();
      }
      if (--inFlight === 0) landed();
    });
    for (let message = 0; message < window; message++) send();
  }
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const result = effort(received);
  over = true;
  await new Promise<void>((resolve) => landed = resolve);
  for (const client of clients) client.removeAllListeners("message");
  return result;
}

answerLines({ grow, echo });
