/** Socket.IO in several processes, with its adapter for Redis; on Bun with the engine that it has for it. */
import { Bun } from "../bun.ts";
import { obeyScaling, peer, redisPair } from "./scaling.ts";

/** Milliseconds in which its adapter has subscribed to what it needs, which it tells nobody. */
const SUBSCRIBED = 500;

const where = { port: 0, hostname: "127.0.0.1" };
const { Server } = await peer("socket.io");
const io = new Server({ serveClient: false });

type Ack = (text: string) => void;
type Socket = { on(event: string, listener: (text: string, ack: Ack) => void): void };
io.on("connection", (socket: Socket) => {
  socket.on("echo", (text, ack) => ack(text));
  socket.on("shout", (text, ack) => {
    io.emit("told", text);
    ack(text);
  });
});

async function listen(): Promise<number> {
  if (Bun !== undefined) {
    const engine = new (await peer("@socket.io/bun-engine")).Server({ path: "/socket.io/" });
    io.bind(engine);
    return Bun.serve({ ...where, ...engine.handler() }).port;
  }
  const { createServer } = await import("node:http");
  const server = createServer();
  io.attach(server);
  await new Promise<void>((resolve) => server.listen(0, where.hostname, () => resolve()));
  return (server.address() as { port: number }).port;
}

obeyScaling(await listen(), "socket.io", async (engine) => {
  const { createAdapter } = await peer("@socket.io/redis-adapter");
  const { publisher, subscriber } = await redisPair(engine);
  io.adapter(createAdapter(publisher, subscriber));
  await new Promise((resolve) => setTimeout(resolve, SUBSCRIBED));
});
