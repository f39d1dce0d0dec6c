import type { SendData } from "./message.ts";

/** What a runtime can do for a connection: declared by its adapter, so that nobody has to guess. */
export interface Abilities {
  /** Whether reading from the client can be stopped. */
  readonly pause: boolean;
  /**
   * Who pings: our watchdog, with `ping`; the runtime, which `checkLiveness` asks; or nobody, so that
   * silence says nothing.
   */
  readonly pings: "watchdog" | "runtime" | "nobody";
  /** Whether `bufferedAmount` tells what waits. */
  readonly bufferedAmount: boolean;
  /** How to learn that less waits: the runtime says so, or somebody has to look. */
  readonly drain: "event" | "poll";
  /** What `bufferedAmount` sees go out: parts of a message, or messages as a whole. */
  readonly progress: "bytes" | "messages";
  /** Whether the option `compression` is taken: RFC 7692. */
  readonly compression: boolean;
  /** What `terminate` does: cut the TCP connection, or no more than send a close frame. */
  readonly terminate: "cut" | "close";
}

/**
 * What became of a message: `sent` if the runtime took it and next to nothing waits; `queued` if it
 * took it and it waits; `full` if it did not take it, because too much waits already; `gone` if
 * there is nobody to send it to.
 */
export type SendResult = "sent" | "queued" | "full" | "gone";

/**
 * The port that a runtime implements: one open socket.
 *
 * A member that is optional is one that not every runtime can offer; `Abilities` says which.
 */
export interface Socket {
  /** The runtime's own object: `WebSocket` on Deno, `ServerWebSocket` on Bun. */
  readonly raw: unknown;
  /** Bytes taken by `send` that the operating system has not taken yet. */
  readonly bufferedAmount: number;
  /** Hands one message to the runtime. */
  send(data: SendData): SendResult;
  /** Runs `task`, whose sends to this socket share a system call. */
  batch?(task: () => void): void;
  /** Starts the closing handshake. `reason` is at most 123 bytes. */
  close(code: number, reason: string): void;
  /** Ends the connection without a closing handshake, as far as the runtime can. */
  terminate(): void;
  /** Sends a ping frame. */
  ping?(payload?: string): void;
  /**
   * Called at each look of the watchdog where the runtime pings by itself: tells the connection
   * that the client is `alive()` as far as the runtime knows, that it is `lost()`, or nothing if
   * what was sent is stuck.
   */
  checkLiveness?(): void;
  /** Stops reading from the client. */
  pause?(): void;
  /** Reads on. */
  resume?(): void;
}
