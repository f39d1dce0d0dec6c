import { MemoryLink } from "../adapters/memory_link.ts";
import { afterRealTime, later } from "../adapters/real_time.ts";
import { usageError } from "../base/usage_error.ts";
import { ManualClock } from "./manual_clock.ts";

const links = new WeakMap<FakeClock, MemoryLink>();

/** What carries messages where this clock is the time: they have to arrive before it goes on. */
export function linkOf(clock: FakeClock): MemoryLink {
  let link = links.get(clock);
  if (link === undefined) links.set(clock, link = new MemoryLink());
  return link;
}

/**
 * A clock that stands still until a test moves it. It moves all timeouts of the servers that were
 * created with it, and their pings; the timers of the runtime (`setTimeout`) go their own way.
 *
 * @example A minute passes at once
 * ```ts
 * import { FakeClock } from "@edgesocket/edgesocket/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const clock = new FakeClock();
 * let ticks = 0;
 * clock.every(1_000, () => ticks++);
 * await clock.advance(60_000);
 * assertEquals(ticks, 60);
 * ```
 */
export class FakeClock {
  readonly #clock = new ManualClock();

  /** Milliseconds since an arbitrary start. */
  now(): number {
    return this.#clock.now();
  }

  /** Calls `task` every `period` milliseconds until the returned function is called. */
  every(period: number, task: () => void): () => void {
    return this.#clock.every(period, task);
  }

  /** Calls `task` once, `delay` milliseconds from now, unless the returned function is called. */
  after(delay: number, task: () => void): () => void {
    if (delay > 0) return this.#clock.after(delay, task);
    // It is due now: time need not move for that.
    let stopped = false;
    linkOf(this).send(() => {
      if (!stopped) task();
    });
    return () => void (stopped = true);
  }

  /**
   * Moves the time. Resolves when all that became due has run, each at its time, and its messages
   * have arrived. What a handler waits for that is real, such as a file, is not waited for.
   *
   * @param milliseconds How far, from 0.
   * @throws {RangeError} If that is no number from 0.
   */
  async advance(milliseconds: number): Promise<void> {
    if (!(milliseconds >= 0 && milliseconds < Infinity)) {
      throw usageError("advance", "milliseconds from 0", milliseconds, RangeError);
    }
    const end = this.#clock.now() + milliseconds;
    await this.#settle();
    while (this.#clock.step(end)) await this.#settle();
    // The runtime's own timers that were due have their turn, too.
    await new Promise<void>((resolve) => afterRealTime(0, resolve));
    await this.#settle();
  }

  /** Lets everything arrive that is on its way, and what that leads to. */
  async #settle(): Promise<void> {
    const link = linkOf(this);
    do await new Promise<void>(later); while (link.arrive());
  }
}
