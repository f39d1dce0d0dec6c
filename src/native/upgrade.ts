import { routesWith } from "../adapters/bare.ts";
import type { WebSocketEvents } from "../connection/events.ts";
import type { RouteDefaults, RouteOptions, UpgradeOptions } from "../server/route.ts";

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
 * import { createUpgradeWebSocket, serve, type WebSocketEvents } from "@edgesocket/edgesocket";
 *
 * const upgradeWebSocket = createUpgradeWebSocket({
 *   origin: ["same-origin", "https://app.example"],
 *   idleTimeout: 30,
 * });
 * const echo: WebSocketEvents = {
 *   onMessage: (event, connection) => connection.send(event.data),
 * };
 * serve({
 *   fetch: (request) =>
 *     new URL(request.url).pathname === "/large"
 *       ? upgradeWebSocket(request, echo, { maxPayloadLength: 8 * 1024 * 1024 })
 *       : upgradeWebSocket(request, echo),
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
