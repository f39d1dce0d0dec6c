import { base64 } from "./base64.ts";
import { checkSendable, MAX_SENT_DEPTH, tooDeepToSend, unsendable } from "./sendable.ts";

/**
 * A value as JSON. Bytes become base64 text, as .NET reads them; dates, and whatever else has a
 * `toJSON`, what that gives; `undefined` is null.
 *
 * @throws {TypeError} If something of it would get lost: a bigint, a Map, a Set, a function, a circle.
 */
export function jsonValue(value: unknown): string {
  return JSON.stringify(value, hasBytes(value, MAX_SENT_DEPTH) ? bytesAsText : undefined) ?? "null";
}

/** Whether there are bytes somewhere: only then JSON has to ask us about each value. */
function hasBytes(value: unknown, levels: number): boolean {
  switch (typeof value) {
    case "object":
      return value !== null && objectHasBytes(value, levels);
    case "bigint":
    case "function":
    case "symbol":
      throw unsendable(value);
    default:
      return false;
  }
}

function objectHasBytes(value: object, levels: number): boolean {
  if (levels === 0) throw tooDeepToSend();
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return true;
  let found = false;
  if (Array.isArray(value)) {
    for (const item of value) found = hasBytes(item, levels - 1) || found;
  } else if (!("toJSON" in value && typeof value.toJSON === "function")) {
    checkSendable(value);
    for (const property of Object.values(value)) found = hasBytes(property, levels - 1) || found;
  }
  return found;
}

/** `this` is the object that has the value: the `toJSON` that Node's own bytes have came first. */
function bytesAsText(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Readonly<Record<string, unknown>>)[key];
  if (original instanceof ArrayBuffer) return base64(new Uint8Array(original));
  if (!ArrayBuffer.isView(original)) return value;
  return base64(new Uint8Array(original.buffer, original.byteOffset, original.byteLength));
}
