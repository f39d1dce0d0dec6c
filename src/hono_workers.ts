/**
 * WebSocket routes for Hono in a Worker of Cloudflare whose app is exported as it is. From npm,
 * `edgesocket/hono` is this entry there.
 *
 * @example A Worker that echoes
 * ```ts
 * import { Hono } from "hono";
 * import { upgradeWebSocket } from "@edgesocket/edgesocket/hono-workers";
 *
 * const app = new Hono();
 * app.get("/ws", upgradeWebSocket(() => ({
 *   onMessage: (event, connection) => connection.send(event.data),
 * })));
 * export default app;
 * ```
 *
 * @module
 */
import {
  createUpgradeWebSocket as createUpgrade,
  upgradeWebSocket as upgrade,
} from "./hono/upgrade.ts";
import type { RouteDefaults } from "./server/route.ts";
import { aloneInWorkers } from "./workers/alone.ts";

export { websocket } from "./adapters/bun_websocket.ts";
export type { HonoEvents, HonoSocket } from "./hono/events.ts";
export type { DefaultContext, HonoContext } from "./hono/context.ts";
export { createBunWebSocket, type HonoWebSocket } from "./hono/bun_websocket.ts";
export { hub, type Servable, type ServedRequest } from "./hono/hub.ts";
export type { UpgradeMiddleware, UpgradeResponse } from "./hono/middleware.ts";
export type { HonoUpgradeOptions } from "./hono/upgrade.ts";

/**
 * Makes a WebSocket route, as `upgradeWebSocket` of the entry for Hono does. It needs no `handler`
 * around the app; inside of one, or of a Durable Object, it is the same.
 */
export const upgradeWebSocket: typeof upgrade = aloneInWorkers(upgrade as never) as typeof upgrade;

/**
 * Makes an `upgradeWebSocket` for all routes of an app, as that of the entry for Hono does.
 *
 * @param defaults What holds for a route whose own options do not say otherwise.
 * @returns `upgradeWebSocket` with these defaults.
 * @throws {TypeError} If an option is of the wrong type.
 * @throws {RangeError} If an option is out of range.
 */
export function createUpgradeWebSocket(defaults: RouteDefaults): typeof upgrade {
  return aloneInWorkers(createUpgrade(defaults) as never) as typeof upgrade;
}
