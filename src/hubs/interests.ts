import type { Clock } from "../base/clock.ts";
import { Deferred } from "../base/deferred.ts";

/** The part of a broker that is told what is wanted. */
export interface InterestPort {
  readonly linger: number;
  subscribe(topic: string): Promise<void> | undefined;
  unsubscribe(topic: string): void;
}

/** Milliseconds that whoever comes first waits for the engine. */
const PATIENCE = 500;

/** Channels that nobody wants any more and that are kept for a while. */
const MOST_IDLE = 1_000;

interface Interest {
  /** While the engine has yet to say that it knows. */
  ready: Promise<void> | undefined;
  /** Whether somebody wants it who waits no more, and would not hear of a refusal. */
  readonly kept: boolean;
}

/**
 * The channels that this process wants because of its clients: subscribed to for the first of them,
 * and kept for a while behind the last, who may be back soon.
 */
export class Interests {
  readonly #port: InterestPort;
  readonly #clock: Clock;
  readonly #late: (topic: string) => void;
  readonly #wanted = new Map<string, Interest>();
  /** Since when nobody wants it, the oldest first. */
  readonly #idle = new Map<string, number>();
  /** Channels that are wanted still, though the engine has refused them, or has not answered. */
  readonly #refused = new Set<string>();

  /** @param late Called with a channel on which something may have been missed. */
  constructor(port: InterestPort, clock: Clock, late: (topic: string) => void) {
    this.#port = port;
    this.#clock = clock;
    this.#late = late;
  }

  /** How many channels the engine is asked for. */
  get size(): number {
    return this.#wanted.size;
  }

  /**
   * Somebody wants a channel.
   *
   * @returns What resolves when the engine knows, or after half a second, and rejects if it refuses;
   * `undefined` if there is nothing to wait for.
   */
  add(topic: string): Promise<void> | undefined {
    this.#idle.delete(topic);
    const known = this.#wanted.get(topic);
    if (known !== undefined && !this.#refused.delete(topic)) return known.ready;
    const interest: Interest = { ready: undefined, kept: known !== undefined };
    this.#wanted.set(topic, interest);
    const subscribed = this.#port.subscribe(topic);
    if (subscribed === undefined) return undefined;
    // What is refused is asked for anew by whoever comes next. Who is in already is not told.
    subscribed.catch(() => {
      if (this.#wanted.get(topic) !== interest) return;
      if (interest.kept || interest.ready === undefined) this.#refused.add(topic);
      else this.#wanted.delete(topic);
    });
    const done = () => {
      interest.ready = undefined;
    };
    interest.ready = this.#inTime(topic, subscribed);
    interest.ready.then(done, done);
    return interest.ready;
  }

  /** Nobody wants it any more. */
  delete(topic: string): void {
    if (!this.#wanted.has(topic)) return;
    this.#idle.set(topic, this.#clock.now());
    if (this.#idle.size > MOST_IDLE) this.#drop(this.#idle.keys().next().value!);
  }

  /** Asks again for what was refused, and lets go of those that nobody has wanted for long. */
  look(now: number): void {
    for (const topic of [...this.#refused]) if (!this.#idle.has(topic)) this.#askAgain(topic);
    for (const [topic, since] of this.#idle) {
      if (now - since < this.#port.linger) return;
      this.#drop(topic);
    }
  }

  #askAgain(topic: string): void {
    this.#refused.delete(topic);
    const interest = this.#wanted.get(topic);
    this.#port.subscribe(topic)?.then(() => this.#late(topic), () => {
      if (this.#wanted.get(topic) === interest) this.#refused.add(topic);
    });
  }

  #drop(topic: string): void {
    this.#idle.delete(topic);
    this.#refused.delete(topic);
    this.#wanted.delete(topic);
    this.#port.unsubscribe(topic);
  }

  /** A slow engine must not hold what goes on here; what comes before it knows is told as missed. */
  async #inTime(topic: string, subscribed: Promise<void>): Promise<void> {
    const over = new Deferred<"over">();
    const cancel = this.#clock.after(PATIENCE, () => over.resolve("over"));
    try {
      if (await Promise.race([subscribed, over.promise]) !== "over") return;
      const late = () => this.#late(topic);
      subscribed.then(late, late);
    } finally {
      cancel();
    }
  }
}
