import { ByteBuffer } from "./byte_buffer.ts";

/** Bytes that the length of a message takes at most. */
const LONGEST_PREFIX = 5;

/** Characters of a text that are written one by one, which is faster than a call of the encoder. */
const SHORT = 24;

/**
 * Writes one message as MessagePack, value by value, in the shortest forms that there are.
 *
 * @see https://github.com/msgpack/msgpack/blob/master/spec.md
 */
export class MessagePackWriter {
  readonly #buffer = new ByteBuffer(LONGEST_PREFIX);

  /** What was written, with its length before it: seven bits a byte, the lowest first. */
  message(): Uint8Array<ArrayBuffer> {
    const prefix: number[] = [];
    let length = this.#buffer.length;
    for (; length > 0x7f; length >>>= 7) prefix.push(length & 0x7f | 0x80);
    prefix.push(length);
    return this.#buffer.take(prefix);
  }

  /** Begins anew. */
  clear(): void {
    this.#buffer.clear();
  }

  nil(): void {
    this.#single(0xc0);
  }

  boolean(value: boolean): void {
    this.#single(value ? 0xc3 : 0xc2);
  }

  /** The head of a list of `length` values, which follow. */
  list(length: number): void {
    this.#buffer.reserve(5);
    if (length <= 15) this.#buffer.byte(0x90 | length);
    else this.#head(length, 0xdc);
  }

  /** The head of an object of `size` keys, each of which its value follows. */
  object(size: number): void {
    this.#buffer.reserve(5);
    if (size <= 15) this.#buffer.byte(0x80 | size);
    else this.#head(size, 0xde);
  }

  text(text: string): void {
    const { length } = text;
    this.#buffer.reserve(5 + 3 * length);
    if (length > SHORT || !isAscii(text)) return this.#longText(text);
    this.#buffer.byte(0xa0 | length);
    for (let i = 0; i < length; i++) this.#buffer.byte(text.charCodeAt(i));
  }

  binary(bytes: Uint8Array): void {
    this.#buffer.reserve(5 + bytes.length);
    if (bytes.length <= 0xff) this.#pair(0xc4, bytes.length);
    else this.#head(bytes.length, 0xc5);
    this.#buffer.bytes(bytes);
  }

  number(value: number): void {
    this.#buffer.reserve(9);
    if (!Number.isSafeInteger(value)) {
      this.#buffer.byte(0xcb);
      this.#buffer.float64(value);
    } else if (value >= 0) this.#unsigned(value);
    else this.#negative(value);
  }

  /** A timestamp of 4, 8 or 12 bytes, by what it takes. An invalid date is nil, as in JSON. */
  date(date: Date): void {
    const time = date.getTime();
    if (Number.isNaN(time)) return this.nil();
    const seconds = Math.floor(time / 1000);
    const nanoseconds = (time - seconds * 1000) * 1_000_000;
    this.#buffer.reserve(15);
    if (seconds < 0 || seconds >= 2 ** 34) {
      this.#pair(0xc7, 12);
      this.#buffer.byte(0xff);
      this.#buffer.uint32(nanoseconds);
      this.#buffer.int64(seconds);
    } else {
      const short = nanoseconds === 0 && seconds < 2 ** 32;
      this.#pair(short ? 0xd6 : 0xd7, 0xff);
      if (!short) this.#buffer.uint32(nanoseconds * 4 + Math.floor(seconds / 2 ** 32));
      this.#buffer.uint32(seconds % 2 ** 32);
    }
  }

  #longText(text: string): void {
    // The head has the size that it needs if all is ASCII; if it is not, the text is moved.
    const guess = headSize(text.length);
    const bytes = this.#buffer.textAhead(text, guess);
    this.#buffer.moveAhead(guess, headSize(bytes), bytes);
    if (bytes <= 31) this.#buffer.byte(0xa0 | bytes);
    else if (bytes <= 0xff) this.#pair(0xd9, bytes);
    else this.#head(bytes, 0xda);
    this.#buffer.skip(bytes);
  }

  #unsigned(value: number): void {
    if (value <= 0x7f) this.#buffer.byte(value);
    else if (value <= 0xff) this.#pair(0xcc, value);
    else if (value <= 0xffffffff) this.#head(value, 0xcd);
    else {
      this.#buffer.byte(0xcf);
      this.#buffer.int64(value);
    }
  }

  #negative(value: number): void {
    if (value >= -32) this.#buffer.byte(value);
    else if (value >= -0x80) this.#pair(0xd0, value);
    else if (value >= -0x8000) {
      this.#buffer.byte(0xd1);
      this.#buffer.uint16(value);
    } else if (value >= -0x80000000) {
      this.#buffer.byte(0xd2);
      this.#buffer.uint32(value);
    } else {
      this.#buffer.byte(0xd3);
      this.#buffer.int64(value);
    }
  }

  /** A number of 16 bits behind `code`, or one of 32 bits behind the code after it. */
  #head(value: number, code: number): void {
    if (value <= 0xffff) {
      this.#buffer.byte(code);
      this.#buffer.uint16(value);
    } else {
      this.#buffer.byte(code + 1);
      this.#buffer.uint32(value);
    }
  }

  #pair(code: number, value: number): void {
    this.#buffer.byte(code);
    this.#buffer.byte(value);
  }

  #single(byte: number): void {
    this.#buffer.reserve(1);
    this.#buffer.byte(byte);
  }
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/** Bytes of the head of a text of so many bytes. */
function headSize(bytes: number): number {
  return bytes <= 31 ? 1 : bytes <= 0xff ? 2 : bytes <= 0xffff ? 3 : 5;
}
