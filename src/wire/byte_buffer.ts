/** Bytes of an empty buffer. */
const INITIAL = 1024;

/** Bytes of a buffer that is kept for what is written next. */
const KEPT = 64 * 1024;

const encoder = new TextEncoder();

/**
 * A buffer that is written to from front to back. It grows when it is asked to: `reserve` first, for
 * all that is written then.
 */
export class ByteBuffer {
  readonly #start: number;
  #bytes = new Uint8Array(INITIAL);
  #view = new DataView(this.#bytes.buffer);
  #at: number;

  /** @param start Bytes that are left free at the front. */
  constructor(start: number) {
    this.#start = start;
    this.#at = start;
  }

  /** Bytes that were written. */
  get length(): number {
    return this.#at - this.#start;
  }

  /** Makes room for `size` bytes more. */
  reserve(size: number): void {
    const needed = this.#at + size;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#replace(larger);
  }

  byte(value: number): void {
    this.#bytes[this.#at++] = value;
  }

  uint16(value: number): void {
    this.#view.setUint16(this.#at, value);
    this.#at += 2;
  }

  uint32(value: number): void {
    this.#view.setUint32(this.#at, value);
    this.#at += 4;
  }

  int64(value: number): void {
    this.#view.setBigInt64(this.#at, BigInt(value));
    this.#at += 8;
  }

  float64(value: number): void {
    this.#view.setFloat64(this.#at, value);
    this.#at += 8;
  }

  bytes(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Puts a text behind `ahead` bytes that are written later; how many bytes it has. */
  textAhead(text: string, ahead: number): number {
    return encoder.encodeInto(text, this.#bytes.subarray(this.#at + ahead)).written;
  }

  /** Moves what was put behind `from` bytes, so that it is behind `to`. */
  moveAhead(from: number, to: number, length: number): void {
    if (from === to) return;
    this.#bytes.copyWithin(this.#at + to, this.#at + from, this.#at + from + length);
  }

  /** Passes over what was put ahead. */
  skip(length: number): void {
    this.#at += length;
  }

  /** All of it, in a buffer of its own, with `front` before it; there has to be room for that. */
  take(front: readonly number[]): Uint8Array<ArrayBuffer> {
    const from = this.#start - front.length;
    this.#bytes.set(front, from);
    return this.#bytes.slice(from, this.#at);
  }

  /** Begins anew. */
  clear(): void {
    this.#at = this.#start;
    if (this.#bytes.length > KEPT) this.#replace(new Uint8Array(INITIAL));
  }

  #replace(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}
