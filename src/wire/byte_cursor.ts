import { malformed } from "./wire_error.ts";

/** Where reading is in a message, and the rest of it. Nothing is read beyond its end. */
export class ByteCursor {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes that have not been read. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /**
   * Checks that there are so many bytes more.
   *
   * @throws {WireError} If there are less.
   */
  expect(length: number): void {
    if (length > this.left) throw malformed(`${length} bytes more`, `${this.left}`);
  }

  /** An unsigned integer of 1, 2 or 4 bytes, as 2 ** `power`. */
  unsigned(power: number): number {
    if (power === 0) return this.#bytes[this.#skip(1)]!;
    return power === 1 ? this.#view.getUint16(this.#skip(2)) : this.#view.getUint32(this.#skip(4));
  }

  /** A signed integer of 1, 2 or 4 bytes, as 2 ** `power`. */
  signed(power: number): number {
    if (power === 0) return this.#view.getInt8(this.#skip(1));
    return power === 1 ? this.#view.getInt16(this.#skip(2)) : this.#view.getInt32(this.#skip(4));
  }

  unsigned64(): bigint {
    return this.#view.getBigUint64(this.#skip(8));
  }

  signed64(): bigint {
    return this.#view.getBigInt64(this.#skip(8));
  }

  float32(): number {
    return this.#view.getFloat32(this.#skip(4));
  }

  float64(): number {
    return this.#view.getFloat64(this.#skip(8));
  }

  /** The next bytes: a view of the message, not a copy. */
  bytes(length: number): Uint8Array {
    const at = this.#skip(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** Goes on by so many bytes; where they begin. */
  #skip(length: number): number {
    this.expect(length);
    const at = this.#at;
    this.#at += length;
    return at;
  }
}
