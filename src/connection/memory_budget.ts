/** Something that keeps messages in memory. */
export interface Holder {
  /** Bytes that it was last known to hold, and that would be free without it. Kept by the budget. */
  held: number;
  freeable: number;
  /** Lets go of as much as it can, and of its connection. */
  evict(): void;
}

/**
 * Bytes that one client may make us hold before anybody looks at it twice: healthy clients get
 * above it for moments only.
 */
export const MARK = 1024 * 1024;

/** What all connections of a server hold together, in both directions, and a bound for it. */
export class MemoryBudget {
  readonly #limit: number;
  /** Those whose connections have ended, in this order, and what they hold could be free. */
  readonly #ended = new Set<Holder>();
  /** Those without whom more than the mark would be free. */
  readonly #heavy = new Set<Holder>();
  #total = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes that are held now. */
  get total(): number {
    return this.#total;
  }

  /** Whether too much is held, and none of those who hold it can be made to let go of it. */
  get exhausted(): boolean {
    return this.#total > this.#limit;
  }

  /**
   * Notes what a holder holds now, and what would be free without it. Above the bound, whoever has
   * ended is evicted first, and then those without whom the most would be free, until it fits; nobody
   * below the mark is whose connection is open.
   */
  update(holder: Holder, held: number, freeable: number, ended: boolean): void {
    this.#total += held - holder.held;
    holder.held = held;
    holder.freeable = freeable;
    keep(this.#ended, holder, ended && freeable > 0);
    keep(this.#heavy, holder, !ended && freeable > MARK);
    while (this.#total > this.#limit) {
      const next = this.#next();
      if (next === undefined) return;
      keep(this.#ended, next, false);
      keep(this.#heavy, next, false);
      next.evict();
    }
  }

  /** Who has to go next. */
  #next(): Holder | undefined {
    for (const first of this.#ended) return first;
    let heaviest: Holder | undefined;
    for (const holder of this.#heavy) {
      if (heaviest === undefined || holder.freeable > heaviest.freeable) heaviest = holder;
    }
    return heaviest;
  }
}

function keep(set: Set<Holder>, holder: Holder, belongs: boolean): void {
  if (belongs) set.add(holder);
  else set.delete(holder);
}
