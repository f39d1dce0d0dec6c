import { MAX_DEPTH } from "./depth.ts";
import { utf8Exceeds, utf8Length } from "../base/utf8.ts";
import { readRecord, SEPARATOR } from "./json_record.ts";
import { jsonMessage } from "./json_message.ts";
import type { HubMessage } from "./message.ts";
import type { Decoder, DecoderLimits } from "./protocol.ts";
import { tooLarge, WireError } from "./wire_error.ts";

/** The decoder for JSON on one connection. */
export function jsonDecoder(limits: DecoderLimits): Decoder {
  return new JsonDecoder(limits.maxMessageSize, limits.maxDepth ?? MAX_DEPTH);
}

class JsonDecoder implements Decoder {
  readonly #maxSize: number;
  readonly #maxDepth: number;
  /** For clients that send text in binary frames; few do. */
  #utf8: TextDecoder | undefined;
  /** The beginning of a message. */
  #rest = "";
  #restSize = 0;
  /** Pieces that have been added to the beginning since it was one string. */
  #pieces = 0;

  constructor(maxSize: number, maxDepth: number) {
    this.#maxSize = maxSize;
    this.#maxDepth = maxDepth;
  }

  push(data: string | Uint8Array): Iterable<HubMessage> {
    const text = typeof data === "string" && this.#utf8 === undefined ? data : this.#textOf(data);
    // Nearly always it is one message as a whole.
    if (this.#rest !== "" || text.indexOf(SEPARATOR) !== text.length - 1) return this.#split(text);
    const message = text === "" ? undefined : this.#read(text.slice(0, -1));
    return message === undefined ? [] : [message];
  }

  *#split(text: string): Generator<HubMessage> {
    let from = 0;
    for (let end; (end = text.indexOf(SEPARATOR, from)) >= 0; from = end + 1) {
      const piece = text.slice(from, end);
      const whole = this.#rest + piece;
      this.#rest = "";
      this.#restSize = this.#pieces = 0;
      const message = this.#read(whole);
      if (message !== undefined) yield message;
    }
    this.#keep(text.slice(from));
  }

  #read(text: string): HubMessage | undefined {
    if (utf8Exceeds(text, this.#maxSize - 1)) throw tooLarge(this.#maxSize);
    return jsonMessage(readRecord(text, this.#maxDepth));
  }

  /** Keeps the beginning of a message. */
  #keep(piece: string): void {
    if (piece === "") return;
    this.#restSize += utf8Length(piece);
    if (this.#restSize >= this.#maxSize) throw tooLarge(this.#maxSize);
    this.#rest += piece;
    // An engine keeps each piece with its length and two addresses until it needs the text as one.
    if (++this.#pieces > 64 + this.#rest.length / 8) {
      this.#rest.charCodeAt(0);
      this.#pieces = 0;
    }
  }

  #textOf(data: string | Uint8Array): string {
    this.#utf8 ??= new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    try {
      // Before text, all bytes have to be complete.
      if (typeof data === "string") return this.#utf8.decode() + data;
      return this.#utf8.decode(data, { stream: true });
    } catch {
      throw new WireError("Error reading JSON.");
    }
  }
}
