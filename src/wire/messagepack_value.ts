import { MAX_SENT_DEPTH, tooDeepToSend } from "./depth.ts";
import { checkSendable, unsendable } from "./sendable.ts";

/** A text says by itself whether each surrogate has its other half, where the types are of 2022. */
interface WellFormed {
  isWellFormed(): boolean;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * A copy of a value that a library for MessagePack writes as JSON would: an object with a `toJSON` is
 * what that gives, and an invalid date is null. A library would make empty objects of what it does
 * not know, and would ask getters more than once.
 *
 * @param levels Of lists and objects that it may have.
 * @throws {TypeError} If something of it would get lost: a bigint, a Map, a Set, a function, a circle.
 */
export function plainValue(value: unknown, levels: number = MAX_SENT_DEPTH): unknown {
  switch (typeof value) {
    case "string":
      return plainText(value);
    case "number":
    case "boolean":
    case "undefined":
      return value;
    case "object":
      return value === null ? value : plainObject(value, levels);
    default:
      throw unsendable(value);
  }
}

/** A surrogate without its other half would be no UTF-8: it becomes U+FFFD. */
function plainText(text: string): string {
  if ((text as unknown as WellFormed).isWellFormed()) return text;
  return decoder.decode(encoder.encode(text));
}

function plainObject(value: object, levels: number): unknown {
  if (levels === 0) throw tooDeepToSend();
  if (Array.isArray(value)) return plainList(value, levels - 1);
  const plain = Object.getPrototypeOf(value) === Object.prototype;
  if (!plain) {
    if (ArrayBuffer.isView(value)) return value;
    if (value instanceof ArrayBuffer) return new Uint8Array(value);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value;
  }
  if ("toJSON" in value && typeof value.toJSON === "function") {
    return plainValue(value.toJSON(""), levels - 1);
  }
  if (!plain) checkSendable(value);
  return plainProperties(value as Readonly<Record<string, unknown>>, levels - 1);
}

function plainList(list: readonly unknown[], levels: number): unknown[] {
  const copy: unknown[] = [];
  for (let i = 0; i < list.length; i++) copy.push(plainValue(list[i], levels));
  return copy;
}

/** As in JSON, properties that are undefined are left out. */
function plainProperties(value: Readonly<Record<string, unknown>>, levels: number): object {
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    if (name === "__proto__") checkSendable(value);
    const property = plainValue(value[name], levels);
    if (property !== undefined) copy[plainText(name)] = property;
  }
  return copy;
}
