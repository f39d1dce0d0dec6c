import type { CloseInfo } from "./close.ts";
import type { Connection } from "./connection.ts";
import type { Message } from "./message.ts";

/** The connection is open. */
export interface OpenEvent {
  /** The name of the event. */
  readonly type: "open";
}

/** A whole message came from the client. */
export interface MessageEvent {
  /** The name of the event. */
  readonly type: "message";
  /** A string for a text message, an `ArrayBuffer` of its own for a binary one. */
  readonly data: Message;
}

/** The connection has ended. */
export interface CloseEvent extends CloseInfo {
  /** The name of the event. */
  readonly type: "close";
}

/** One of the handlers threw, or the promise that it returned was rejected. */
export interface ErrorEvent {
  /** The name of the event. */
  readonly type: "error";
  /** What was thrown. */
  readonly error: unknown;
  /** Its message, or itself as a string. */
  readonly message: string;
}

/**
 * What happens on a connection. All members are optional; each may be async.
 *
 * A handler that throws, or returns a promise that is rejected, ends its own connection with 1011
 * and nothing else. Whatever else it returns does not matter.
 *
 * @typeParam T What `connection.data` holds.
 */
export interface WebSocketEvents<T = unknown> {
  /** Called once, before anything else, when the connection is open. */
  onOpen?(event: OpenEvent, connection: Connection<T>): unknown;
  /**
   * Called for each whole message. An async handler is not waited for before the next message:
   * where order matters, loop over the connection instead.
   */
  onMessage?(event: MessageEvent, connection: Connection<T>): unknown;
  /** Called once, after everything else, when the connection has ended, for whatever reason. */
  onClose?(event: CloseEvent, connection: Connection<T>): unknown;
  /** Called when one of the others threw or rejected. */
  onError?(event: ErrorEvent, connection: Connection<T>): unknown;
}

/** Told what went wrong in user code, once for each fault. Never throws. */
export type Reporter = (
  error: unknown,
  connection: Connection | undefined,
) => void;
