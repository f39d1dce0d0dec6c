import { logError } from "../base/log_error.ts";
import { usageError } from "../base/usage_error.ts";
import { broken, closedByPeer, type CloseInfo, TOO_LARGE } from "../connection/close.ts";
import type { Message } from "../connection/message.ts";
import { ServerConnection } from "../connection/server_connection.ts";
import { BunDeflateSocket } from "./bun_deflate_socket.ts";
import { type BunServerWebSocket, BunSocket } from "./bun_socket.ts";

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

const utf8 = new TextDecoder();

/** The threshold of the last connection that was upgraded: Bun calls `open` inside of `upgrade`. */
let opening: number | undefined;

/**
 * Says of the connection that is upgraded next whether it compresses.
 *
 * @param threshold Bytes from which a message is compressed. Without it, or `false`: none is.
 */
export function compressNext(threshold: number | false | undefined): void {
  opening = threshold || undefined;
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
