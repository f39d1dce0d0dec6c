import { routeOf } from "../adapters/bare.ts";
import type { WebSocketEvents } from "../connection/events.ts";
import {
  type AcceptedHandshake,
  type Route,
  type UpgradeOptions,
  upgradeRequired,
} from "../server/route.ts";
import type { HonoEvents } from "./events.ts";
import type { HonoContext, UpgradeMiddleware, UpgradeResponse } from "./middleware.ts";

/**
 * The options of a route for Hono: `data` is made from Hono's context.
 *
 * @typeParam T What `connection.data` holds.
 */
export type HonoUpgradeOptions<T = unknown> = UpgradeOptions<T, HonoContext>;

/**
 * Makes a WebSocket route. The same as Hono's own helper, so that an app of `hono/deno` or
 * `hono/bun` changes its import and nothing else.
 *
 * `createEvents` runs once for each accepted handshake. A request that is no WebSocket handshake
 * goes on to the next handler; a refused one gets 400, 403, 405, 426 or 503.
 *
 * @typeParam T What `connection.data` holds.
 * @param createEvents Makes the events of one connection; may be async.
 * @param options The route's rules and limits.
 * @returns A middleware for `app.get`.
 * @throws {TypeError} If an option is of the wrong type: now, not at the first request.
 * @throws {RangeError} If an option is out of range.
 */
export function upgradeWebSocket<T>(
  createEvents: (
    c: HonoContext,
  ) => WebSocketEvents<T> | Promise<WebSocketEvents<T>>,
  options: HonoUpgradeOptions<T> & { readonly data: (c: HonoContext) => T },
): UpgradeMiddleware;
/** The same without `data`: then `connection.data` is `undefined`. */
export function upgradeWebSocket(
  createEvents: (c: HonoContext) => WebSocketEvents | Promise<WebSocketEvents>,
  options?: HonoUpgradeOptions,
): UpgradeMiddleware;
/**
 * The same with handlers in the types of Hono's own helper. The events that they get are plain
 * objects with `type` and `data` (or `code`, `reason`, `wasClean`), no DOM events.
 */
export function upgradeWebSocket(
  createEvents: (c: HonoContext) => HonoEvents | Promise<HonoEvents>,
  options?: HonoUpgradeOptions,
): UpgradeMiddleware;
/**
 * Upgrades inside a handler. A request that is no WebSocket handshake gets 426.
 *
 * @example A handler that reads the request first
 * ```ts
 * import { Hono } from "hono";
 * import { serve } from "@edgesocket/edgesocket";
 * import { upgradeWebSocket } from "@edgesocket/edgesocket/hono";
 *
 * const app = new Hono();
 * app.get("/ws", (c) => {
 *   const room = c.req.query("room") ?? "lobby";
 *   return upgradeWebSocket(c, {
 *     onOpen: () => console.log("joined", room),
 *     onMessage: (event, connection) => connection.send(event.data),
 *   });
 * });
 * serve({ fetch: app.fetch });
 * ```
 *
 * @typeParam T What `connection.data` holds.
 * @param c Hono's context.
 * @param events What happens on the connection.
 * @param options The route's rules and limits.
 * @returns The response to return from the handler.
 * @throws {TypeError} If an option is of the wrong type.
 * @throws {RangeError} If an option is out of range.
 */
export function upgradeWebSocket<T>(
  c: HonoContext,
  events: WebSocketEvents<T>,
  options: HonoUpgradeOptions<T> & { readonly data: (c: HonoContext) => T },
): Promise<UpgradeResponse>;
/** The same without `data`: then `connection.data` is `undefined`. */
export function upgradeWebSocket(
  c: HonoContext,
  events: WebSocketEvents,
  options?: HonoUpgradeOptions,
): Promise<UpgradeResponse>;
/** The same with handlers in the types of Hono's own helper. */
export function upgradeWebSocket(
  c: HonoContext,
  events: HonoEvents,
  options?: HonoUpgradeOptions,
): Promise<UpgradeResponse>;
export function upgradeWebSocket(
  first: HonoContext | ((c: HonoContext) => unknown),
  second?: unknown,
  third?: HonoUpgradeOptions,
): UpgradeMiddleware | Promise<UpgradeResponse> {
  if (typeof first !== "function") {
    return upgradeInHandler(first, second, third) as Promise<
      UpgradeResponse
    >;
  }
  const route = routeOf(second as HonoUpgradeOptions | undefined);
  const middleware = async (
    c: HonoContext,
    next: () => Promise<void>,
  ): Promise<Response | void> => {
    const verdict = route.judge(c.req.raw);
    if (verdict.kind === "not-an-upgrade") return next();
    if (verdict.kind === "refused") return verdict.response;
    return upgrade(c, route, verdict, await first(c));
  };
  return middleware as UpgradeMiddleware;
}

// deno-lint-ignore require-await -- errors of the options shall reject, as Hono's helper does
async function upgradeInHandler(
  c: HonoContext,
  events: unknown,
  options: HonoUpgradeOptions | undefined,
): Promise<Response> {
  const route = routeOf(options);
  const verdict = route.judge(c.req.raw);
  if (verdict.kind === "not-an-upgrade") return upgradeRequired();
  if (verdict.kind === "refused") return verdict.response;
  return upgrade(c, route, verdict, events);
}

function upgrade(
  c: HonoContext,
  route: Route,
  accepted: AcceptedHandshake,
  events: unknown,
): Response {
  // What middleware has staged so far, under the route's own headers.
  const staged = c.newResponse(null, accepted.placeholder.init);
  const response = route.upgrade(accepted, events as WebSocketEvents, staged, c.env, c);
  // All that was staged is in it. Hono would merge it in again, and lose a Set-Cookie on the way.
  c.res = undefined;
  c.res = response;
  return response;
}
