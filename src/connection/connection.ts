import type { CloseInfo } from "./close.ts";
import type { Message, SendData, Sent } from "./message.ts";

/** The handshake request as it was, readable as long as the connection is held. */
export interface ConnectionRequest {
  /** The whole URL, as the runtime saw it. */
  readonly url: string;
  /** The request headers. */
  readonly headers: Headers;
  /** The IP address of the TCP peer (a proxy, if there is one); `""` where there is none. */
  readonly remoteAddress: string;
}

/**
 * One WebSocket connection, seen from the server. The same object in every callback.
 *
 * @typeParam T What your own code keeps in `data`.
 */
export interface Connection<T = unknown> extends AsyncIterable<Message> {
  /** A name for this connection, unique among all (a random UUID). */
  readonly id: string;
  /** What the client asked for. */
  readonly request: ConnectionRequest;
  /** The URL that the client asked for, parsed. */
  readonly url: URL;
  /** The subprotocol that was chosen; `""` if there is none. */
  readonly protocol: string;
  /** Binary messages always arrive as `ArrayBuffer`. */
  readonly binaryType: "arraybuffer";
  /** Yours: what `options.data` made, or whatever you assign. */
  data: T;
  /**
   * The runtime's own object: a `WebSocket` on Deno, a `ServerWebSocket` on Bun; `undefined` before
   * the connection is open. What you do to it behind edgesocket's back is not guarded.
   */
  readonly raw: unknown;
  /** 0 connecting, 1 open, 2 closing, 3 closed: WHATWG WebSockets `readyState`. */
  readonly readyState: 0 | 1 | 2 | 3;
  /** Bytes sent that the operating system has not taken yet. */
  readonly bufferedAmount: number;
  /** Settles, never rejects, when the connection has ended. */
  readonly closed: Promise<CloseInfo>;

  /**
   * Sends one message: text for a string, binary for bytes. Of a view only its own bytes are sent.
   *
   * @returns Whether it is on its way: to the client, or in a queue behind what else waits. `false`:
   * the connection is not open, or ends because too much waits.
   * @throws {TypeError} If `data` is neither a string nor an `ArrayBuffer` nor a view of one.
   */
  send(data: SendData): Sent;

  /** Resolves once `bufferedAmount` is 0 or the connection has ended. Never rejects. */
  drained(): Promise<void>;

  /**
   * Sends a ping, and tells how long the pong took: a round trip, in milliseconds. A sign of life as
   * any other.
   *
   * Deno has no way to do that, because it pings by itself: there it rejects.
   *
   * Source: RFC 6455 §5.5.2 and §5.5.3.
   *
   * @throws {Error} If the runtime cannot, or the connection is not open, or ends before the pong: as
   * a rejection.
   */
  ping(): Promise<number>;

  /**
   * Starts the closing handshake. Nothing happens if it has started already.
   *
   * @param code 1000, a registered code that a server may send, or 3000 to 4999. Default 1000.
   * @param reason Cut at 123 bytes of UTF-8, never inside a character. Default none.
   * @throws {TypeError} If the code is not a number or the reason not a string.
   * @throws {RangeError} If the code may not be sent.
   */
  close(code?: number, reason?: string): void;

  /**
   * Ends the connection at once, without a closing handshake: code 1006, cause `local`.
   *
   * Deno has no way to cut a connection: there the client gets a close frame as soon as it reads.
   */
  terminate(): void;

  /**
   * The messages, in order and one at a time, until the connection ends. Needs events without
   * `onMessage`. Leaving the loop early closes the connection.
   *
   * @throws {TypeError} If there is an `onMessage`, or a loop already.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message, undefined>;
}
