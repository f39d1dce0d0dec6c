import { tooDeep } from "./depth.ts";
import { protoKey, WireError } from "./wire_error.ts";

/** Ends each message in JSON: a character that JSON escapes where it is part of a text. */
export const SEPARATOR = "\x1e";

/** An object that arrived as JSON. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/**
 * Reads an object from JSON.
 *
 * @param maxDepth Levels of lists and objects that it may have, itself included.
 * @throws {WireError} If it is something else, is nested too deep, or has a key `__proto__` in it.
 */
export function readRecord(text: string, maxDepth: number): JsonRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new WireError("Error reading JSON.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const token = tokenOf(value);
    throw new WireError(`Unexpected JSON Token Type '${token}'. Expected a JSON Object.`);
  }
  if (mayNest(text, maxDepth) || mayHaveProto(text)) check(value, maxDepth, maxDepth);
  return value as JsonRecord;
}

/** The error for a property of another type than it should have. */
export function wrongType(name: string, type: string): WireError {
  return new WireError(`Expected '${name}' to be of type ${type}.`);
}

/** The error for a property that is not there. */
export function missing(name: string): WireError {
  return new WireError(`Missing required property '${name}'.`);
}

/**
 * A property that is a text, if it is there.
 *
 * @throws {WireError} If it is something else, null included.
 */
export function textOf(record: JsonRecord, name: string): string | undefined {
  const value = record[name];
  if (value !== undefined && typeof value !== "string") throw wrongType(name, "String");
  return value;
}

/** What .NET calls the kinds of values. */
function tokenOf(value: unknown): string {
  if (Array.isArray(value)) return "Array";
  const token = String(value === null ? value : typeof value === "boolean" ? value : typeof value);
  return token[0]!.toUpperCase() + token.slice(1);
}

/*
 * Walking through all that arrived costs as much as parsing it. Brackets are counted first, which is
 * a search in a text: hardly a message has so many.
 */

/** Whether there are so many lists and objects that they could be nested too deep. */
function mayNest(text: string, maxDepth: number): boolean {
  if (text.length < 2 * maxDepth) return false;
  let left = maxDepth;
  for (const bracket of ["[", "{"]) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      if (--left < 0) return true;
    }
  }
  return false;
}

/** Whether there could be a key `__proto__`, some of its letters perhaps as `\u005f`. */
function mayHaveProto(text: string): boolean {
  return text.includes("__proto__") || text.includes("\\u00");
}

function check(value: object, levels: number, maxDepth: number): void {
  if (levels === 0) throw tooDeep(maxDepth);
  if (!Array.isArray(value) && Object.hasOwn(value, "__proto__")) throw protoKey();
  for (const item of Array.isArray(value) ? value : Object.values(value)) {
    if (typeof item === "object" && item !== null) check(item, levels - 1, maxDepth);
  }
}
