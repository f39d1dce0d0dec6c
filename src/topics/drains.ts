import type { Clock } from "../base/clock.ts";
import { Deferred } from "../base/deferred.ts";
import type { Subscriber } from "./subscriber.ts";

/** Bytes that may wait for one subscriber without anybody waiting for it. */
const MUCH = 1024 * 1024;

/** Milliseconds that all wait for the slowest one: from then on it has to see to itself. */
const LONGEST = 1_000;

/** Waits for subscribers for whom much waits, when they are sent a whole history together. */
export class Drains {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when nothing waits any more for those for whom much did, or after a moment. */
  async wentOut(subscribers: Iterable<Subscriber>): Promise<void> {
    // What was delivered in this turn is sent at its end.
    await undefined;
    const waiting: Promise<void>[] = [];
    for (const subscriber of subscribers) {
      if ((subscriber.bufferedAmount ?? 0) < MUCH) continue;
      const drained = subscriber.drained?.();
      if (drained) waiting.push(drained);
    }
    if (waiting.length === 0) return;
    const late = new Deferred<void>();
    const stop = this.#clock.after(LONGEST, () => late.resolve());
    await Promise.race([Promise.all(waiting), late.promise]);
    stop();
  }
}
