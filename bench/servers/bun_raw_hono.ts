/** `Bun.serve` behind Hono's routing, without any helper: what the router itself costs. */
import { Hono } from "hono";
import { Bun, type BunServer, type BunWebSocket } from "../bun.ts";
import { obey, publish, room } from "./control.ts";

const app = new Hono<{ Bindings: BunServer }>();
app.get("/ws", (c) => new Response(null, { status: c.env.upgrade(c.req.raw) ? 200 : 426 }));

const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: app.fetch,
  websocket: {
    open: (socket: BunWebSocket) => void room?.add(socket),
    message(socket: BunWebSocket, message: string | Uint8Array) {
      if (room) publish(message);
      else socket.send(message);
    },
    close: (socket: BunWebSocket) => void room?.delete(socket),
  },
});
obey(server.port);
