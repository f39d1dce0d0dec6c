import type { Clock } from "../base/clock.ts";

/** A connection for which something waits. */
export interface Drainable {
  /** Hands over what the runtime takes. */
  drain(): { readonly progressed: boolean; readonly done: boolean };
}

/** Milliseconds until the first look, and at most between two. */
const SOON = 1;
const LATE = 128;

interface Entry {
  readonly drainable: Drainable;
  /** Milliseconds between its last look and the next. */
  delay: number;
  due: number;
}

/**
 * Looks again and again whether less waits, for runtimes that have no event for it. One timer for
 * all connections of a server; a client that takes nothing is looked at ever more rarely.
 */
export class DrainPoll {
  readonly #clock: Clock;
  readonly #entries = new Map<Drainable, Entry>();
  #timer: (() => void) | undefined;
  /** When the timer fires. */
  #wakes = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Connections that are looked at. */
  get size(): number {
    return this.#entries.size;
  }

  add(drainable: Drainable): void {
    if (this.#entries.has(drainable)) return;
    const due = this.#clock.now() + SOON;
    this.#entries.set(drainable, { drainable, delay: SOON, due });
    this.#wakeAt(due);
  }

  delete(drainable: Drainable): void {
    this.#entries.delete(drainable);
    if (this.#entries.size === 0) this.#sleep();
  }

  #wakeAt(due: number): void {
    if (due >= this.#wakes) return;
    this.#sleep();
    this.#wakes = due;
    this.#timer = this.#clock.after(Math.max(0, due - this.#clock.now()), () => this.#look());
  }

  #sleep(): void {
    this.#timer?.();
    this.#timer = undefined;
    this.#wakes = Infinity;
  }

  #look(): void {
    this.#sleep();
    const now = this.#clock.now();
    let next = Infinity;
    for (const entry of this.#entries.values()) {
      if (entry.due <= now) {
        const { progressed, done } = entry.drainable.drain();
        if (done) {
          this.#entries.delete(entry.drainable);
          continue;
        }
        entry.delay = progressed ? SOON : Math.min(LATE, 2 * entry.delay);
        entry.due = now + entry.delay;
      }
      next = Math.min(next, entry.due);
    }
    if (next < Infinity) this.#wakeAt(next);
  }
}
