import { base64 } from "../wire/base64.ts";

/** The only key of an object that stands for something else. */
const MARK = "$";

/** What such an object says: of which kind it is, and what it holds. */
type Marked = readonly [kind: "bytes" | "date" | "integer" | "object", value: unknown];

/**
 * Values of a message as text for another process, which gets them as they are, whatever encodings its
 * clients speak: JSON, with marks for what JSON has no form for.
 */
export function textOf(values: unknown): string {
  return JSON.stringify(marked(values) ?? null);
}

/** The values that a text of `textOf` stands for. */
export function valuesOf(text: string): unknown {
  return unmarked(JSON.parse(text));
}

function marked(value: unknown): unknown {
  if (typeof value === "bigint") return mark("integer", `${value}`);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(marked);
  if (ArrayBuffer.isView(value)) {
    return mark("bytes", base64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)));
  }
  if (value instanceof Date) return mark("date", value.getTime());
  const copy = mapped(value, marked);
  return Object.hasOwn(copy, MARK) ? mark("object", copy) : copy;
}

function mark(...marked: Marked): object {
  return { [MARK]: marked };
}

function unmarked(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(unmarked);
  const found = (value as Readonly<Record<string, Marked | undefined>>)[MARK];
  if (found === undefined) return mapped(value, unmarked);
  const [kind, held] = found;
  switch (kind) {
    case "bytes":
      return Uint8Array.from(atob(held as string), (character) => character.charCodeAt(0));
    case "date":
      return new Date(held as number);
    case "integer":
      return BigInt(held as string);
    case "object":
      return mapped(held as object, unmarked);
  }
}

/** A copy of an object. No key `__proto__` is among those: neither side would have taken it. */
function mapped(value: object, of: (property: unknown) => unknown): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(value)) copy[name] = of(property);
  return copy;
}
