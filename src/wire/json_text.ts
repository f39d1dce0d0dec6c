import { base64 } from "./base64.ts";
import { MAX_SENT_DEPTH, tooDeepToSend } from "./depth.ts";
import { checkSendable, unsendable } from "./sendable.ts";

/**
 * An object as JSON. Bytes become base64 text, as .NET reads them; dates, and whatever else has a
 * `toJSON`, what that gives; `undefined` in a list is null.
 *
 * @param payload What somebody else wants to send, somewhere in the object.
 * @throws {TypeError} If something of that would get lost: a bigint, a Map, a Set, a function, a
 * circle.
 */
export function jsonText(object: object, payload: unknown): string {
  return JSON.stringify(object, hasBytes(payload, MAX_SENT_DEPTH) ? bytesAsText : undefined);
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
  let found = false;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) found = hasBytes(value[i], levels - 1) || found;
    return found;
  }
  const plain = Object.getPrototypeOf(value) === Object.prototype;
  if (!plain && (value instanceof ArrayBuffer || ArrayBuffer.isView(value))) return true;
  const record = value as Readonly<Record<string, unknown>>;
  if (typeof record.toJSON === "function") return false;
  if (!plain) checkSendable(value);
  for (const name in record) {
    if (name === "__proto__") checkSendable(value);
    // What an object has from its class, JSON does not see.
    if (!plain && !Object.hasOwn(record, name)) continue;
    found = hasBytes(record[name], levels - 1) || found;
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
