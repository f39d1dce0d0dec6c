/** The roof of ".": servers and upgrades on the runtime that runs the program. */
import { routesWith } from "./adapters/bare.ts";
import { type BunWebSocketHandler, websocketFor } from "./adapters/bun.ts";
import { currentAdapter } from "./adapters/current.ts";
import type { WebSocketEvents } from "./connection/events.ts";
import { type FetchHandler, wrapFetch } from "./server/pipeline.ts";
import type { RouteDefaults, RouteOptions, UpgradeOptions } from "./server/route.ts";
import { type ServeOptions, startServer, type WebSocketServer } from "./server/serve.ts";
import { checkNames } from "./base/options.ts";
import { checkHostOptions, HOST_OPTIONS, type HostOptions } from "./server/host_options.ts";
import { ServerState } from "./server/server_state.ts";

/**
 * Starts a server on the runtime that runs the program: `Deno.serve` or `Bun.serve`.
 *
 * @example An echo server
 * ```ts
 * import { serve, upgradeWebSocket } from "@edgesocket/edgesocket";
 *
 * const server = serve({
 *   port: 8000,
 *   fetch: (request) =>
 *     upgradeWebSocket(request, {
 *       onMessage: (event, connection) => connection.send(event.data),
 *     }),
 * });
 * console.log(server.url);
 * ```
 *
 * @param options Where to listen and what to answer.
 * @returns The server, listening.
 * @throws {TypeError} If an option is of the wrong type.
 * @throws {RangeError} If an option is out of range.
 * @throws {Error} If the address cannot be listened on, or the runtime is neither Deno nor Bun.
 */
export function serve(options: ServeOptions): WebSocketServer {
  return startServer(options, currentAdapter);
}

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
  const checked = checkHostOptions(options);
  return {
    fetch: wrapFetch(fetch, new ServerState(checked, currentAdapter())),
    websocket: websocketFor(checked.maxPayloadLength),
  };
}

/**
 * Answers a WebSocket request of any server that speaks `fetch`.
 *
 * Judges the request and returns either a refusal or a 101 that stands for the upgrade. Under
 * `serve` and `handler` the upgrade happens when your whole pipeline has returned, with the headers
 * that it set; under a hand-written `Deno.serve` or `Bun.serve` it happens at once.
 *
 * Source: RFC 6455 §4.2; `Deno.upgradeWebSocket`; Bun `server.upgrade`.
 *
 * @example An echo server
 * ```ts
 * import { serve, upgradeWebSocket } from "@edgesocket/edgesocket";
 *
 * serve({
 *   fetch: (request) =>
 *     upgradeWebSocket(request, {
 *       onMessage: (event, connection) => connection.send(event.data),
 *     }),
 * });
 * ```
 *
 * @typeParam T What `connection.data` holds.
 * @param request The very object that the server passed to fetch, not a copy.
 * @param events What happens on the connection.
 * @param options The route's rules and limits. They are read once for each object: keep it outside of
 * the function that answers requests.
 * @returns A 101, or a refusal: 400, 403, 405, 426 (also for a request that is no upgrade at all),
 * 500 if an option of type function threw, 503.
 * @throws {TypeError} If an option is of the wrong type, or the request is not the server's own.
 * @throws {RangeError} If an option is out of range.
 * @throws {Error} If the request was upgraded before.
 */
export function upgradeWebSocket<T>(
  request: Request,
  events: WebSocketEvents<T>,
  options: UpgradeOptions<T> & { readonly data: (request: Request) => T },
): Response;
/** The same without `data`: then `connection.data` is `undefined`. */
export function upgradeWebSocket(
  request: Request,
  events: WebSocketEvents,
  options?: RouteOptions,
): Response;
export function upgradeWebSocket(
  request: Request,
  events: WebSocketEvents,
  options?: UpgradeOptions,
): Response {
  return routeOf(options).answer(request, events, options?.info);
}

const routeOf = routesWith();

/**
 * Makes an `upgradeWebSocket` for all routes of an app: origin, timeouts and limits are said once.
 *
 * @example Two routes that other pages may connect to, too
 * ```ts
 * import { createUpgradeWebSocket, serve } from "@edgesocket/edgesocket";
 *
 * const upgradeWebSocket = createUpgradeWebSocket({
 *   origin: ["same-origin", "https://app.example"],
 *   idleTimeout: 30,
 * });
 * const large = { maxPayloadLength: 8 * 1024 * 1024 };
 *
 * serve({
 *   fetch: (request) =>
 *     upgradeWebSocket(request, {
 *       onMessage: (event, connection) => connection.send(event.data),
 *     }, new URL(request.url).pathname === "/large" ? large : undefined),
 * });
 * ```
 *
 * @param defaults What holds for a route whose own options do not say otherwise.
 * @returns `upgradeWebSocket` with these defaults.
 * @throws {TypeError} If an option is of the wrong type.
 * @throws {RangeError} If an option is out of range.
 */
export function createUpgradeWebSocket(defaults: RouteDefaults): typeof upgradeWebSocket {
  const routeOf = routesWith(defaults);
  routeOf();
  return (request: Request, events: WebSocketEvents<never>, options?: UpgradeOptions) =>
    routeOf(options).answer(request, events as WebSocketEvents, options?.info);
}
