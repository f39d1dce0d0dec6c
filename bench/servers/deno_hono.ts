/** Hono's own helper for Deno, `hono/deno`. */
import { Hono } from "hono";
import { upgradeWebSocket } from "hono/deno";
import { obey, publish, room } from "./control.ts";

const app = new Hono();
app.get(
  "/ws",
  upgradeWebSocket(() => ({
    onOpen: (_, socket) => void room?.add(socket),
    onMessage(event, socket) {
      if (room) publish(event.data);
      else socket.send(event.data as string);
    },
  })),
);

const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, app.fetch);
obey(server.addr.port);
