import type { Clock } from "../base/clock.ts";
import type { Clockwork } from "./clockwork.ts";

/** What the registry does with each of its connections. */
export interface Registered {
  /** Where the registry keeps it; -1 if it does not. */
  slot: number;
  /** Looks whether anything is due: a ping, a deadline. `now` in milliseconds of the clock. */
  look(now: number): void;
  /** Closes because the server goes away. */
  shutdown(code: 1001 | 1012): void;
  /** Ends at once. */
  terminate(): void;
}

/** Milliseconds after the last look that make the next one late: several are missing. */
const LATE = 1_000;

/**
 * The connections of one server, from the upgrade to the end that users see, and the clockwork that
 * they share. It runs only while there are connections.
 */
export class Registry {
  readonly clock: Clock;
  readonly #clockwork: Clockwork;
  /** Each at its `slot`: a Set would take 60 bytes more for each. */
  readonly #entries: Registered[] = [];
  #stop: (() => void) | undefined;
  #lookedAt = 0;
  /** Whether the last look only listened. */
  #listened = false;
  #emptied: (() => void) | undefined;

  constructor(clock: Clock, clockwork: Clockwork) {
    this.clock = clock;
    this.#clockwork = clockwork;
  }

  /** Connections that are connecting, open or closing. */
  get size(): number {
    return this.#entries.length;
  }

  /** The connections, for the moment. */
  get entries(): readonly Registered[] {
    return this.#entries;
  }

  add(entry: Registered): void {
    entry.slot = this.#entries.push(entry) - 1;
    if (this.#stop) return;
    this.#lookedAt = this.clock.now();
    this.#stop = this.#clockwork(this.clock, () => this.#look());
  }

  /**
   * A look that comes far too late follows a pause of the whole process: a debugger, a laptop that
   * slept. What clients sent meanwhile has not been read yet, so this one only listens; the next one
   * does not, however late it is.
   */
  #look(): void {
    const now = this.clock.now();
    const late = now - this.#lookedAt > LATE;
    this.#lookedAt = now;
    this.#listened = late && !this.#listened;
    if (!this.#listened) this.#each((entry) => entry.look(now));
  }

  delete(entry: Registered): void {
    if (entry.slot < 0) return;
    const last = this.#entries.pop()!;
    if (last !== entry) {
      this.#entries[entry.slot] = last;
      last.slot = entry.slot;
    }
    entry.slot = -1;
    if (this.#entries.length > 0) return;
    this.#stop?.();
    this.#stop = undefined;
    this.#emptied?.();
  }

  /** Closes every connection; those that linger are ended after `timeout` milliseconds. */
  async shutdown(timeout: number, code: 1001 | 1012 = 1001): Promise<void> {
    this.#each((entry) => entry.shutdown(code));
    if (this.size === 0) return;
    const stop = this.clock.after(timeout, () => this.#each((entry) => entry.terminate()));
    await new Promise<void>((resolve) => this.#emptied = resolve);
    stop();
  }

  /** From the last to the first, so that whoever is called may leave, and take others along. */
  #each(task: (entry: Registered) => void): void {
    for (let slot = this.size - 1; slot >= 0; slot--) {
      const entry = this.#entries[slot];
      if (entry) task(entry);
    }
  }
}
