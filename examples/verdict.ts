import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import type { WebSocketServer } from "edgesocket";
import { Judge } from "./judge.ts";

/** Bytes that a description of a request may have. */
const LARGEST = 16 * 1024;

/**
 * Tells what the echo endpoint would say to a handshake, so that a developer sees why there is a 403.
 *
 * - `GET` judges a handshake from the page that asks, wherever it comes from: a browser hides from a
 *   page why its WebSocket was refused.
 * - `POST` of `{ "path": "/ws", "protocols": [] }` judges any path, for pages of this server only.
 * - `POST` of `{ "headers": { ... } }` judges these, laid over a well-formed handshake, by the rules
 *   alone; `null` takes a header away.
 *
 * The first two are real handshakes with the own server: no rule says that there is no room, that
 * it is shutting down, or that there is nothing at a path. Such a handshake comes from this machine,
 * so that limits by address do not see whose it is.
 */
export function verdict(server?: () => WebSocketServer): Hono {
  const app = new Hono();
  const judge = new Judge(server);

  // Any page may ask: the answer holds nothing but what a refused handshake says anyway.
  app.get("/", cors(), async (c) => {
    const { origin, host } = c.req.header();
    const protocols = c.req.query("protocols") ?? "";
    try {
      return c.json(await judge.real(c.req.url, "/ws", { host, origin }, protocols));
    } catch (error) {
      return c.json(fault(`an answer of the own server (${(error as Error).message})`), 502);
    }
  });

  app.post(
    "/",
    bodyLimit({ maxSize: LARGEST, onError: (c) => c.json(fault("at most 16 KiB"), 413) }),
    async (c) => {
      const description: unknown = await c.req.json().catch(() => undefined);
      const { origin, host, cookie } = c.req.header();
      const handshake = handshakeIn(description);
      if (handshake) {
        // Whatever trusts this machine must not be asked by pages from elsewhere.
        if (origin === undefined || !URL.canParse(origin) || new URL(origin).host !== host) {
          return c.json(fault("a page of this server"), 403);
        }
        const { path, protocols } = handshake;
        try {
          return c.json(await judge.real(c.req.url, path, { host, origin, cookie }, protocols));
        } catch (error) {
          return c.json(fault(`an answer of the own server (${(error as Error).message})`), 502);
        }
      }
      const headers = headersIn(description);
      if (headers === undefined) {
        return c.json(
          fault('JSON such as { "headers": { "origin": "https://app.example" } }'),
          400,
        );
      }
      try {
        return c.json(judge.rules(c.req.url, { host: host ?? null, ...headers }));
      } catch (error) {
        return c.json(fault(`names and values of headers (${(error as Error).message})`), 400);
      }
    },
  );
  return app;
}

/** What came in place of the expected. */
function fault(expected: string): { error: string } {
  return { error: `Cannot judge the request: expected ${expected}` };
}

/** A path of this server and the subprotocols that are offered, if that is what was sent. */
function handshakeIn(description: unknown): { path: string; protocols: string } | undefined {
  if (typeof description !== "object" || description === null) return;
  const { path, protocols } = description as { path?: unknown; protocols?: unknown };
  if (typeof path !== "string" || !/^\/[!-~]*$/.test(path)) return;
  if (!Array.isArray(protocols)) return;
  const joined = protocols.join(", ");
  return /^[!-~ ]*$/.test(joined) ? { path, protocols: joined } : undefined;
}

function headersIn(description: unknown): Record<string, string | null> | undefined {
  if (typeof description !== "object" || description === null) return;
  const { headers } = description as { headers?: unknown };
  if (typeof headers !== "object" || headers === null || Array.isArray(headers)) return;
  const lowerCase = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return lowerCase.every(([, value]) => typeof value === "string" || value === null)
    ? Object.fromEntries(lowerCase)
    : undefined;
}
