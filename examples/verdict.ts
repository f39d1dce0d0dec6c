import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { checkHandshake } from "edgesocket";

/** Bytes that a description of a request may have. */
const LARGEST = 16 * 1024;

/** An opening handshake as browsers send it, but for `Host` and `Origin`. */
const OPENING = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};

/**
 * Tells what the echo endpoint would say to a handshake, so that a developer sees why there is a 403.
 *
 * `GET` judges a handshake from the page that asks, wherever it comes from: a browser hides from a
 * page why its WebSocket was refused. `POST` judges the one that it is sent: `{ "headers": { ... } }`,
 * laid over a well-formed handshake for this server; `null` takes a header away.
 */
export function verdict(): Hono {
  const app = new Hono();

  // Any page may ask: the answer holds nothing but what a refused handshake says anyway.
  app.get("/", cors(), (c) => {
    const { origin, host } = c.req.header();
    return c.json(judge(c.req.url, { host: host ?? null, origin: origin ?? null }));
  });

  app.post(
    "/",
    bodyLimit({ maxSize: LARGEST, onError: (c) => c.json(fault("at most 16 KiB"), 413) }),
    async (c) => {
      const description: unknown = await c.req.json().catch(() => undefined);
      const headers = headersIn(description);
      if (headers === undefined) {
        return c.json(
          fault('JSON such as { "headers": { "origin": "https://app.example" } }'),
          400,
        );
      }
      try {
        return c.json(judge(c.req.url, { host: c.req.header("host") ?? null, ...headers }));
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

type Described = Record<string, string | null>;

function headersIn(description: unknown): Described | undefined {
  if (typeof description !== "object" || description === null) return;
  const { headers } = description as { headers?: unknown };
  if (typeof headers !== "object" || headers === null || Array.isArray(headers)) return;
  const lowerCase = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return lowerCase.every(([, value]) => typeof value === "string" || value === null)
    ? Object.fromEntries(lowerCase)
    : undefined;
}

function judge(url: string, described: Described) {
  const headers = new Headers();
  for (const [name, value] of Object.entries({ ...OPENING, ...described })) {
    if (value !== null) headers.set(name, value);
  }
  const verdict = checkHandshake(new Request(new URL("/ws", url), { headers }));
  return { ...verdict, headers: undefined };
}
