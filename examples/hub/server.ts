/** A live dashboard of its own process: `deno task start:hub`, or `bun examples/hub/server.ts`. */
import process from "node:process";
import { Hono } from "hono";
import { serve } from "edgesocket";
import { hub } from "edgesocket/hono";
import { address } from "../settings.ts";
import { dashboard } from "./dashboard.ts";
import { page } from "./page.ts";

const app = new Hono();
app.use("/dashboard/*", hub(dashboard));
app.route("/", page());

const server = serve({
  fetch: app.fetch,
  ...address(),
  onListen: ({ url }) => console.log(`Dashboard: ${url}`),
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => server.shutdown().then(() => process.exit(0)));
}
