/**
 * How often clients may do what. Off by default: a value of `rateLimit` goes into the options of a
 * route, one of `perAddress` into those of `serve` or `handler`. Whoever imports none pays for none.
 *
 * @example
 * ```ts
 * import { Hono } from "hono";
 * import { serve } from "@edgesocket/edgesocket";
 * import { upgradeWebSocket } from "@edgesocket/edgesocket/hono";
 * import { perAddress, rateLimit } from "@edgesocket/edgesocket/limits";
 *
 * const app = new Hono();
 * app.get("/ws", upgradeWebSocket(() => ({
 *   onMessage: (event, connection) => connection.send(event.data),
 * }), { limits: rateLimit({ messages: 1_000, bytes: 4_000_000 }) }));
 * serve({ fetch: app.fetch, limits: perAddress({ connections: 200, handshakes: 10 }) });
 * ```
 *
 * @module
 */
export type { ConnectionRequest } from "./connection/connection.ts";
export type { MessageLimit, Meter } from "./connection/meter.ts";
export { perAddress, type PerAddressOptions } from "./limits/per_address.ts";
export { rateLimit, type RateLimitOptions } from "./limits/rate_limit.ts";
export type { Admission, HandshakeLimit } from "./server/admission.ts";
export type { Refused } from "./handshake/verdict.ts";
export type { Message } from "./connection/message.ts";
