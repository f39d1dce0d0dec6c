import { Buffer } from "node:buffer";

/** The head of a response and what follows, of bytes as they come: RFC 9112. */
export class RawResponse {
  readonly #most: number;
  #bytes: Uint8Array = new Uint8Array();
  /** Where the body begins; -1 as long as the head has not ended. */
  #start = -1;
  #cut = false;

  /** Keeps so many bytes, with the head. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Some more bytes came. */
  add(bytes: Uint8Array): void {
    const room = this.#most - this.#bytes.length;
    if (bytes.length > room) this.#cut = true;
    this.#bytes = Buffer.concat([this.#bytes, bytes.subarray(0, room)]);
    if (this.#start >= 0) return;
    const end = Buffer.from(this.#bytes).indexOf("\r\n\r\n");
    if (end >= 0) this.#start = end + 4;
  }

  /** The status line and the fields, byte by byte; `undefined` as long as there is more to come. */
  get head(): string | undefined {
    if (this.#start < 0) return undefined;
    return Buffer.from(this.#bytes.subarray(0, this.#start)).toString("latin1");
  }

  /** What followed, as text. */
  get body(): string {
    if (this.#start < 0 || this.#switched) return "";
    const bytes = this.#bytes.subarray(this.#start);
    return new TextDecoder().decode(this.#chunked ? chunksOf(bytes).content : bytes);
  }

  /** Whether there was more than is kept. */
  get cut(): boolean {
    return this.#cut;
  }

  /** Whether nothing more is to come, or to be kept. Without a length, only the end tells. */
  get complete(): boolean {
    if (this.#cut) return true;
    const { head } = this;
    if (head === undefined) return false;
    if (this.#switched || /^HTTP\/1\.\d (204|304)/.test(head)) return true;
    const bytes = this.#bytes.subarray(this.#start);
    if (this.#chunked) return chunksOf(bytes).ended;
    const length = this.#field("content-length");
    return length !== undefined && bytes.length >= Number(length);
  }

  get #switched(): boolean {
    return /^HTTP\/1\.\d 101/.test(this.head ?? "");
  }

  get #chunked(): boolean {
    return /chunked\s*$/i.test(this.#field("transfer-encoding") ?? "");
  }

  #field(name: string): string | undefined {
    return new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*$`, "im").exec(this.head ?? "")?.[1];
  }
}

/** What is in chunks, as far as they are there: RFC 9112 §7.1. */
function chunksOf(bytes: Uint8Array): { content: Uint8Array; ended: boolean } {
  const buffer = Buffer.from(bytes);
  const parts: Uint8Array[] = [];
  for (let at = 0;;) {
    const end = buffer.indexOf("\r\n", at);
    const size = end < 0 ? NaN : parseInt(buffer.toString("latin1", at, end), 16);
    if (size === 0) return { content: Buffer.concat(parts), ended: true };
    if (!(size > 0)) return { content: Buffer.concat(parts), ended: false };
    parts.push(buffer.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
    if (at > buffer.length) return { content: Buffer.concat(parts), ended: false };
  }
}
