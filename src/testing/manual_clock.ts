import type { Clock } from "../base/clock.ts";

interface Timer {
  at: number;
  readonly period: number;
  readonly task: () => void;
}

/** A clock that stands still until it is told to go on, and runs its timers then and there. */
export class ManualClock implements Clock {
  /** Not 0, which would look like a time that nobody has set. */
  #now = 1_000;
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  every(period: number, task: () => void): () => void {
    const least = Math.max(1, period);
    return this.#add({ at: this.#now + least, period: least, task });
  }

  after(delay: number, task: () => void): () => void {
    return this.#add({ at: this.#now + Math.max(0, delay), period: Infinity, task });
  }

  /** How many timers run. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Lets `milliseconds` pass, and runs in order what is due. */
  pass(milliseconds: number): void {
    const end = this.#now + milliseconds;
    while (this.step(end));
  }

  /** Goes on to the first timer that is due by `end`, and runs it; to `end` if there is none. */
  step(end: number): boolean {
    let due: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.at <= end && (due === undefined || timer.at < due.at)) due = timer;
    }
    this.#now = Math.max(this.#now, due?.at ?? end);
    if (due === undefined) return false;
    due.at += due.period;
    if (due.period === Infinity) this.#timers.delete(due);
    due.task();
    return true;
  }

  #add(timer: Timer): () => void {
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }
}
