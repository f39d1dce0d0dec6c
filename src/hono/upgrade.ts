import { routesWith } from "../adapters/bare.ts";
import type { WebSocketEvents } from "../connection/events.ts";
import {
  type AcceptedHandshake,
  type Route,
  type RouteDefaults,
  type RouteOptions,
  type UpgradeOptions,
  upgradeRequired,
} from "../server/route.ts";
import type { DefaultContext, HonoContext } from "./context.ts";
import type { HonoEvents } from "./events.ts";
import type { UpgradeMiddleware, UpgradeResponse } from "./middleware.ts";

/**
 * The options of a route for Hono: `data` is made from Hono's context.
 *
 * @typeParam T What `connection.data` holds.
 * @typeParam C Hono's context, with the variables of the app.
 */
export type HonoUpgradeOptions<T = unknown, C extends HonoContext = DefaultContext> =
  UpgradeOptions<T, C>;

/**
 * Makes a WebSocket route. The same as Hono's own helper, so that an app of `hono/deno` or
 * `hono/bun` changes its import and nothing else.
 *
 * `createEvents` runs once for each accepted handshake. A request that is no WebSocket handshake
 * goes on to the next handler; a refused one gets 400, 403, 405, 426 or 503.
 *
 * @typeParam T What `connection.data` holds. Inferred where the parameter of `data` has a type, as in
 * `data: (c: Context) => ({ name: c.req.query("name") })`.
 * @typeParam C Hono's context, with the variables of the app.
 * @param createEvents Makes the events of one connection; may be async.
 * @param options The route's rules and limits.
 * @returns A middleware for `app.get`.
 * @throws {TypeError} If an option is of the wrong type: now, not at the first request.
 * @throws {RangeError} If an option is out of range.
 */
export function upgradeWebSocket<T, C extends HonoContext = DefaultContext>(
  createEvents: (c: C) => WebSocketEvents<T> | Promise<WebSocketEvents<T>>,
  options: HonoUpgradeOptions<T, C> & { readonly data: (c: C) => T },
): UpgradeMiddleware;
/** The same without `data`: then `connection.data` is `undefined`. */
export function upgradeWebSocket<C extends HonoContext = DefaultContext>(
  createEvents: (c: C) => WebSocketEvents | Promise<WebSocketEvents>,
  options?: RouteOptions,
): UpgradeMiddleware;
/** The same with handlers in the types of Hono's own helper. */
export function upgradeWebSocket<C extends HonoContext = DefaultContext>(
  createEvents: (c: C) => HonoEvents | Promise<HonoEvents>,
  options?: RouteOptions,
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
 * @typeParam C Hono's context, with the variables of the app.
 * @param c Hono's context.
 * @param events What happens on the connection.
 * @param options The route's rules and limits.
 * @returns The response to return from the handler.
 * @throws {TypeError} If an option is of the wrong type.
 * @throws {RangeError} If an option is out of range.
 */
export function upgradeWebSocket<T, C extends HonoContext = DefaultContext>(
  c: C,
  events: WebSocketEvents<T>,
  options: HonoUpgradeOptions<T, C> & { readonly data: (c: C) => T },
): Promise<UpgradeResponse>;
/** The same without `data`: then `connection.data` is `undefined`. */
export function upgradeWebSocket<C extends HonoContext = DefaultContext>(
  c: C,
  events: WebSocketEvents,
  options?: RouteOptions,
): Promise<UpgradeResponse>;
/** The same with handlers in the types of Hono's own helper. */
export function upgradeWebSocket<C extends HonoContext = DefaultContext>(
  c: C,
  events: HonoEvents,
  options?: RouteOptions,
): Promise<UpgradeResponse>;
/** The second form once more: TypeScript explains what is wrong by the last one. */
export function upgradeWebSocket<C extends HonoContext = DefaultContext>(
  createEvents: (c: C) => WebSocketEvents | Promise<WebSocketEvents>,
  options?: RouteOptions,
): UpgradeMiddleware;
export function upgradeWebSocket(
  first: HonoContext | CreateEvents,
  second?: unknown,
  third?: AnyOptions,
): UpgradeMiddleware | Promise<UpgradeResponse> {
  return upgradeWith(routeOf, first, second, third);
}

/**
 * Makes an `upgradeWebSocket` for all routes of an app: origin, timeouts and limits are said once.
 *
 * @example An app whose routes other pages may connect to, too
 * ```ts
 * import { Hono } from "hono";
 * import { serve } from "@edgesocket/edgesocket";
 * import { createUpgradeWebSocket } from "@edgesocket/edgesocket/hono";
 *
 * const upgradeWebSocket = createUpgradeWebSocket({
 *   origin: ["same-origin", "https://app.example"],
 *   idleTimeout: 30,
 * });
 * const app = new Hono();
 * app.get("/ws", upgradeWebSocket(() => ({
 *   onMessage: (event, connection) => connection.send(event.data),
 * })));
 * serve({ fetch: app.fetch });
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
  return ((first: HonoContext | CreateEvents, second?: unknown, third?: AnyOptions) =>
    upgradeWith(routeOf, first, second, third)) as typeof upgradeWebSocket;
}

type CreateEvents = (c: HonoContext) => unknown;
type AnyOptions = UpgradeOptions<unknown, never>;
type Routes = (options?: AnyOptions) => Route;

const routeOf = routesWith();

function upgradeWith(
  routeOf: Routes,
  first: HonoContext | CreateEvents,
  second: unknown,
  third: AnyOptions | undefined,
): UpgradeMiddleware | Promise<UpgradeResponse> {
  if (typeof first !== "function") {
    return upgradeInHandler(routeOf, first, second, third) as Promise<UpgradeResponse>;
  }
  const route = routeOf(second as AnyOptions | undefined);
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
  routeOf: Routes,
  c: HonoContext,
  events: unknown,
  options: AnyOptions | undefined,
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
  c.res = undefined as unknown as Response;
  c.res = response;
  return response;
}
