/** edgesocket behind Hono, every option at its default, on Deno and on Bun. */
import { Hono } from "hono";
import { serve } from "../../mod.ts";
import { upgradeWebSocket } from "../../src/hono.ts";
import { obey, publish, room } from "./control.ts";

const app = new Hono();
app.get(
  "/ws",
  upgradeWebSocket(() => ({
    onOpen: (_, connection) => void room?.add(connection),
    onMessage(event, connection) {
      if (room) publish(event.data);
      else connection.send(event.data);
    },
    onClose: (_, connection) => void room?.delete(connection),
  })),
);

serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: app.fetch,
  onListen: ({ port }) => obey(port),
});
