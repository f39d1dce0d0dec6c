import { usageError } from "../base/usage_error.ts";
import { sweep } from "../connection/clockwork.ts";
import type { ConnectionRequest } from "../connection/connection.ts";
import type { ServerConnection } from "../connection/server_connection.ts";
import { allowedHeaders } from "../handshake/headers.ts";
import { openingOf } from "../handshake/opening.ts";
import type { Listener, ServerAdapter } from "../server/adapter.ts";
import { switchingProtocols } from "../server/placeholder.ts";
import type { BunServerWebSocket } from "./bun_socket.ts";
import { compressNext, websocketFor } from "./bun_websocket.ts";
import { findChannels } from "./channels.ts";
import { connectionLimit, LIMITS_FILE } from "./open_files.ts";

interface BunServer {
  readonly port: number;
  upgrade(
    request: Request,
    options: { headers?: [string, string][]; data: unknown },
  ): boolean;
  requestIP?(request: Request): { readonly address: string } | null;
  stop(closeActiveConnections: boolean): Promise<void>;
}

/** The part of the `Bun` namespace that we use. */
interface BunNamespace {
  serve(options: Record<string, unknown>): BunServer;
}

interface BunGlobal {
  readonly process: {
    getBuiltinModule(name: "node:fs"): { readFileSync(path: string, encoding: "utf8"): string };
  };
}

function bun(): BunNamespace | undefined {
  return (globalThis as { Bun?: BunNamespace }).Bun;
}

/** Whether this is Bun. */
export function isBun(): boolean {
  return typeof bun()?.serve === "function";
}

const PROTOCOL = "sec-websocket-protocol";
const EXTENSIONS = "sec-websocket-extensions";

/** Bun, on `Bun.serve` and `server.upgrade`. */
export const bunAdapter: ServerAdapter = {
  name: "bun",
  abilities: {
    pause: true,
    pings: "watchdog",
    bufferedAmount: true,
    drain: "event",
    progress: "bytes",
    compression: true,
    terminate: "cut",
  },
  clockwork: sweep,
  channels: findChannels,
  placeholder: switchingProtocols,

  opening: (request, context) =>
    openingOf(request, () => serverOf(context)?.requestIP?.(request)?.address ?? ""),

  upgrade(
    { request, context, response, protocol, compression },
    connection,
  ): Response | undefined {
    const server = serverOf(context);
    if (server === undefined) {
      throw usageError(
        "upgrade",
        "Bun's server, the second argument of fetch, as options.info (Hono: as env)",
        "none",
      );
    }
    const headers = allowedHeaders(response.headers);
    // Without this, or with none chosen, Bun would echo the first one that the client offers.
    if (request.headers.has(PROTOCOL)) headers.push([PROTOCOL, protocol]);
    connection.request = new BunConnectionRequest(request, connection);
    const options = headers.length === 0 ? { data: connection } : { data: connection, headers };
    const offer = compression === false ? hideOffer(request.headers) : undefined;
    try {
      compressNext(compression);
      return server.upgrade(request, options) ? response : undefined;
    } catch (cause) {
      throw new TypeError(
        "Cannot upgrade: expected websocket beside fetch, as in export default handler(app.fetch) or Bun.serve({ fetch, websocket }), got none",
        { cause },
      );
    } finally {
      if (offer) request.headers.set(EXTENSIONS, offer);
    }
  },

  connectionLimit(): number {
    try {
      const { process } = globalThis as unknown as BunGlobal;
      const { readFileSync } = process.getBuiltinModule("node:fs");
      return connectionLimit(readFileSync(LIMITS_FILE, "utf8"));
    } catch {
      return connectionLimit(undefined);
    }
  },

  listen(options, fetch, { maxPayloadLength, compresses }): Listener {
    const { port, hostname, cert, key, native } = options;
    const server = bun()!.serve({
      ...native,
      ...(cert === undefined ? {} : { tls: { cert, key } }),
      port,
      hostname,
      fetch,
      websocket: websocketFor(maxPayloadLength, compresses),
    });
    return {
      port: server.port,
      native: server,
      stop: () => server.stop(false),
      abort: () => void server.stop(true),
    };
  },
};

/**
 * On Bun the headers stay readable after the upgrade, so that nothing has to be copied. The request
 * itself would take twice the memory.
 */
class BunConnectionRequest implements ConnectionRequest {
  readonly url: string;
  readonly headers: Headers;
  readonly #connection: ServerConnection;

  constructor({ url, headers }: Request, connection: ServerConnection) {
    this.url = url;
    this.headers = headers;
    this.#connection = connection;
  }

  get remoteAddress(): string {
    return (this.#connection.raw as BunServerWebSocket | undefined)?.remoteAddress ?? "";
  }
}

/**
 * Hides the extensions that a client offers: for a server that compresses, Bun would take them.
 *
 * @returns What was there, to be put back.
 */
function hideOffer(headers: Headers): string | null {
  const offer = headers.get(EXTENSIONS);
  // Not deleted: then Bun would read the line that came.
  if (offer) headers.set(EXTENSIONS, "none");
  return offer;
}

/** Bun passes its server to fetch; some frameworks pass it on as `{ server }`. */
function serverOf(context: unknown): BunServer | undefined {
  if (typeof context !== "object" || context === null) return;
  const candidate = "server" in context ? context.server : context;
  return typeof (candidate as Partial<BunServer>)?.upgrade === "function"
    ? candidate as BunServer
    : undefined;
}
