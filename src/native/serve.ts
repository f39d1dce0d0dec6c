import { currentAdapter } from "../adapters/current.ts";
import { type ServeOptions, startServer, type WebSocketServer } from "../server/serve.ts";

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
