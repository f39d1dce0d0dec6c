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
import { attachedAdapter } from "./adapters/node_attach.ts";
import { nodeAdapter } from "./adapters/node.ts";
import type {
  NodeHttpServer,
  NodeIncoming,
  NodeOutgoing,
  NodeStream,
} from "./adapters/node_http.ts";
import { NodeListeners } from "./adapters/node_listeners.ts";
import { checkNames } from "./base/options.ts";
import { typeOf, usageError } from "./base/usage_error.ts";
import { checkHostOptions, HOST_OPTIONS, type HostOptions } from "./server/host_options.ts";
import { type FetchHandler, wrapFetch } from "./server/pipeline.ts";
import { type ServeOptions, startServer, type WebSocketServer } from "./server/serve.ts";
import { ServerState } from "./server/server_state.ts";

export type { NodeHttpServer };

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

/** The listeners that a server of `node:http` or `node:https` needs. They need no `this`. */
export interface NodeHandler {
  /** For the event `request`: answers what stays HTTP. */
  request(incoming: object, outgoing: object): void;
  /** For the event `upgrade`: answers what wants to leave HTTP. */
  upgrade(incoming: object, socket: object, head: Uint8Array): void;
}

/**
 * The listeners for a server that you start yourself. They answer everything that comes: to share a
 * server with other listeners, use `attach`.
 *
 * @example A hand-written server
 * ```ts
 * import { createServer } from "node:http";
 * import { upgradeWebSocket } from "@edgesocket/edgesocket";
 * import { handler } from "@edgesocket/edgesocket/node";
 *
 * const { request, upgrade } = handler((request) =>
 *   upgradeWebSocket(request, {
 *     onMessage: (event, connection) => connection.send(event.data),
 *   })
 * );
 * createServer(request).on("upgrade", upgrade).listen(8000);
 * ```
 *
 * @param fetch Answers requests: `app.fetch` of Hono, or your own function.
 * @param options What is decided once for all routes.
 * @returns The listeners of the events `request` and `upgrade`.
 * @throws {TypeError} If `fetch` is not a function or an option is of the wrong type.
 * @throws {RangeError} If an option is out of range.
 */
export function handler(fetch: FetchHandler, options: HostOptions = {}): NodeHandler {
  checkNames("handler", options, HOST_OPTIONS);
  const state = new ServerState(checkHostOptions(options), nodeAdapter);
  const listeners = new NodeListeners(wrapFetch(fetch, state), state, {
    mayBeOurs: () => true,
    sole: () => true,
    ordinary: (incoming, outgoing) => listeners.request(incoming, outgoing),
  });
  return {
    request: (incoming, outgoing) =>
      listeners.request(incoming as NodeIncoming, outgoing as NodeOutgoing),
    upgrade: (incoming, socket, head) =>
      listeners.upgrade(incoming as NodeIncoming, socket as NodeStream, head),
  };
}

/** Which upgrades of somebody else's server are ours, and how they are served. */
export interface AttachOptions extends HostOptions {
  /**
   * The path below which every upgrade is ours, such as `"/ws"`. Without it, `fetch` is asked for
   * each upgrade: ours is what it answers with anything but 404.
   */
  readonly path?: string | undefined;
  /**
   * Seconds that `shutdown` waits for closing handshakes before it ends what is left.
   *
   * @default {10}
   */
  readonly shutdownTimeout?: number | undefined;
}

/** Our part of somebody else's server. */
export interface AttachedServer extends AsyncDisposable {
  /** WebSocket connections that are open, opening or closing. */
  readonly connections: number;
  /** Resolves when our part has shut down. */
  readonly finished: Promise<void>;
  /**
   * Refuses new connections with 503, closes the open ones with 1001, and takes our listener off.
   * The server itself goes on. Call it before you close that, which would wait for connections.
   */
  shutdown(): Promise<void>;
}

const ATTACH_OPTIONS = ["path", "shutdownTimeout", ...HOST_OPTIONS];

/**
 * Adds WebSockets to a server that answers its requests already: of Express, Fastify, Vite or your
 * own. Other upgrades, such as those of socket.io, stay with their listeners.
 *
 * @example Beside other pages
 * ```ts
 * import { createServer } from "node:http";
 * import { upgradeWebSocket } from "@edgesocket/edgesocket";
 * import { attach } from "@edgesocket/edgesocket/node";
 *
 * const server = createServer((_request, response) => response.end("a page"));
 * attach(server, (request) =>
 *   upgradeWebSocket(request, {
 *     onMessage: (event, connection) => connection.send(event.data),
 *   }), { path: "/ws" });
 * server.listen(8000);
 * ```
 *
 * @param server A server of `node:http` or `node:https`.
 * @param fetch Answers upgrades: `app.fetch` of Hono, or your own function.
 * @param options Which upgrades are ours, and what is decided once for all routes.
 * @returns What our part can be asked, and how it ends.
 * @throws {TypeError} If `server`, `fetch` or an option is of the wrong type.
 * @throws {RangeError} If an option is out of range.
 */
export function attach(
  server: NodeHttpServer,
  fetch: FetchHandler,
  options: AttachOptions = {},
): AttachedServer {
  if (typeof server?.on !== "function" || typeof server.listenerCount !== "function") {
    throw usageError("attach", "a server of node:http or node:https", typeOf(server));
  }
  checkNames("attach", options, ATTACH_OPTIONS);
  const { path, ...rest } = options;
  if (path !== undefined && (typeof path !== "string" || !path.startsWith("/"))) {
    throw usageError("use option path", "a string that begins with a slash", path);
  }
  const listen = { fetch, port: 0, onListen: () => {} };
  const attached = startServer({ ...rest, ...listen }, () => attachedAdapter(server, path));
  return {
    get connections() {
      return attached.connections;
    },
    finished: attached.finished,
    shutdown: () => attached.shutdown(),
    [Symbol.asyncDispose]: () => attached.shutdown(),
  };
}
