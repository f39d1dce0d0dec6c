/**
 * WebSockets on Cloudflare: in Workers, for connections that have nothing to do with each other, and
 * in Durable Objects, with topics, hubs and counts. Routes are those of the other entries; only the
 * server comes from here.
 *
 * @example A Worker that echoes
 * ```ts
 * import { upgradeWebSocket } from "@edgesocket/edgesocket";
 * import { handler } from "@edgesocket/edgesocket/workers";
 *
 * export default handler((request) =>
 *   upgradeWebSocket(request, {
 *     onMessage: (event, connection) => connection.send(event.data),
 *   })
 * );
 * ```
 *
 * @module
 */
export type { DurableState } from "./adapters/workers_api.ts";
export { durable, type DurableClass, type DurableServer } from "./workers/durable.ts";
export type {
  DurableApp,
  DurableOptions,
  HibernateOptions,
  Served,
} from "./workers/durable_options.ts";
export type { WorkersFetch } from "./workers/fetch.ts";
export { handler, type WorkersHandler, type WorkersOptions } from "./workers/handler.ts";
