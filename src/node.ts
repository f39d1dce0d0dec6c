/**
 * Servers on Node, and on Deno and Bun through `node:http`. Routes are those of the other entries;
 * only the server comes from here. It needs three packages beside this one:
 * `npm install ws @hono/node-server hono`.
 *
 * @example An echo server on Node
 * ```ts
 * import { upgradeWebSocket } from "@edgesocket/edgesocket";
 * import { serve } from "@edgesocket/edgesocket/node";
 *
 * serve({
 *   port: 8000,
 *   fetch: (request) =>
 *     upgradeWebSocket(request, {
 *       onMessage: (event, connection) => connection.send(event.data),
 *     }),
 * });
 * ```
 *
 * @module
 */
export type { NodeHttpServer } from "./adapters/node_http.ts";
export { attach, type AttachedServer, type AttachOptions } from "./node/attach.ts";
export { handler, type NodeHandler } from "./node/handler.ts";
export { serve } from "./node/serve.ts";
