/** What healthy clients do in a moment must not end them: with npm's `ws`. */
import { assertEquals } from "@std/assert";
import { WebSocket } from "npm:ws@8.23.0";
import type { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { BURSTS, numbered, WAYS } from "../../support/bursts.ts";
import { type WireRuntime, wireRuntimes } from "../../support/runtimes.ts";
import { route, suite } from "../../support/suite.ts";
import { within } from "../../support/within.ts";

/** Resolves when every message of the burst has come, in order and whole. */
function whole(socket: WebSocket, count: number, size: number): Promise<void> {
  return within(
    new Promise((resolve, reject) => {
      let next = 0;
      socket.on("message", (data: Buffer) => {
        if (`${data}` !== numbered(next, size)) {
          reject(new Error(`message ${next} is not the next`));
        }
        if (++next === count) resolve();
      });
      socket.on("close", (code: number) => reject(new Error(`${next} of ${count}, then ${code}`)));
    }),
    `${count} messages of ${size} bytes`,
  );
}

/** Resolves when the server has taken what waits here, or takes no more until we read. */
async function sentAll(socket: WebSocket): Promise<void> {
  let before = -1;
  for (let still = 0; socket.bufferedAmount > 0 && still < 10;) {
    still = socket.bufferedAmount === before ? still + 1 : 0;
    before = socket.bufferedAmount;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function burstSuite(runtime: WireRuntime): void {
  const test = suite(runtime, { QUIET: "1" });

  for (const [way, words] of Object.entries(WAYS)) {
    test(`a burst is ${way} whole: ${words}`, async (server) => {
      for (const { count, size } of BURSTS) {
        const socket = new WebSocket(server.url(way === "pushed" ? route() : "/echo"));
        await within(new Promise((resolve) => socket.once("open", resolve)), "an open socket");
        const done = whole(socket, count, size);
        const tcp = (socket as unknown as { _socket: Socket })._socket;
        if (way === "pushed") socket.send(`!push ${count} ${size}`);
        if (way === "echoed late") tcp.pause();
        if (way !== "pushed") { for (let i = 0; i < count; i++) socket.send(numbered(i, size)); }
        if (way === "echoed late") {
          await sentAll(socket);
          tcp.resume();
        }
        await done;
        socket.close(1000);
        await within(new Promise((resolve) => socket.once("close", resolve)), "the end");
        assertEquals(socket.readyState, WebSocket.CLOSED);
      }
    });
  }

  test("one message larger than maxBackpressure arrives, and the next ones too", async (server) => {
    const socket = new WebSocket(server.url(route({ maxBackpressure: 1_048_576 })));
    await within(new Promise((resolve) => socket.once("open", resolve)), "an open socket");
    const lengths: number[] = [];
    const both = new Promise<void>((resolve) =>
      socket.on("message", (data: Buffer) => lengths.push(data.length) === 2 && resolve())
    );
    socket.send("!push 1 8000000");
    socket.send("!headers none");
    await within(both, "both messages");
    assertEquals(lengths, [8_000_000, "none".length]);
    socket.close(1000);
    await within(new Promise((resolve) => socket.once("close", resolve)), "the end");
  });
}

for (const runtime of wireRuntimes) burstSuite(runtime);
