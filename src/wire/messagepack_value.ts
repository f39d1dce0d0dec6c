import { MAX_SENT_DEPTH, tooDeepToSend } from "./depth.ts";
import type { MessagePackWriter } from "./messagepack_writer.ts";
import { checkSendable, unsendable } from "./sendable.ts";

/**
 * Writes a value as MessagePack: what JSON can carry, and bytes; a date as a timestamp. As in JSON,
 * properties that are undefined are left out, `undefined` elsewhere is null, and an object with a
 * `toJSON` is what that gives.
 *
 * @param levels Of lists and objects that it may have.
 * @throws {TypeError} If something of it would get lost: a bigint, a Map, a Set, a function, a circle.
 */
export function writeValue(
  writer: MessagePackWriter,
  value: unknown,
  levels: number = MAX_SENT_DEPTH,
): void {
  switch (typeof value) {
    case "string":
      return writer.text(value);
    case "number":
      return writer.number(value);
    case "boolean":
      return writer.boolean(value);
    case "undefined":
      return writer.nil();
    case "object":
      return value === null ? writer.nil() : writeObject(writer, value, levels);
    default:
      throw unsendable(value);
  }
}

function writeObject(writer: MessagePackWriter, value: object, levels: number): void {
  if (levels === 0) throw tooDeepToSend();
  if (Array.isArray(value)) {
    writer.list(value.length);
    for (const item of value) writeValue(writer, item, levels - 1);
  } else if (ArrayBuffer.isView(value)) {
    writer.binary(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  } else if (value instanceof ArrayBuffer) writer.binary(new Uint8Array(value));
  else if (value instanceof Date) writer.date(value);
  else if ("toJSON" in value && typeof value.toJSON === "function") {
    writeValue(writer, value.toJSON(""), levels - 1);
  } else {
    checkSendable(value);
    writeProperties(writer, value, levels - 1);
  }
}

function writeProperties(writer: MessagePackWriter, value: object, levels: number): void {
  const properties = Object.entries(value).filter(([, property]) => property !== undefined);
  writer.object(properties.length);
  for (const [name, property] of properties) {
    writer.text(name);
    writeValue(writer, property, levels);
  }
}
