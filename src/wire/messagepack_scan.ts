import { tooDeep } from "./depth.ts";
import { malformed, protoKey } from "./wire_error.ts";

/** What a value will be, by the name of its type. */
type Kind = "string" | "number" | "bigint" | "boolean" | "object";

/** Bytes of a text that are looked at one by one, which is faster than a call of the decoder. */
const SHORT = 32;

const PROTO = [...new TextEncoder().encode("__proto__")];
const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Walks through a message without making anything of it, so that what a library makes of it then is
 * not larger than what has really come: a list claims its length, and a library believes that.
 *
 * @see https://github.com/msgpack/msgpack/blob/master/spec.md
 */
export class MessagePackScan {
  readonly #bytes: Uint8Array;
  readonly #maxDepth: number;
  #at = 0;
  /** Where the last text begins. */
  #text = 0;
  /** Where bytes begin that are no text. */
  readonly binaries: Set<number> = new Set();
  /** Whether there are integers that no number holds, or texts that begin with U+FEFF. */
  special = false;

  /**
   * @param maxDepth Levels of lists and objects that it may have.
   * @throws {WireError} If it is not one whole value; if it has an extension in it that is no
   * timestamp, text that is no UTF-8, a key that is neither text nor number, a key `__proto__`, or too
   * many levels.
   */
  constructor(bytes: Uint8Array, maxDepth: number) {
    this.#bytes = bytes;
    this.#maxDepth = maxDepth;
    this.#value(maxDepth);
    const left = bytes.length - this.#at;
    if (left > 0) throw malformed("the end of the message", `${left} bytes more`);
  }

  #value(levels: number): Kind {
    const code = this.#bytes[this.#skip(1)]!;
    if (code <= 0x7f || code >= 0xe0) return "number";
    if (code <= 0x8f) return this.#object(code & 0x0f, levels);
    if (code <= 0x9f) return this.#list(code & 0x0f, levels);
    if (code <= 0xbf) return this.#string(code & 0x1f);
    if (code === 0xc1) throw malformed("a value", "the byte 0xc1");
    if (code <= 0xc3) return code === 0xc0 ? "object" : "boolean";
    if (code <= 0xc6) return this.#binary(this.#unsigned(code - 0xc4));
    if (code <= 0xc9) return this.#extension(this.#unsigned(code - 0xc7));
    if (code === 0xcf || code === 0xd3) return this.#long(code === 0xd3);
    if (code <= 0xd3) return this.#number(code & 3);
    if (code <= 0xd8) return this.#extension(1 << (code - 0xd4));
    if (code <= 0xdb) return this.#string(this.#unsigned(code - 0xd9));
    if (code <= 0xdd) return this.#list(this.#unsigned(code - 0xdb), levels);
    return this.#object(this.#unsigned(code - 0xdd), levels);
  }

  #list(length: number, levels: number): Kind {
    this.#enter(length, levels);
    for (let i = 0; i < length; i++) this.#value(levels - 1);
    return "object";
  }

  #object(size: number, levels: number): Kind {
    this.#enter(2 * size, levels);
    for (let i = 0; i < size; i++) {
      const kind = this.#value(0);
      if (kind !== "string" && kind !== "number") {
        throw malformed("a text as key of an object", `a ${kind}`);
      }
      if (kind === "string" && this.#isProto()) throw protoKey();
      this.#value(levels - 1);
    }
    return "object";
  }

  /** Checks the head of a list or an object of so many values, each of which has a byte at least. */
  #enter(values: number, levels: number): void {
    if (levels === 0) throw tooDeep(this.#maxDepth);
    this.#expect(values);
  }

  #string(length: number): Kind {
    const bytes = this.#bytes;
    const at = this.#text = this.#skip(length);
    const end = length > SHORT ? at : this.#at;
    let i = at;
    while (i < end && bytes[i]! <= 0x7f) i++;
    if (i === this.#at) return "string";
    try {
      utf8.decode(bytes.subarray(at, this.#at));
    } catch {
      throw malformed("text in UTF-8", "other bytes");
    }
    if (bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf) this.special = true;
    return "string";
  }

  /** Whether the last text is `__proto__`. */
  #isProto(): boolean {
    if (this.#at - this.#text !== PROTO.length) return false;
    return PROTO.every((byte, i) => this.#bytes[this.#text + i] === byte);
  }

  #binary(length: number): Kind {
    this.binaries.add(this.#skip(length));
    return "object";
  }

  #extension(length: number): Kind {
    const type = this.#bytes[this.#skip(1)]! << 24 >> 24;
    this.#skip(length);
    if (type !== -1) throw malformed("no extension but timestamps", `one of type ${type}`);
    if (length === 4 || length === 8 || length === 12) return "object";
    throw malformed("a timestamp of 4, 8 or 12 bytes", `${length}`);
  }

  /** A number of 1, 2, 4 or 8 bytes, as 2 ** `power`. */
  #number(power: number): Kind {
    this.#skip(1 << power);
    return "number";
  }

  /** An integer of 8 bytes. */
  #long(signed: boolean): Kind {
    const high = this.#unsigned(2);
    const value = (signed ? high | 0 : high) * 2 ** 32 + this.#unsigned(2);
    if (Number.isSafeInteger(value)) return "number";
    this.special = true;
    return "bigint";
  }

  /** An unsigned integer of 1, 2 or 4 bytes, as 2 ** `power`. */
  #unsigned(power: number): number {
    const end = 1 << power;
    const at = this.#skip(end);
    let value = 0;
    for (let i = 0; i < end; i++) value = value * 256 + this.#bytes[at + i]!;
    return value;
  }

  /** Goes on by so many bytes; where they begin. */
  #skip(length: number): number {
    this.#expect(length);
    const at = this.#at;
    this.#at += length;
    return at;
  }

  #expect(length: number): void {
    const left = this.#bytes.length - this.#at;
    if (length > left) throw malformed(`${length} bytes more`, `${left}`);
  }
}
