import type { Clock } from "./clock.ts";

/** What the registry does with each of its connections. */
export interface Registered {
  /** Looks whether anything is due: a ping, a deadline. `now` in milliseconds of the clock. */
  sweep(now: number): void;
  /** Closes with 1001 because the server goes away. */
  shutdown(): void;
  /** Ends at once. */
  terminate(): void;
}

/** Milliseconds between two sweeps: what every idle and close timeout is rounded to. */
const SWEEP = 250;

/**
 * The connections of one server, from the 101 to the close, and the one timer that they share.
 *
 * The timer runs only while there are connections.
 */
export class Registry {
  readonly clock: Clock;
  readonly #entries = new Set<Registered>();
  #stop: (() => void) | undefined;
  #emptied: (() => void) | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Connections that are connecting, open or closing. */
  get size(): number {
    return this.#entries.size;
  }

  add(entry: Registered): void {
    this.#entries.add(entry);
    this.#stop ??= this.clock.every(SWEEP, () => this.#sweep());
  }

  delete(entry: Registered): void {
    if (!this.#entries.delete(entry) || this.#entries.size > 0) return;
    this.#stop?.();
    this.#stop = undefined;
    this.#emptied?.();
  }

  /** Closes every connection with 1001; those that linger are ended after `timeout` milliseconds. */
  async shutdown(timeout: number): Promise<void> {
    for (const entry of this.#entries) entry.shutdown();
    if (this.#entries.size === 0) return;
    const stop = this.clock.every(timeout, () => {
      for (const entry of this.#entries) entry.terminate();
    });
    await new Promise<void>((resolve) => this.#emptied = resolve);
    stop();
  }

  #sweep(): void {
    const now = this.clock.now();
    for (const entry of this.#entries) entry.sweep(now);
  }
}
