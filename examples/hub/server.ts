/**
 * A live dashboard of its own process: `deno task start:hub`, or `bun examples/hub/server.ts`. With
 * `REDIS_URL` and `HUB_SECRET` as many processes as you like, whose limits are the same.
 */
import process from "node:process";
import { Hono } from "hono";
import { serve } from "edgesocket";
import { hub } from "edgesocket/hono";
import { address } from "../settings.ts";
import { makeDashboard } from "./dashboard.ts";
import { openShared } from "./limits.ts";
import { page } from "./page.ts";

const shared = await openShared();
// The same in every process. Where there is one only, nobody else has to know it.
const dashboard = makeDashboard(shared, process.env.HUB_SECRET ?? crypto.randomUUID());

const app = new Hono();
app.use("/dashboard/*", hub(dashboard));
app.route("/", page());

const server = serve({
  fetch: app.fetch,
  ...address(),
  onListen: ({ url }) => console.log(`Dashboard: ${url}`),
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, async () => {
    await server.shutdown();
    await dashboard.close();
    shared.close();
    process.exit(0);
  });
}
