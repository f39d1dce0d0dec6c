/** An echo server on Deno: `deno task start` starts it. */
import process from "node:process";
import { Hono } from "hono";
import { serve } from "edgesocket";
import { upgradeWebSocket } from "edgesocket/hono";
import { inspected } from "../inspect/inspected.ts";
import { playground } from "../playground.ts";
import { address } from "../settings.ts";

const app = new Hono();

app.get(
  "/ws",
  upgradeWebSocket(() =>
    inspected({
      onMessage: (event, connection) => connection.send(event.data),
      onClose: (event) => console.log("closed", event.code, event.cause),
    })
  ),
);

// A page to try it with. An app of your own goes without it.
app.route("/", playground(() => server));

const server = serve({
  fetch: app.fetch,
  ...address(), // or port: 8000
  onListen: ({ url }) => console.log(`Echo app: ${url}`),
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => server.shutdown().then(() => process.exit(0)));
}
