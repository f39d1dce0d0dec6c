/** Milliseconds between two signs of life. */
export const SIGN_PERIOD = 2_000;

/** Milliseconds of silence after which a process is taken for lost. */
const LOST = 6_000;

/** Processes that are known at most. */
const MOST = 1_000;

/** The other processes that serve the same hub, and when they were last heard of. */
export class Peers {
  readonly #heardAt = new Map<string, number>();

  /** How many there are. */
  get size(): number {
    return this.#heardAt.size;
  }

  /** All of them. */
  all(): Iterable<string> {
    return this.#heardAt.keys();
  }

  has(process: string): boolean {
    return this.#heardAt.has(process);
  }

  /** Something came from a process. Says whether it is a new one. */
  heard(process: string, now: number): boolean {
    const isNew = !this.has(process);
    if (isNew && this.size >= MOST) return false;
    this.#heardAt.set(process, now);
    return isNew;
  }

  /** A process says goodbye. */
  delete(process: string): void {
    this.#heardAt.delete(process);
  }

  /** Nothing could be heard for a while, of whoever it was. */
  forgive(now: number): void {
    for (const process of this.all()) this.#heardAt.set(process, now);
  }

  /** Forgets those that are silent, and says which. */
  lost(now: number): readonly string[] {
    const lost = [...this.#heardAt].filter(([, heardAt]) => now - heardAt >= LOST);
    for (const [process] of lost) this.delete(process);
    return lost.map(([process]) => process);
  }
}
