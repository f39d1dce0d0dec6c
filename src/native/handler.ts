import { type BunWebSocketHandler, websocketFor } from "../adapters/bun_websocket.ts";
import { currentAdapter } from "../adapters/current.ts";
import { checkNames } from "../base/options.ts";
import { checkHostOptions, HOST_OPTIONS, type HostOptions } from "../server/host_options.ts";
import { type FetchHandler, wrapFetch } from "../server/pipeline.ts";
import { ServerState } from "../server/server_state.ts";

/** What `export default` takes under `deno serve` and `bun`, and `Bun.serve` as its options. */
export interface Handler {
  /** Answers a request; `context` is whatever the runtime passes beside it. */
  fetch(request: Request, context?: unknown): Response | Promise<Response>;
  /** Bun's socket handlers; other runtimes ignore them. */
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
 * @throws {Error} If the runtime is neither Deno nor Bun.
 */
export function handler(
  fetch: FetchHandler,
  options: HostOptions = {},
): Handler {
  checkNames("handler", options, HOST_OPTIONS);
  const state = new ServerState(checkHostOptions(options), currentAdapter());
  return {
    fetch: wrapFetch(fetch, state),
    websocket: websocketFor(state.maxPayloadLength, state.compresses),
  };
}
