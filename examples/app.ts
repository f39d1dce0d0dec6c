/**
 * The echo app: a page at `/`, a WebSocket that echoes at `/ws`. The same app on Deno and on Bun.
 */
import process from "node:process";
import { Hono } from "hono";
import { serve } from "../mod.ts";
import { upgradeWebSocket } from "../src/hono.ts";
import { page } from "./page.ts";
import { verdict } from "./verdict.ts";

/** What the app may be told. */
export interface AppOptions {
  /** Whether the page may connect to other servers than its own. */
  readonly anyServer?: boolean;
}

/** Makes the app. */
export function createApp({ anyServer = false }: AppOptions = {}): Hono {
  const app = new Hono();

  app.get(
    "/ws",
    upgradeWebSocket(() => ({
      onMessage: (event, connection) => connection.send(event.data),
    })),
  );

  app.route("/verdict", verdict());
  app.route("/", page(anyServer));
  return app;
}

/**
 * Starts the app where `PORT` and `HOST` say, until SIGINT or SIGTERM. `ANY_SERVER=1` lets the page
 * connect to other servers.
 */
export function start(): void {
  const { PORT = "8000", HOST = "0.0.0.0", ANY_SERVER = "0" } = process.env;
  try {
    if (!/^\d{1,5}$/.test(PORT) || Number(PORT) > 65_535) {
      throw new RangeError(
        `Cannot start: expected PORT to be a number from 0 to 65535, got "${PORT}"`,
      );
    }
    if (!/^[01]$/.test(ANY_SERVER)) {
      throw new RangeError(`Cannot start: expected ANY_SERVER to be 0 or 1, got "${ANY_SERVER}"`);
    }
    const app = createApp({ anyServer: ANY_SERVER === "1" });
    const server = serve({ fetch: app.fetch, port: Number(PORT), hostname: HOST });
    console.log(`Echo app: ${server.url}`);
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, () => server.shutdown().then(() => process.exit(0)));
    }
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
}
