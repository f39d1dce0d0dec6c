import type { Holder, MemoryBudget } from "../connection/memory_budget.ts";

/** What waits for the handlers of one client, in bytes: its own limit, and that of its server. */
export class Waiting implements Holder {
  held = 0;
  freeable = 0;
  readonly #limit: number;
  readonly #budget: MemoryBudget;
  readonly #full: () => void;
  #size = 0;
  #ended = false;

  /** @param full Called when there is too much: the client has to go. */
  constructor(limit: number, budget: MemoryBudget, full: () => void) {
    this.#limit = limit;
    this.#budget = budget;
    this.#full = full;
  }

  /** Bytes that wait now. */
  get size(): number {
    return this.#size;
  }

  /** Something begins to wait. */
  add(bytes: number): void {
    this.#update(this.#size + bytes);
    if (this.#size > this.#limit) this.evict();
  }

  /** Something has waited long enough. */
  remove(bytes: number): void {
    this.#update(this.#size - bytes);
  }

  /** The client is gone, and nothing waits any more. */
  end(): void {
    this.#update(0);
    this.#ended = true;
  }

  evict(): void {
    if (!this.#ended) this.#full();
  }

  #update(size: number): void {
    if (this.#ended) return;
    this.#size = size;
    this.#budget.update(this, size, size, false);
  }
}
