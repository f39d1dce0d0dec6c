import { base64 } from "./base64.ts";
import { MAX_SENT_DEPTH, tooDeepToSend, unsendable } from "./sendable.ts";

/**
 * A value as JSON. Bytes become base64 text, as .NET reads them; dates, and whatever else has a
 * `toJSON`, what they say themselves; `undefined` is null.
 *
 * @throws {TypeError} If something of it would get lost: a bigint, a Map, a Set, a function, a circle.
 */
export function jsonValue(value: unknown): string {
  return JSON.stringify(value, hasBytes(value, MAX_SENT_DEPTH) ? bytesAsText : undefined) ?? "null";
}

/** Whether there are bytes somewhere: JSON calls no function for each value if there are none. */
function hasBytes(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) {
    if (typeof value === "bigint" || typeof value === "function" || typeof value === "symbol") {
      throw unsendable(value);
    }
    return false;
  }
  if (levels === 0) throw tooDeepToSend();
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return true;
  if (value instanceof Map || value instanceof Set) throw unsendable(value);
  if ("toJSON" in value && typeof value.toJSON === "function") return false;
  let found = false;
  if (Array.isArray(value)) {
    for (const item of value) found = hasBytes(item, levels - 1) || found;
  } else {
    for (const item of Object.values(value)) found = hasBytes(item, levels - 1) || found;
  }
  return found;
}

/** `this` is the object that has the value: Node's own bytes have a `toJSON`, which was first. */
function bytesAsText(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Record<string, unknown>)[key];
  if (original instanceof ArrayBuffer) return base64(new Uint8Array(original));
  if (!ArrayBuffer.isView(original)) return value;
  return base64(new Uint8Array(original.buffer, original.byteOffset, original.byteLength));
}
