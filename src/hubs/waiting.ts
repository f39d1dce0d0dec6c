import type { Holder, MemoryBudget } from "../connection/memory_budget.ts";

/** What waits for the handlers of one client, in bytes: its own limit, and that of its server. */
export class Waiting implements Holder {
  held = 0;
  freeable = 0;
  readonly #limit: number;
  readonly #budget: MemoryBudget;
  readonly #tooMuch: () => void;
  #size = 0;
  #ended = false;

  /** @param tooMuch Called when it has to be thrown away, and the client has to go. */
  constructor(limit: number, budget: MemoryBudget, tooMuch: () => void) {
    this.#limit = limit;
    this.#budget = budget;
    this.#tooMuch = tooMuch;
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

  /** The client is gone. Handlers may still read what it has sent whole. */
  end(): void {
    this.#ended = true;
    this.#update(this.#size);
  }

  evict(): void {
    this.#tooMuch();
  }

  #update(size: number): void {
    this.#size = size;
    this.#budget.update(this, size, size, this.#ended);
  }
}
