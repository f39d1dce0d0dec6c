/**
 * Answers calls without a hub, in the way that the last argument names: a `loop` that does the least
 * for the same frames, on our own connections; `native`, the same on the WebSockets of the runtime;
 * `socket.io` with acknowledgements; `trpc` over WebSockets.
 */
import process from "node:process";
import { upgradeWebSocket } from "../../mod.ts";
import { Bun, type BunServer, type BunWebSocket } from "../bun.ts";
import { obey } from "./control.ts";
import { loop, type Peer } from "./hub_loop.ts";
import { serve } from "./serve.ts";

const way = process.argv.at(-1)!;
const where = { port: 0, hostname: "127.0.0.1", onListen: () => {} };
const { Deno: deno } = globalThis as unknown as { Deno?: typeof Deno };
const onNode = deno === undefined && Bun === undefined;

/** What is installed for the bench alone is imported by a name that no compiler looks up. */
// deno-lint-ignore no-explicit-any -- of other people's packages
const peer = (name: string): Promise<any> => import(name);

async function onOurs(): Promise<number> {
  const server = await serve({
    ...where,
    fetch: (request) =>
      upgradeWebSocket(request, {
        onOpen: (_, connection) => loop.open(connection),
        onMessage: ({ data }, connection) => loop.message(connection, data as string),
        onClose: (_, connection) => loop.close(connection),
      }),
  });
  return server.port;
}

function native(): number | Promise<number> {
  if (onNode) return onWs();
  if (deno === undefined) {
    return Bun.serve({
      ...where,
      fetch: (request: Request, server: BunServer) =>
        server.upgrade(request) ? undefined : new Response(null, { status: 426 }),
      websocket: {
        open: (socket: BunWebSocket) => loop.open(socket),
        message: (socket: BunWebSocket, data: string) => loop.message(socket, data),
        close: (socket: BunWebSocket) => loop.close(socket),
      },
    }).port;
  }
  return deno.serve(where, (request) => {
    const { response, socket } = deno.upgradeWebSocket(request);
    socket.onopen = () => loop.open(socket);
    socket.onmessage = ({ data }) => loop.message(socket, data);
    socket.onclose = () => loop.close(socket);
    return response;
  }).addr.port;
}

async function onWs(): Promise<number> {
  const { WebSocketServer } = await peer("ws");
  const server = new WebSocketServer({ port: 0, host: where.hostname });
  server.on("connection", (socket: Peer & { on(event: string, listener: unknown): void }) => {
    loop.open(socket);
    socket.on("message", (data: { toString(): string }) => loop.message(socket, data.toString()));
    socket.on("close", () => loop.close(socket));
  });
  await new Promise((resolve) => server.on("listening", resolve));
  return server.address().port;
}

/** With `ws`, which it brings itself; on Bun with the engine that it has for it. */
async function socketIo(): Promise<number> {
  const { Server } = await peer("socket.io");
  const io = new Server({ serveClient: false });
  type Ack = (text: string) => void;
  io.on(
    "connection",
    (socket: { on(event: string, listener: (text: string, ack: Ack) => void): void }) => {
      socket.on("echo", (text, ack) => ack(text));
      socket.on("shout", (text, ack) => {
        io.emit("told", text);
        ack(text);
      });
    },
  );
  if (deno === undefined && !onNode) {
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

async function trpc(): Promise<number> {
  const { initTRPC } = await peer("@trpc/server");
  const { applyWSSHandler } = await peer("@trpc/server/adapters/ws");
  const { WebSocketServer } = await peer("ws");
  const v: typeof import("npm:valibot@1.5.0") = await peer("valibot");
  const t = initTRPC.create();
  const router = t.router({
    echo: t.procedure.input(v.string()).query(({ input }: { input: string }) => input),
  });
  const wss = new WebSocketServer({ port: 0, host: where.hostname });
  applyWSSHandler({ wss, router });
  await new Promise((resolve) => wss.on("listening", resolve));
  return wss.address().port;
}

const WAYS: Record<string, () => number | Promise<number>> = {
  loop: onOurs,
  native,
  "socket.io": socketIo,
  trpc,
};
obey(await WAYS[way]!(), { speaks: () => way });
