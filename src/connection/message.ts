import { mismatch } from "../base/usage_error.ts";

/**
 * Checks what somebody wants to send.
 *
 * @throws {TypeError} If it is neither a string nor an `ArrayBuffer` nor a view of one.
 */
export function checkSendData(data: unknown): void {
  if (typeof data === "string" || data instanceof ArrayBuffer) return;
  if (ArrayBuffer.isView(data) && data.buffer instanceof ArrayBuffer) return;
  throw mismatch("send", "a string, an ArrayBuffer or a view of one", nameOf(data));
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
