import { afterTurn } from "../base/turn.ts";
import type { Transport } from "./transport.ts";

type Encoded = string | Uint8Array<ArrayBuffer>;

/** Characters or bytes of a frame above which the next messages get a frame of their own. */
const FULL = 64 * 1024;

/** Characters or bytes that wait for no turn: the limits of the connection are to see them. */
const MUCH = 4 * FULL;

/** Outboxes that have something to send when this turn is over. */
let waiting: Outbox[] = [];

function flushAll(): void {
  const due = waiting;
  waiting = [];
  for (const outbox of due) outbox.flush();
}

/**
 * What is on its way to one client: the messages of a turn go out together, in as few frames as
 * possible, because it is frames and system calls that cost.
 */
export class Outbox {
  readonly #transport: Transport;
  /** What makes up the next frame. */
  #text = "";
  #pieces: Uint8Array<ArrayBuffer>[] | undefined;
  /** Its size. */
  #length = 0;
  /** Whole frames that come before. */
  #frames: Encoded[] | undefined;
  /** The size of all. */
  #size = 0;
  #scheduled = false;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Characters or bytes that wait. */
  get size(): number {
    return this.#size;
  }

  /** Sends one message when this turn is over. All of one client are text, or all are bytes. */
  add(encoded: Encoded): void {
    const { length } = encoded;
    if (this.#length > 0 && this.#length + length > FULL) (this.#frames ??= []).push(this.#frame());
    this.#length += length;
    this.#size += length;
    if (typeof encoded === "string") this.#text += encoded;
    else (this.#pieces ??= []).push(encoded);
    if (this.#size > MUCH) return this.flush();
    if (this.#scheduled) return;
    this.#scheduled = true;
    if (waiting.push(this) === 1) afterTurn(flushAll);
  }

  /** Sends at once. */
  flush(): void {
    this.#scheduled = false;
    if (this.#size === 0) return;
    const last = this.#frame();
    const frames = this.#frames;
    this.#frames = undefined;
    this.#size = 0;
    if (frames === undefined) return this.#transport.send(last);
    this.#transport.batch(() => {
      for (const frame of frames) this.#transport.send(frame);
      this.#transport.send(last);
    });
  }

  /** Throws away what waits. */
  clear(): void {
    this.#frame();
    this.#frames = undefined;
    this.#size = 0;
  }

  /** Takes the messages of the next frame. */
  #frame(): Encoded {
    const frame = this.#pieces === undefined ? this.#text : joined(this.#pieces);
    this.#text = "";
    this.#pieces = undefined;
    this.#length = 0;
    return frame;
  }
}

function joined(pieces: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const [first] = pieces;
  if (first !== undefined && pieces.length === 1) return first;
  const whole = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
