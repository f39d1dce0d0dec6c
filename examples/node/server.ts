/** An echo server on Node: the one for Deno or Bun, but for where `serve` comes from. */
import process from "node:process";
import { Hono } from "hono";
import { upgradeWebSocket } from "edgesocket/hono";
import { serve } from "edgesocket/node";

const app = new Hono();

app.get(
  "/ws",
  upgradeWebSocket(() => ({
    onMessage: (event, connection) => connection.send(event.data),
    onClose: (event) => console.log("closed", event.code, event.cause),
  })),
);

const server = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 8000) });

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => server.shutdown().then(() => process.exit(0)));
}
