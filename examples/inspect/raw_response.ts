import { Buffer } from "node:buffer";

/** What ends the head, and what says of a response that no body follows: RFC 9112 §6.3. */
const END = "\r\n\r\n";
const NO_BODY = /^HTTP\/1\.\d (101|204|304)/;

/** The head of a response and what follows, of bytes as they come: RFC 9112. */
export class RawResponse {
  readonly #bytes: Buffer;
  /** Bytes that have come, of those that are kept. */
  #length = 0;
  /** Where the body begins; 0 as long as the head has not ended. */
  #start = 0;
  #head: string | undefined;
  #cut = false;
  /** Bytes that the body has, if the head says that. */
  #expected: number | undefined;
  /** What was in chunks so far; `undefined` if there are none. */
  #chunks: Chunks | undefined;

  /** Keeps so many bytes, with the head. */
  constructor(most: number) {
    this.#bytes = Buffer.alloc(most);
  }

  /** Some more bytes came. */
  add(bytes: Uint8Array): void {
    const room = this.#bytes.length - this.#length;
    if (bytes.length > room) this.#cut = true;
    const before = this.#length;
    this.#bytes.set(bytes.subarray(0, room), before);
    this.#length += Math.min(bytes.length, room);
    if (this.#head === undefined) this.#findHead(Math.max(0, before - END.length));
    this.#chunks?.read(this.#bytes.subarray(this.#start, this.#length));
  }

  /** The status line and the fields, byte by byte; `undefined` as long as there is more to come. */
  get head(): string | undefined {
    return this.#head;
  }

  /** What followed, as text; after a 101, that is no HTTP any more. */
  get body(): string {
    if (this.#head === undefined || NO_BODY.test(this.#head)) return "";
    const bytes = this.#bytes.subarray(this.#start, this.#length);
    return new TextDecoder().decode(this.#chunks?.content(bytes) ?? bytes);
  }

  /** Whether there was more than is kept. */
  get cut(): boolean {
    return this.#cut;
  }

  /** Whether nothing more is to come, or to be kept. Without a length, only the end tells. */
  get complete(): boolean {
    if (this.#cut) return true;
    if (this.#head === undefined) return false;
    if (NO_BODY.test(this.#head)) return true;
    if (this.#chunks) return this.#chunks.ended;
    return this.#length - this.#start >= (this.#expected ?? Infinity);
  }

  #findHead(from: number): void {
    const end = this.#bytes.subarray(0, this.#length).indexOf(END, from);
    if (end < 0) return;
    this.#start = end + END.length;
    const head = this.#head = this.#bytes.toString("latin1", 0, this.#start);
    // Not by a pattern: a server that means ill would have it try for minutes.
    for (const line of head.split("\r\n")) {
      const colon = line.indexOf(":");
      const name = line.slice(0, Math.max(0, colon)).toLowerCase();
      const value = line.slice(colon + 1).trim().toLowerCase();
      if (name === "content-length") this.#expected = Number(value);
      if (name === "transfer-encoding" && value.endsWith("chunked")) this.#chunks = new Chunks();
    }
  }
}

/** A body in chunks, each of which is looked at once: RFC 9112 §7.1. */
class Chunks {
  /** Whether the last one has come. */
  ended = false;
  readonly #parts: (readonly [start: number, end: number])[] = [];
  /** Where the next one begins. */
  #next = 0;

  /** There is more of the body. */
  read(body: Buffer): void {
    while (!this.ended && this.#next < body.length) {
      const end = body.indexOf("\r\n", this.#next);
      const size = end < 0 ? NaN : parseInt(body.toString("latin1", this.#next, end), 16);
      if (size === 0) this.ended = true;
      if (!(size > 0)) return;
      this.#parts.push([end + 2, end + 2 + size]);
      this.#next = end + 2 + size + 2;
    }
  }

  /** What was in them. */
  content(body: Buffer): Buffer {
    return Buffer.concat(this.#parts.map(([start, end]) => body.subarray(start, end)));
  }
}
