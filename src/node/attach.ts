import { attachedAdapter } from "../adapters/node_attach.ts";
import type { NodeHttpServer } from "../adapters/node_http.ts";
import { checkNames } from "../base/options.ts";
import { typeOf, usageError } from "../base/usage_error.ts";
import { HOST_OPTIONS, type HostOptions } from "../server/host_options.ts";
import type { FetchHandler } from "../server/pipeline.ts";
import { startServer } from "../server/serve.ts";
import type { ShutdownOptions } from "../server/shutdown_options.ts";

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
   *
   * @throws {TypeError} If an option is unknown or not a number.
   * @throws {RangeError} If an option is out of range.
   */
  shutdown(options?: ShutdownOptions): Promise<void>;
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
    shutdown: (how) => attached.shutdown(how),
    [Symbol.asyncDispose]: () => attached.shutdown(),
  };
}
