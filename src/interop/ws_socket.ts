import type { SendData } from "../connection/message.ts";

/** The part of a `WebSocket` of `ws` that most stacks use. There is more of it. */
export interface WsSocket {
  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: 0 | 1 | 2 | 3;
  /** The subprotocol; `""` for none. */
  readonly protocol: string;
  /** Bytes that wait for the client. */
  readonly bufferedAmount: number;
  /** What binary messages come as. */
  binaryType: string;
  /** Adds a listener, such as to `message` with the data and whether it is binary. */
  on(event: string, listener: (...args: never[]) => unknown): this;
  /** Adds a listener that is called once. */
  once(event: string, listener: (...args: never[]) => unknown): this;
  /** Removes a listener. */
  off(event: string, listener: (...args: never[]) => unknown): this;
  /** Sends a message; `done` is called when next to nothing waits, or with an error. */
  send(data: SendData, done?: (error?: Error) => void): void;
  /** Answered by `pong` as long as the connection is open. */
  ping(): void;
  /** Reads no more. */
  pause(): void;
  /** Reads on. */
  resume(): void;
  /** Starts the closing handshake. */
  close(code?: number, reason?: string): void;
  /** Ends the connection at once. */
  terminate(): void;
}
