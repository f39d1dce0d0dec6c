import { nodeAdapter } from "../adapters/node.ts";
import { type ServeOptions, startServer, type WebSocketServer } from "../server/serve.ts";

/**
 * Starts a server of `node:http`, or of `node:https` with `cert` and `key`.
 *
 * Whatever goes wrong with the address is told by `finished`, which rejects: Node finds out later.
 * Unless somebody catches that, the process ends with the error.
 *
 * @example An echo server with Hono
 * ```ts
 * import { Hono } from "hono";
 * import { upgradeWebSocket } from "@edgesocket/edgesocket/hono";
 * import { serve } from "@edgesocket/edgesocket/node";
 *
 * const app = new Hono();
 * app.get("/ws", upgradeWebSocket(() => ({
 *   onMessage: (event, connection) => connection.send(event.data),
 * })));
 * serve({ fetch: app.fetch, onListen: ({ url }) => console.log(url) });
 * ```
 *
 * @param options Where to listen and what to answer.
 * @returns The server. It listens when `onListen` is called.
 * @throws {TypeError} If an option is of the wrong type.
 * @throws {RangeError} If an option is out of range.
 */
export function serve(options: ServeOptions): WebSocketServer {
  return startServer(options, () => nodeAdapter);
}
