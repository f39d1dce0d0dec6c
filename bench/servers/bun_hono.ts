/** Hono's own helper for Bun, `hono/bun`. */
import { Hono } from "hono";
import { upgradeWebSocket, websocket } from "hono/bun";
import { Bun } from "../bun.ts";
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

const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: app.fetch, websocket });
obey(server.port);
