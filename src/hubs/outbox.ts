import type { Transport } from "./transport.ts";

type Encoded = string | Uint8Array<ArrayBuffer>;

/** Characters or bytes of a frame above which the next messages get a frame of their own. */
const FULL = 64 * 1024;

/** Whatever has something to send at the end of a turn. */
interface Waiting {
  flush(): void;
}

/** Outboxes that have something to send: all of them at once, so that nobody waits for a timer. */
let waiting: Waiting[] = [];

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
  #pieces: Uint8Array<ArrayBuffer>[] = [];
  #size = 0;
  /** Whole frames that come before. */
  #frames: Encoded[] = [];
  #scheduled = false;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Sends one message, at the end of this turn. All of one client are text, or all are bytes. */
  add(encoded: Encoded): void {
    if (this.#size > 0 && this.#size + encoded.length > FULL) this.#fill();
    this.#size += encoded.length;
    if (typeof encoded === "string") this.#text += encoded;
    else this.#pieces.push(encoded);
    if (this.#scheduled) return;
    this.#scheduled = true;
    if (waiting.push(this) === 1) queueMicrotask(flushAll);
  }

  /** Sends at once. */
  flush(): void {
    this.#scheduled = false;
    if (this.#size === 0) return;
    this.#fill();
    const frames = this.#frames;
    this.#frames = [];
    if (frames.length === 1) return this.#transport.send(frames[0]!);
    this.#transport.batch(() => {
      for (const frame of frames) this.#transport.send(frame);
    });
  }

  /** Throws away what waits. */
  clear(): void {
    this.#text = "";
    this.#pieces = [];
    this.#frames = [];
    this.#size = 0;
  }

  #fill(): void {
    this.#frames.push(this.#text === "" ? joined(this.#pieces) : this.#text);
    this.#text = "";
    this.#pieces = [];
    this.#size = 0;
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
