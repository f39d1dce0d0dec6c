import type { Clock } from "../base/clock.ts";

/** Milliseconds for which a token is remembered: longer than any is good for. */
const REMEMBERED = 60_000;

/** Who was first with a token, by the ids of the connections: each is good for one. */
export class Claims {
  readonly #clock: Clock;
  readonly #most: number;
  /** Since when and for which process, the oldest first. */
  readonly #taken = new Map<string, { readonly since: number; readonly by: string | undefined }>();

  /** @param most How many are remembered, of which the oldest are forgotten first. */
  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  /** How many are remembered. */
  get size(): number {
    return this.#taken.size;
  }

  /** Whether somebody was there already. */
  has(id: string): boolean {
    return this.#taken.has(id);
  }

  /**
   * Somebody comes with a token. Says whether it is the first.
   *
   * @param by The other process that asks, if it is one: it may ask again, because our answer may not
   * have reached it.
   */
  take(id: string, by?: string): boolean {
    const first = this.#taken.get(id);
    if (first !== undefined) return by !== undefined && by === first.by;
    const now = this.#clock.now();
    for (const [old, { since }] of this.#taken) {
      if (now - since < REMEMBERED && this.size < this.#most) break;
      this.#taken.delete(old);
    }
    this.#taken.set(id, { since: now, by });
    return true;
  }
}
