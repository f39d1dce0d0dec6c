import { usageError } from "../base/usage_error.ts";

/**
 * Why a connection ended.
 *
 * | cause | meaning |
 * |---|---|
 * | `peer` | the client sent a close frame |
 * | `local` | your code called `close()` or `terminate()` |
 * | `idle-timeout` | nothing came from the client for `idleTimeout` seconds |
 * | `payload-too-large` | a message was longer than `maxPayloadLength` |
 * | `rate-limit` | it sent more often than a limit of the route allows |
 * | `backpressure` | the client did not read, or your loop did not keep up with it |
 * | `handler-error` | one of your handlers threw or rejected |
 * | `shutdown` | the server is shutting down |
 * | `network` | the connection broke, or the client violated the protocol |
 */
export type CloseCause =
  | "peer"
  | "local"
  | "idle-timeout"
  | "payload-too-large"
  | "rate-limit"
  | "backpressure"
  | "handler-error"
  | "shutdown"
  | "network";

/**
 * How a connection ended. The same values on every runtime.
 *
 * Source: RFC 6455 §7.1.5 and §7.1.6; WHATWG WebSockets `CloseEvent`.
 */
export interface CloseInfo {
  /**
   * The close code: the client's if it closed first, otherwise ours.
   * 1005: the client's close frame had no code. 1006: there was no close frame.
   */
  readonly code: number;
  /** The close reason, at most 123 bytes of UTF-8; `""` if none was given. */
  readonly reason: string;
  /** Whether the connection ended by close frames rather than by breaking. */
  readonly wasClean: boolean;
  /** What made it end. */
  readonly cause: CloseCause;
}

/** RFC 6455 §7.4.1 and the IANA registry, less those that only a client or nobody may send. */
const SENDABLE = new Set([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1012, 1013, 1014]);

/** What may follow the two bytes of the code in a control frame: RFC 6455 §5.5. */
const REASON_BYTES = 123;

/**
 * Checks what is to go into a close frame, and cuts `reason` at 123 bytes of UTF-8, never inside a
 * character. Lone surrogates become U+FFFD.
 *
 * @throws {TypeError} If the code is not a number or the reason not a string.
 * @throws {RangeError} If the code is neither 1000, a registered code that a server may send, nor
 * 3000 to 4999.
 */
export function checkClose(code: number, reason: string): { code: number; reason: string } {
  if (typeof code !== "number") throw usageError("close", "a number as code", typeof code);
  if (typeof reason !== "string") throw usageError("close", "a string as reason", typeof reason);
  if (!SENDABLE.has(code) && !(Number.isInteger(code) && code >= 3000 && code <= 4999)) {
    throw usageError(
      "close",
      "1000, a registered code that a server may send (1001 to 1003, 1007 to 1009, 1011 to 1014) or 3000 to 4999",
      code,
      RangeError,
    );
  }
  return { code, reason: truncate(reason) };
}

function truncate(reason: string): string {
  const bytes = new Uint8Array(REASON_BYTES);
  const { written } = new TextEncoder().encodeInto(reason, bytes);
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, written));
}

/** The client sent a close frame. */
export function closedByPeer(code: number, reason: string): CloseInfo {
  // A text of 41 units has 123 bytes at most.
  const short = reason.length <= REASON_BYTES / 3 ? reason : truncate(reason);
  return { code, reason: short, wasClean: true, cause: "peer" };
}

/** The connection broke without a close frame: RFC 6455 §7.1.5 calls that 1006. */
export function broken(cause: CloseCause): CloseInfo {
  return { code: 1006, reason: "", wasClean: false, cause };
}

/** A message was longer than allowed: RFC 6455 §7.4.1. */
export const TOO_LARGE: CloseInfo = {
  code: 1009,
  reason: "Message too big",
  wasClean: false,
  cause: "payload-too-large",
};

/** The client sends more often than it may: RFC 6455 §7.4.1. */
export const TOO_OFTEN: CloseInfo = {
  code: 1008,
  reason: "Too many messages",
  wasClean: false,
  cause: "rate-limit",
};

/** The client does not read what we send. */
export const SEND_QUEUE_FULL: CloseInfo = {
  code: 1013,
  reason: "Messages are not read",
  wasClean: false,
  cause: "backpressure",
};

/** The client sends more than our loop reads. */
export const RECEIVE_QUEUE_FULL: CloseInfo = {
  code: 1013,
  reason: "Messages come faster than they are read",
  wasClean: false,
  cause: "backpressure",
};
