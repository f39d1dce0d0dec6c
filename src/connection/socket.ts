/** What can be sent: text, or bytes. Of a view only its own bytes are sent, not the buffer behind it. */
export type SendData = string | ArrayBuffer | ArrayBufferView<ArrayBuffer>;

/** A whole message from the client: text, or the bytes of a binary message. */
export type Message = string | ArrayBuffer;

/**
 * The port that a runtime implements: one open socket.
 *
 * A member that is optional is one that not every runtime can offer.
 */
export interface Socket {
  /** The runtime's own object: `WebSocket` on Deno, `ServerWebSocket` on Bun. */
  readonly raw: unknown;
  /** Bytes accepted by `send` that the operating system has not taken yet. */
  readonly bufferedAmount: number;
  /**
   * Hands one message to the runtime, unless more than `limit` bytes are buffered.
   * False: the message is not sent.
   */
  send(data: SendData, limit: number): boolean;
  /** Starts the closing handshake. `reason` is at most 123 bytes. */
  close(code: number, reason: string): void;
  /** Ends the connection without a closing handshake, as far as the runtime can. */
  terminate(): void;
  /** Sends a ping frame. Missing where the runtime pings on its own. */
  ping?(): void;
  /**
   * What a runtime that pings on its own can tell of the client: `alive` as far as it knows,
   * `stalled` if what was sent is stuck, `lost` if it gave the client up without saying so.
   */
  pulse?(): "alive" | "stalled" | "lost";
  /** Calls `task` when less is buffered. Missing where the runtime tells on its own. */
  awaitDrain?(task: () => void): void;
  /** Stops reading from the client. */
  pause?(): void;
  /** Reads on. */
  resume?(): void;
}
