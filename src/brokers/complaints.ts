import type { Clock } from "../base/clock.ts";

/** Milliseconds for which the same complaint is not repeated. */
const REST = 60_000;

/** Kinds that are told within that time, and remembered. */
const MOST = 100;

/** Tells of what is wrong, but of each kind only now and then: others may cause it all the time. */
export class Complaints {
  readonly #clock: Clock;
  readonly #tell: (error: unknown) => void;
  readonly #told = new Map<string, number>();

  constructor(clock: Clock, tell: (error: unknown) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** `kind`: what counts as the same. */
  tell(kind: string, error: unknown): void {
    const now = this.#clock.now();
    const told = this.#told.get(kind);
    if (told !== undefined && now - told < REST) return;
    for (const [old, at] of this.#told) if (now - at >= REST) this.#told.delete(old);
    if (this.#told.size >= MOST) return;
    this.#told.set(kind, now);
    this.#tell(error);
  }

  /** What happens from now on is news again. */
  forget(): void {
    this.#told.clear();
  }
}
