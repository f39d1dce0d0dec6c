import type { Clock } from "../base/clock.ts";
import type { Clockwork } from "../connection/clockwork.ts";

/** Milliseconds between two looks while a connection closes. */
const FAST = 250;

/** What the clockwork has to know of a connection that closes. */
export interface Closing {
  readonly readyState: 0 | 1 | 2 | 3;
}

/**
 * The clockwork of one server on Cloudflare, where each look costs processor time that somebody pays
 * for, and where a timer keeps a Durable Object awake: it looks rarely, or never, as long as no
 * connection closes. Nobody is pinged there, so that only a close timeout needs to be met.
 */
export class WorkersClockwork {
  readonly #period: number;
  readonly #closing = new Set<Closing>();
  #clock: Clock | undefined;
  #look: (() => void) | undefined;
  #slow: (() => void) | undefined;
  #fast: (() => void) | undefined;

  /** `period`: milliseconds between two looks while nothing closes; 0 for none at all. */
  constructor(period: number) {
    this.#period = period;
  }

  readonly start: Clockwork = (clock, look) => {
    this.#clock = clock;
    this.#look = look;
    if (this.#period > 0) this.#slow = clock.every(this.#period, look);
    return () => this.#stop();
  };

  /** Looks often until this connection has closed. */
  hurry(connection: Closing): void {
    if (this.#clock === undefined || connection.readyState === 3) return;
    this.#closing.add(connection);
    this.#fast ??= this.#clock.every(FAST, () => this.#lookAgain());
  }

  #lookAgain(): void {
    this.#look?.();
    for (const connection of this.#closing) {
      if (connection.readyState === 3) this.#closing.delete(connection);
    }
    if (this.#closing.size === 0) this.#rest();
  }

  #rest(): void {
    this.#fast?.();
    this.#fast = undefined;
  }

  #stop(): void {
    this.#slow?.();
    this.#slow = this.#clock = undefined;
    this.#closing.clear();
    this.#rest();
  }
}
