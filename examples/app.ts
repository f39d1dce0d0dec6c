/**
 * The echo app: a page at `/`, a WebSocket that echoes at `/ws`. The same app on Deno and on Bun.
 */
import { readFile } from "node:fs/promises";
import process from "node:process";
import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { serve } from "../mod.ts";
import { upgradeWebSocket } from "../src/hono.ts";

/** What `/` is made of; nothing else is served. */
const FILES = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/page.css": ["page.css", "text/css; charset=utf-8"],
  "/page.js": ["page.js", "text/javascript; charset=utf-8"],
} as const;

export const app = new Hono();

app.get(
  "/ws",
  upgradeWebSocket(() => ({
    onMessage: (event, connection) => connection.send(event.data),
  })),
);

app.use(secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    connectSrc: ["'self'", "ws:", "wss:"],
    imgSrc: ["data:"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
  strictTransportSecurity: false,
}));

for (const [path, [name, type]] of Object.entries(FILES)) {
  app.get(path, async (c) => {
    const file = await readFile(new URL(`page/${name}`, import.meta.url));
    return c.body(new Uint8Array(file), 200, { "content-type": type, "cache-control": "no-cache" });
  });
}

/** Starts the app where `PORT` and `HOST` say, until SIGINT or SIGTERM. */
export function start(): void {
  const { PORT = "8000", HOST = "0.0.0.0" } = process.env;
  try {
    if (!/^\d{1,5}$/.test(PORT) || Number(PORT) > 65_535) {
      throw new RangeError(
        `Cannot start: expected PORT to be a number from 0 to 65535, got "${PORT}"`,
      );
    }
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
