import type { Clock } from "../../src/base/clock.ts";

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  #now = 1_000;
  readonly #timers = new Set<{ at: number; period: number; task: () => void }>();

  now(): number {
    return this.#now;
  }

  every(period: number, task: () => void): () => void {
    const timer = { at: this.#now + period, period, task };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  after(delay: number, task: () => void): () => void {
    const timer = { at: this.#now + delay, period: Infinity, task };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** How many timers run. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Lets `ms` milliseconds pass, and runs in order what is due. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#now = due.at;
      due.at += due.period;
      if (due.period === Infinity) this.#timers.delete(due);
      due.task();
    }
    this.#now = end;
  }
}
