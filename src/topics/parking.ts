/** Those who wait for something that may never come. Whoever leaves leaves nothing behind. */
export class Parking<T> {
  readonly #waiting = new Map<T, () => void>();

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Resolves when all are woken, or when this one leaves. */
  wait(who: T): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(who, resolve));
  }

  /** Somebody waits no longer. */
  leave(who: T): void {
    this.#waiting.get(who)?.();
    this.#waiting.delete(who);
  }

  /** All of them go on. */
  wake(): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}
