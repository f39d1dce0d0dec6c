/** Milliseconds between two canaries. */
export const CANARY_PERIOD = 5_000;

/** How many in a row may be missing. */
const MOST_MISSING = 2;

/** What is to be done. */
export type CanaryStep = "send" | "wait" | "alarm";

/**
 * Messages of this process to itself, by way of the engine: the one proof that messages get through.
 * A client that has lost its subscriptions, an engine that stands still and half of a connection look
 * well from outside.
 */
export class Canary {
  /** The last number that was sent. */
  #sent = 0;
  #back = true;
  #missing = 0;
  #rested = false;

  /** Called twice in each period: one that is not back by then is missing. */
  step(): CanaryStep {
    if (!this.#back) return ++this.#missing >= MOST_MISSING ? "alarm" : "send";
    this.#missing = 0;
    this.#rested = !this.#rested;
    return this.#rested ? "wait" : "send";
  }

  /** The number of the next one, which is expected from now on. */
  next(): number {
    this.#back = false;
    return ++this.#sent;
  }

  /** One came: whether it was one of ours. An old one says nothing, but does no harm. */
  came(number: number): boolean {
    if (number === this.#sent) this.#back = true;
    return number <= this.#sent;
  }

  /** Whether the last one is back. */
  get back(): boolean {
    return this.#back;
  }

  /** Begins anew: nothing is expected. */
  reset(): void {
    this.#back = true;
    this.#missing = 0;
    this.#rested = false;
  }
}
