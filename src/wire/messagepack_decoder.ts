import { MAX_DEPTH } from "./depth.ts";
import type { HubMessage } from "./message.ts";
import { messagePackMessage } from "./messagepack_message.ts";
import type { MessagePackReader } from "./messagepack_reader.ts";
import type { Decoder, DecoderLimits } from "./protocol.ts";
import { tooLarge, WireError } from "./wire_error.ts";

const encoder = new TextEncoder();

const NOTHING = new Uint8Array();

/** The decoder for MessagePack on one connection. */
export function messagePackDecoder(limits: DecoderLimits, reader: MessagePackReader): Decoder {
  return new MessagePackDecoder(limits.maxMessageSize, limits.maxDepth ?? MAX_DEPTH, reader);
}

class MessagePackDecoder implements Decoder {
  readonly #maxSize: number;
  readonly #maxDepth: number;
  readonly #reader: MessagePackReader;
  /** The beginning of a message, and room for more of it. */
  #held = NOTHING;
  #size = 0;

  constructor(maxSize: number, maxDepth: number, reader: MessagePackReader) {
    this.#maxSize = maxSize;
    this.#maxDepth = maxDepth;
    this.#reader = reader;
  }

  push(data: string | Uint8Array): Iterable<HubMessage> {
    // Which kind of frames it came in does not matter.
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    if (this.#size > 0) {
      this.#append(bytes);
      return this.#split(this.#held.subarray(0, this.#size));
    }
    // Nearly always it is one message as a whole.
    const extent = this.#extentAt(bytes, 0);
    if (extent === undefined || extent.end !== bytes.length) return this.#split(bytes);
    const message = this.#read(bytes.subarray(extent.begin));
    return message === undefined ? [] : [message];
  }

  *#split(bytes: Uint8Array): Generator<HubMessage> {
    let from = 0;
    for (let extent; (extent = this.#extentAt(bytes, from)) !== undefined; from = extent.end) {
      if (extent.end > bytes.length) break;
      const message = this.#read(bytes.subarray(extent.begin, extent.end));
      if (message !== undefined) yield message;
    }
    this.#keep(bytes, from);
  }

  #read(bytes: Uint8Array): HubMessage | undefined {
    return messagePackMessage(this.#reader.read(bytes, this.#maxDepth));
  }

  /** Where a message is by its length, which comes first; `undefined` if that is not complete. */
  #extentAt(bytes: Uint8Array, from: number): { begin: number; end: number } | undefined {
    let length = 0;
    for (let i = 0; i < 5; i++) {
      const byte = bytes[from + i];
      if (byte === undefined) return;
      // More than 31 bits.
      if (i === 4 && byte > 7) break;
      length += (byte & 0x7f) * 2 ** (7 * i);
      if (byte > 0x7f) continue;
      const begin = from + i + 1;
      if (i + 1 + length > this.#maxSize) throw tooLarge(this.#maxSize);
      return { begin, end: begin + length };
    }
    throw new WireError("Messages over 2GB in size are not supported.");
  }

  /** Keeps what begins at `from`. */
  #keep(bytes: Uint8Array, from: number): void {
    if (from === 0 && this.#size > 0) return;
    this.#size = 0;
    this.#held = NOTHING;
    if (from < bytes.length) this.#append(bytes.subarray(from));
  }

  #append(bytes: Uint8Array): void {
    const size = this.#size + bytes.length;
    if (size > this.#held.length) {
      // Twice as large each time, so that a message in single bytes is not copied for each of them.
      const larger = new Uint8Array(Math.max(size, 2 * this.#held.length));
      larger.set(this.#held.subarray(0, this.#size));
      this.#held = larger;
    }
    this.#held.set(bytes, this.#size);
    this.#size = size;
  }
}
