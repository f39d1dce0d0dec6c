/**
 * WebSocket routes for Hono: the shape of Hono's own helper, on Deno and on Bun.
 *
 * @example An echo route
 * ```ts
 * import { Hono } from "hono";
 * import { serve } from "@edgesocket/edgesocket";
 * import { upgradeWebSocket } from "@edgesocket/edgesocket/hono";
 *
 * const app = new Hono();
 * app.get("/ws", upgradeWebSocket(() => ({
 *   onMessage: (event, connection) => connection.send(event.data),
 * })));
 * serve({ fetch: app.fetch });
 * ```
 *
 * @module
 */
export { websocket } from "./adapters/bun_websocket.ts";
export type { HonoEvents, HonoSocket } from "./hono/events.ts";
export type { DefaultContext, HonoContext } from "./hono/context.ts";
export { createBunWebSocket, type HonoWebSocket } from "./hono/bun_websocket.ts";
export { hub, type Servable, type ServedRequest } from "./hono/hub.ts";
export type { UpgradeMiddleware, UpgradeResponse } from "./hono/middleware.ts";
export {
  createUpgradeWebSocket,
  type HonoUpgradeOptions,
  upgradeWebSocket,
} from "./hono/upgrade.ts";
