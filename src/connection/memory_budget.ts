/** Something that keeps messages in memory. */
export interface Holder {
  /** Bytes that it was last known to hold. Kept by the budget. */
  held: number;
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
  /** Those above the mark. */
  readonly #heavy = new Set<Holder>();
  #total = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes that are held now. */
  get total(): number {
    return this.#total;
  }

  /** Whether too much is held by those of whom none can be dropped: sockets that have closed. */
  get exhausted(): boolean {
    return this.#total > this.#limit;
  }

  /**
   * Notes what a holder holds now; `evictable` says whether evicting it would free anything. Above
   * the bound, those that hold the most are evicted until it fits; nobody below the mark is.
   */
  update(holder: Holder, held: number, evictable: boolean): void {
    this.#total += held - holder.held;
    holder.held = held;
    if (evictable && held > MARK) this.#heavy.add(holder);
    else this.#heavy.delete(holder);
    while (this.#total > this.#limit && this.#heavy.size > 0) this.#evictHeaviest();
  }

  #evictHeaviest(): void {
    let heaviest: Holder | undefined;
    for (const holder of this.#heavy) {
      if (heaviest === undefined || holder.held > heaviest.held) heaviest = holder;
    }
    this.#heavy.delete(heaviest!);
    heaviest!.evict();
  }
}
