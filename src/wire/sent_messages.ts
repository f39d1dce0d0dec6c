import { Queue } from "../base/queue.ts";
import { WireError } from "./wire_error.ts";

/** A message as it was sent, with what frames it. */
type Encoded = string | Uint8Array<ArrayBuffer>;

/**
 * What was sent and the other side has not acknowledged, numbered from 1: what would be sent again
 * after a cut. Only so much is kept: above it, the oldest are forgotten, and until the other side has
 * acknowledged those, a cut is the end.
 *
 * Source: SignalR, TransportProtocols, stateful reconnect.
 */
export class SentMessages {
  readonly #most: number;
  readonly #queue: Queue<Encoded> = new Queue();
  /** The number of the first that is kept. */
  #first = 1;
  #size = 0;
  /** The number of the last one that was forgotten. */
  #forgotten = 0;
  #acknowledged = 0;

  /** @param most Bytes or characters that are kept. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Bytes or characters that are kept. */
  get size(): number {
    return this.#size;
  }

  /** The number of the first message that would be sent again, or else of the next one. */
  get first(): number {
    return this.#first;
  }

  /** Whether everything is there that the other side may lack. */
  get complete(): boolean {
    return this.#forgotten <= this.#acknowledged;
  }

  /** Keeps a message that is sent. */
  add(message: Encoded): void {
    this.#queue.push(message);
    this.#size += message.length;
    while (this.#size > this.#most) {
      this.#shift();
      this.#forgotten = this.#first - 1;
    }
  }

  /**
   * The other side has processed everything up to a message.
   *
   * @throws {WireError} If that was never sent.
   */
  acknowledge(id: number): void {
    if (!Number.isInteger(id) || id >= this.#first + this.#queue.length) {
      throw new WireError(`Expected an acknowledgement of what was sent, got one of ${id}.`);
    }
    this.#acknowledged = Math.max(this.#acknowledged, id);
    while (this.#first <= id) this.#shift();
  }

  /** Forgets all that is kept. Until the other side has acknowledged it, a cut is the end. */
  forget(): void {
    while (this.#queue.length > 0) {
      this.#shift();
      this.#forgotten = this.#first - 1;
    }
  }

  /** What is to be sent again, in order. */
  *[Symbol.iterator](): Generator<Encoded> {
    for (let i = 0; i < this.#queue.length; i++) yield this.#queue.at(i)!;
  }

  #shift(): void {
    this.#first++;
    this.#size -= this.#queue.shift()!.length;
  }
}
