import { logError } from "../base/log_error.ts";
import { usageError } from "../base/usage_error.ts";
import { sweep } from "../connection/clockwork.ts";
import { broken, closedByPeer, type CloseInfo, TOO_LARGE } from "../connection/close.ts";
import type { ConnectionRequest } from "../connection/connection.ts";
import type { Message } from "../connection/message.ts";
import { ServerConnection } from "../connection/server_connection.ts";
import { allowedHeaders } from "../handshake/headers.ts";
import { openingOf } from "../handshake/opening.ts";
import type { Listener, ServerAdapter } from "../server/adapter.ts";
import { switchingProtocols } from "../server/placeholder.ts";
import { BunDeflateSocket } from "./bun_deflate_socket.ts";
import { type BunServerWebSocket, BunSocket } from "./bun_socket.ts";
import { findChannels } from "./channels.ts";
import { connectionLimit, LIMITS_FILE } from "./open_files.ts";

/** The `websocket` option of `Bun.serve`, as far as we set it. */
export interface BunWebSocketHandler {
  /** Seconds. Off: the watchdog is ours, one for each connection. */
  readonly idleTimeout: 0;
  /** Bytes of the largest message on any route. */
  readonly maxPayloadLength: number;
  /** Off: the limit is ours, one for each connection. */
  readonly backpressureLimit: 0;
  /** Off: pings are ours. */
  readonly sendPings: false;
  /** Whether there are connections that compress: then each message says whether it is compressed. */
  readonly perMessageDeflate: boolean;
  /** Called by Bun when a socket is open. */
  open(socket: BunServerWebSocket): void;
  /** Called by Bun for each whole message. */
  message(
    socket: BunServerWebSocket,
    message: string | ArrayBuffer | Uint8Array,
  ): void;
  /** Called by Bun when less is queued. */
  drain(socket: BunServerWebSocket): void;
  /** Called by Bun when the client pinged. */
  ping(socket: BunServerWebSocket): void;
  /** Called by Bun when the client ponged. */
  pong(socket: BunServerWebSocket, payload: ArrayBuffer | ArrayBufferView): void;
  /** Called by Bun when a socket has closed. */
  close(socket: BunServerWebSocket, code: number, reason: string): void;
}

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

const utf8 = new TextDecoder();

const PROTOCOL = "sec-websocket-protocol";
const EXTENSIONS = "sec-websocket-extensions";

/** The threshold of the last connection that was upgraded: Bun calls `open` inside of `upgrade`. */
let opening: number | undefined;

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
      opening = compression || undefined;
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

/** A connection as Bun's handlers find it: the `data` of its socket. */
type Owned = ServerConnection;

/** For a socket whose connection is none of ours, or whose handlers are not. */
function tellMismatch(half: string, socket: BunServerWebSocket): void {
  logError(
    usageError(
      "open a WebSocket",
      "both upgradeWebSocket and websocket from edgesocket",
      `${half} of somebody else, such as hono/bun`,
    ),
  );
  socket.close(1011);
}

/** What Hono's own `websocket` looks for in a connection. Without it, it would end the process. */
const foreignEvents = {
  onOpen(_event: unknown, { raw }: { readonly raw: BunServerWebSocket }): void {
    tellMismatch("websocket", raw);
    (raw.data as Owned).ended(broken("network"));
  },
};

Object.defineProperty(ServerConnection.prototype, "events", { value: foreignEvents });

/** Stands in for a connection that is none of ours: hears everything, and does nothing. */
const nobody = {
  received(): void {},
  drain(): void {},
  alive(): void {},
  ponged(): void {},
  ended(): void {},
};

/**
 * Bun's handlers for servers whose largest message has `maxPayloadLength` bytes.
 *
 * @param compresses Whether offers to compress are taken, unless `upgrade` hides them.
 */
export function websocketFor(maxPayloadLength: number, compresses = false): BunWebSocketHandler {
  return {
    idleTimeout: 0,
    maxPayloadLength,
    backpressureLimit: 0,
    sendPings: false,
    perMessageDeflate: compresses,
    open(socket): void {
      socket.binaryType = "arraybuffer";
      const { data } = socket as { data: Partial<Owned> | undefined };
      if (data?.opened) {
        return data.opened(
          opening === undefined ? new BunSocket(socket) : new BunDeflateSocket(socket, opening),
        );
      }
      socket.data = nobody;
      tellMismatch("upgradeWebSocket", socket);
    },
    message(socket, message): void {
      (socket.data as Owned).received(message as Message);
    },
    drain(socket): void {
      (socket.data as Owned).drain();
    },
    ping(socket): void {
      (socket.data as Owned).alive();
    },
    pong(socket, payload): void {
      (socket.data as Owned).ponged(utf8.decode(payload));
    },
    close(socket, code, reason): void {
      (socket.data as Owned).ended(closeInfo(code, reason));
    },
  };
}

/**
 * Bun's socket handlers for a hand-written `Bun.serve`. On other runtimes it does nothing.
 *
 * Source: Bun, `WebSocketHandler`.
 *
 * @example A hand-written server on Bun
 * ```ts
 * import { Hono } from "hono";
 * import { upgradeWebSocket, websocket } from "@edgesocket/edgesocket/hono";
 *
 * const app = new Hono();
 * app.get("/ws", upgradeWebSocket(() => ({
 *   onMessage: (event, connection) => connection.send(event.data),
 * })));
 * Bun.serve({ fetch: app.fetch, websocket });
 * ```
 */
export const websocket: BunWebSocketHandler = websocketFor(16 * 1024 * 1024);

function closeInfo(code: number, reason: string): CloseInfo {
  if (code !== 1006) return closedByPeer(code, reason);
  // Some say of a compressed one: "..., or other inflation error".
  if (reason.startsWith("Received too big message")) return TOO_LARGE;
  return broken("network");
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
