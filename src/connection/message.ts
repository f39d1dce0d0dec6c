import { usageError } from "../base/usage_error.ts";
import { utf8Exceeds, utf8Length } from "../base/utf8.ts";

/** What can be sent: text, or bytes. Of a view only its own bytes are sent, not the buffer behind it. */
export type SendData = string | ArrayBuffer | ArrayBufferView<ArrayBuffer>;

/**
 * What `send` returns: a boolean, which can stand wherever nothing is wanted too, as in
 * `send: (data) => connection.send(data)` for libraries that take `void | Promise<void>`.
 */
export type Sent = boolean & void;

/** A whole message from the client: text, or the bytes of a binary message. */
export type Message = string | ArrayBuffer;

/** What a message costs in memory beside its bytes, about: empty ones are bounded too. */
export const MESSAGE_OVERHEAD = 256;

/** The bytes of a message; text counts as UTF-8. */
export function byteLength(data: SendData): number {
  return typeof data === "string" ? utf8Length(data) : data.byteLength;
}

/** The message as it is now: whoever sends bytes may change them afterwards. */
export function copyOf(data: SendData): Message {
  if (typeof data === "string") return data;
  if (data instanceof ArrayBuffer) return data.slice(0);
  const { buffer, byteOffset, byteLength } = data;
  return buffer.slice(byteOffset, byteOffset + byteLength);
}

/**
 * Checks what somebody wants to send.
 *
 * @throws {TypeError} If it is neither a string nor an `ArrayBuffer` nor a view of one.
 */
export function checkSendData(data: unknown): void {
  if (typeof data === "string" || data instanceof ArrayBuffer) return;
  if (ArrayBuffer.isView(data) && data.buffer instanceof ArrayBuffer) return;
  throw usageError("send", "a string, an ArrayBuffer or a view of one", nameOf(data));
}

function nameOf(value: unknown): string {
  if (ArrayBuffer.isView(value)) {
    return `${value.constructor.name} of a ${value.buffer.constructor.name}`;
  }
  const object = typeof value === "object" && value;
  return object
    ? object.constructor?.name ?? "an object without constructor"
    : value === null
    ? "null"
    : typeof value;
}

/** Whether `data` is longer than `max` bytes; text counts as UTF-8. */
export function exceeds(data: string | ArrayBuffer, max: number): boolean {
  return typeof data === "string" ? utf8Exceeds(data, max) : data.byteLength > max;
}
