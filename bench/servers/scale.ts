/** What `bench/hubs_scale.ts` measures: a `hub` or `socket.io`, with a Redis behind on `ENGINE_PORT`. */
import process from "node:process";
import { createClient } from "redis";
import { serve } from "../../mod.ts";
import { call, defineHub, type Schema } from "../../src/hubs.ts";
import { redis } from "../../src/redis.ts";

const { ENGINE_PORT } = process.env;

/** Takes any text, as fast as a schema can. */
const text: Schema<string, string> = {
  "~standard": {
    version: 1,
    vendor: "bench",
    validate: (value) =>
      typeof value === "string" ? { value } : { issues: [{ message: "expected text" }] },
  },
};

/** What is installed for the bench alone is imported by a name that no compiler looks up. */
// deno-lint-ignore no-explicit-any -- of other people's packages
const peer = (name: string): Promise<any> => import(name);

function clients() {
  const publisher = createClient({
    disableOfflineQueue: true,
    pingInterval: 10_000,
    socket: {
      host: "127.0.0.1",
      port: Number(ENGINE_PORT),
      socketTimeout: 20_000,
      reconnectStrategy: 500,
    },
  });
  return { publisher, subscriber: publisher.duplicate() };
}

function hub(): void {
  const { publisher, subscriber } = clients();
  const broker = redis({ publisher, subscriber, prefix: "bench" });
  const h = defineHub()({ client: { told: call(text) } });
  const made = h.create({
    echo: h.method([text], (_context, said) => said),
    shout: h.method([text], async (context, said) => {
      await context.clients.all.told(said);
      return said;
    }),
  }, { broker, secret: "sixteen letters, or more" });
  for (const client of [publisher, subscriber]) client.connect();
  serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) => made.handle(request),
    onListen: ({ port }) => console.log(port),
  });
}

async function socketIo(): Promise<void> {
  const { Server } = await peer("npm:socket.io@4.8.4");
  const { createAdapter } = await peer("npm:@socket.io/redis-adapter@8.3.0");
  const { publisher, subscriber } = clients();
  await Promise.all([publisher.connect(), subscriber.connect()]);
  const io = new Server({ serveClient: false, adapter: createAdapter(publisher, subscriber) });
  type Ack = (text: string) => void;
  type Socket = { on(event: string, listener: (text: string, ack: Ack) => void): void };
  io.on("connection", (socket: Socket) => {
    socket.on("echo", (said, ack) => ack(said));
    socket.on("shout", (said, ack) => {
      io.emit("told", said);
      ack(said);
    });
  });
  const { createServer } = await import("node:http");
  const server = createServer();
  io.attach(server);
  server.listen(0, "127.0.0.1", () => console.log((server.address() as { port: number }).port));
}

if (process.argv.at(-1) === "hub") hub();
else await socketIo();
