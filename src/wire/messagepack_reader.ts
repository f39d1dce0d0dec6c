import type { DecoderOptions, MessagePackLibrary } from "./messagepack_port.ts";
import { MessagePackScan } from "./messagepack_scan.ts";
import { malformed } from "./wire_error.ts";

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Reads values from MessagePack: checks them first, and lets the library do the rest. */
export class MessagePackReader {
  readonly #library: MessagePackLibrary;
  readonly #options: DecoderOptions;
  /** For what the library would change: it gives us the bytes of texts, and all long integers. */
  readonly #exactOptions: DecoderOptions;

  constructor(library: MessagePackLibrary) {
    this.#library = library;
    this.#options = {
      extensionCodec: { decode: (data) => this.#date(data), tryToEncode: () => null },
      mapKeyConverter: (key) => typeof key === "string" ? key : Number(key),
      useBigInt64: false,
      rawStrings: false,
    };
    this.#exactOptions = {
      ...this.#options,
      useBigInt64: true,
      rawStrings: true,
      keyDecoder: {
        canBeCached: () => true,
        decode: (bytes, at, length) => utf8.decode(bytes.subarray(at, at + length)),
      },
    };
  }

  /**
   * Reads a value. Integers that a number cannot hold become a bigint, timestamps a date; bytes are
   * copied.
   *
   * @param maxDepth Levels of lists and objects that it may have.
   * @throws {WireError} If it is no such value, or has a time in it that no date can hold.
   */
  read(bytes: Uint8Array, maxDepth: number): unknown {
    const { binaries, special } = new MessagePackScan(bytes, maxDepth);
    // A decoder keeps what it has read, so that each is used once.
    const { Decoder } = this.#library;
    if (!special && binaries.size === 0) return new Decoder(this.#options).decode(bytes);
    const isText = (part: Uint8Array) => !binaries.has(part.byteOffset - bytes.byteOffset);
    return exact(new Decoder(this.#exactOptions).decode(bytes), isText);
  }

  /** A date has milliseconds: the rest is cut off. */
  #date(data: Uint8Array): Date {
    const { sec, nsec } = this.#library.decodeTimestampToTimeSpec(data);
    const date = new Date(sec * 1000 + Math.floor(nsec / 1_000_000));
    if (Number.isNaN(date.getTime())) throw malformed("a time that a Date can hold", `${sec} s`);
    return date;
  }
}

/** The same value with texts in place of their bytes, copies of other bytes, and numbers. */
function exact(value: unknown, isText: (bytes: Uint8Array) => boolean): unknown {
  if (typeof value === "bigint") return narrowed(value);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  if (value instanceof Uint8Array) {
    return isText(value) ? utf8.decode(value) : new Uint8Array(value);
  }
  // Lists and objects that nobody else has seen.
  const parts = value as Record<string, unknown>;
  for (const name of Object.keys(parts)) parts[name] = exact(parts[name], isText);
  return value;
}

/** As a number, if that is the same. */
function narrowed(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
