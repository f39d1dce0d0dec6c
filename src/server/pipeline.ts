import type { FetchHandler } from "./adapter.ts";
import { type BunWebSocketHandler, websocketFor } from "../adapters/bun.ts";
import { asksForWebSocket, misdirected, refusalResponse } from "../handshake/rules.ts";
import { Host, type HostOptions } from "./server_state.ts";
import { adopt, intentOf } from "./request_state.ts";
import { mismatch } from "../base/usage_error.ts";
import { currentAdapter } from "../adapters/current.ts";

/** What `export default` takes under `deno serve` and `bun`, and `Bun.serve` as its options. */
export interface Handler {
  /** Answers a request; `context` is whatever the runtime passes beside it. */
  fetch(request: Request, context?: unknown): Response | Promise<Response>;
  /** Bun's socket handlers; other runtimes pass it over. */
  readonly websocket: BunWebSocketHandler;
}

/**
 * Wraps `fetch` so that WebSocket upgrades happen after the whole pipeline, with its headers, and
 * so that nothing that it throws reaches the listener.
 *
 * @example One file for `deno serve server.ts` and `bun server.ts`
 * ```ts
 * import { Hono } from "hono";
 * import { handler } from "@edgesocket/edgesocket";
 * import { upgradeWebSocket } from "@edgesocket/edgesocket/hono";
 *
 * const app = new Hono();
 * app.get("/ws", upgradeWebSocket(() => ({
 *   onMessage: (event, connection) => connection.send(event.data),
 * })));
 * export default handler(app.fetch);
 * ```
 *
 * @param fetch Answers requests: `app.fetch` of Hono, or your own function.
 * @param options What is decided once for all routes.
 * @returns `fetch` for `Deno.serve(fetch)`, and the whole for `Bun.serve` and `export default`.
 * @throws {TypeError} If `fetch` is not a function or an option is of the wrong type.
 * @throws {RangeError} If an option is out of range.
 */
export function handler(
  fetch: FetchHandler,
  options: HostOptions = {},
): Handler {
  const host = new Host(options, () => currentAdapter().connectionLimit());
  return {
    fetch: wrap(fetch, host),
    websocket: websocketFor(host.maxPayloadLength),
  };
}

/** The pipeline with the upgrade behind it. */
export function wrap(fetch: FetchHandler, host: Host): Handler["fetch"] {
  if (typeof fetch !== "function") {
    throw mismatch("serve", "fetch to be a function (of Hono: app.fetch)", typeof fetch);
  }
  const run = fetch as (
    request: Request,
    context: unknown,
  ) => Response | Promise<Response>;

  const failed = (error: unknown): Response => {
    host.report(error, undefined);
    return new Response("Internal Server Error\n", { status: 500 });
  };
  const commit = (
    request: Request,
    context: unknown,
    response: Response,
  ): Response => {
    const intent = response.status === 101 ? intentOf(request) : undefined;
    if (intent === undefined) return response;
    return currentAdapter().commit(request, context, intent, response, host);
  };

  return (request, context) => {
    const upgrading = asksForWebSocket(request);
    if (upgrading) {
      const lost = misdirected(request);
      if (lost) {
        host.refuse(request, lost);
        return refusalResponse(lost);
      }
      adopt(request, host);
    }
    try {
      const answer = run(request, context);
      if (!(answer instanceof Promise)) {
        return upgrading ? commit(request, context, answer) : answer;
      }
      const done = upgrading
        ? answer.then((response) => commit(request, context, response))
        : answer;
      return done.catch(failed);
    } catch (error) {
      return failed(error);
    }
  };
}
