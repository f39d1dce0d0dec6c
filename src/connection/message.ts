import { usageError } from "../base/usage_error.ts";

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

const encoder = new TextEncoder();
/** Where text is encoded only to be counted, a piece at a time: encoding as a whole makes garbage. */
const scratch = new Uint8Array(16 * 1024);

/** The bytes of a message; text counts as UTF-8. */
export function byteLength(data: SendData): number {
  if (typeof data !== "string") return data.byteLength;
  let bytes = 0;
  for (let rest = data; rest !== "";) {
    const { read, written } = encoder.encodeInto(rest, scratch);
    bytes += written;
    rest = rest.slice(read);
  }
  return bytes;
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
  if (typeof data !== "string") return data.byteLength > max;
  // A UTF-16 unit takes 1 to 3 bytes of UTF-8, so that most texts need no counting.
  if (data.length * 3 <= max) return false;
  return data.length > max || byteLength(data) > max;
}
