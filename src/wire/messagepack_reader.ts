import { ByteCursor } from "./byte_cursor.ts";
import { tooDeep } from "./depth.ts";
import { readTimestamp } from "./timestamp.ts";
import { malformed, protoKey } from "./wire_error.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes of a text that are read one by one, which is faster than a call of the decoder. */
const SHORT = 16;

/**
 * Reads a value from MessagePack. Integers that a number cannot hold become a bigint, timestamps a
 * date; bytes are copied.
 *
 * @param maxDepth Levels of lists and objects that it may have.
 * @throws {WireError} If it is not one whole value; if it has an extension in it that is no
 * timestamp, a key that is neither text nor number, a key `__proto__`, or too many levels.
 */
export function readMessagePack(bytes: Uint8Array, maxDepth: number): unknown {
  const cursor = new ByteCursor(bytes);
  const value = new Reader(cursor, maxDepth).value(maxDepth);
  if (cursor.left > 0) throw malformed("the end of the message", `${cursor.left} bytes more`);
  return value;
}

class Reader {
  readonly #cursor: ByteCursor;
  readonly #maxDepth: number;

  constructor(cursor: ByteCursor, maxDepth: number) {
    this.#cursor = cursor;
    this.#maxDepth = maxDepth;
  }

  value(levels: number): unknown {
    const code = this.#cursor.unsigned(0);
    if (code <= 0x7f) return code;
    if (code >= 0xe0) return code - 0x100;
    if (code <= 0x8f) return this.#object(code & 0x0f, levels);
    if (code <= 0x9f) return this.#list(code & 0x0f, levels);
    if (code <= 0xbf) return this.#text(code & 0x1f);
    if (code >= 0xdc) return this.#composite(code, levels);
    return this.#simple(code);
  }

  #composite(code: number, levels: number): unknown {
    const length = this.#cursor.unsigned(code & 1 ? 2 : 1);
    return code <= 0xdd ? this.#list(length, levels) : this.#object(length, levels);
  }

  #simple(code: number): unknown {
    switch (code) {
      case 0xc0:
        return null;
      case 0xc2:
      case 0xc3:
        return code === 0xc3;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#cursor.bytes(this.#cursor.unsigned(code - 0xc4)).slice();
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.#extension(this.#cursor.unsigned(code - 0xc7));
      case 0xca:
        return this.#cursor.float32();
      case 0xcb:
        return this.#cursor.float64();
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#cursor.unsigned(code - 0xcc);
      case 0xcf:
        return exact(this.#cursor.unsigned64());
      case 0xd0:
      case 0xd1:
      case 0xd2:
        return this.#cursor.signed(code - 0xd0);
      case 0xd3:
        return exact(this.#cursor.signed64());
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#extension(1 << (code - 0xd4));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#cursor.unsigned(code - 0xd9));
      default:
        throw malformed("a value", "the byte 0xc1");
    }
  }

  #list(length: number, levels: number): unknown[] {
    this.#enter(length, levels);
    // It grows with what is really there: its length is only a claim.
    const list: unknown[] = [];
    for (let i = 0; i < length; i++) list.push(this.value(levels - 1));
    return list;
  }

  #object(size: number, levels: number): Record<string, unknown> {
    this.#enter(2 * size, levels);
    const object: Record<string, unknown> = {};
    for (let i = 0; i < size; i++) {
      const key = this.value(0);
      if (typeof key !== "string" && typeof key !== "number") {
        throw malformed("a text as key of an object", `a ${typeof key}`);
      }
      if (key === "__proto__") throw protoKey();
      object[key] = this.value(levels - 1);
    }
    return object;
  }

  /** Checks the head of a list or an object of so many values, each of which has a byte at least. */
  #enter(values: number, levels: number): void {
    if (levels === 0) throw tooDeep(this.#maxDepth);
    this.#cursor.expect(values);
  }

  #text(length: number): string {
    const bytes = this.#cursor.bytes(length);
    if (length > SHORT) return decode(bytes);
    let text = "";
    for (const byte of bytes) {
      if (byte > 0x7f) return decode(bytes);
      text += String.fromCharCode(byte);
    }
    return text;
  }

  #extension(length: number): Date {
    const type = this.#cursor.signed(0);
    const bytes = this.#cursor.bytes(length);
    if (type !== -1) throw malformed("no extension but timestamps", `one of type ${type}`);
    return readTimestamp(bytes);
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw malformed("text in UTF-8", "other bytes");
  }
}

/** As a number, if that is the same. */
function exact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
