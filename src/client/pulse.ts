/** Milliseconds without a word to the server after which it is sent a ping. */
const QUIET = 15_000;

/** Milliseconds without a word from it after which the link is taken for dead. It pings, too. */
const SILENT = 30_000;

/**
 * The same while it owes us an acknowledgement, which it sends within a second, of so few bytes that
 * they cannot be on their way still.
 */
const OWING = 10_000;
const FEW = 8_192;

/** When both sides have last heard of each other. */
export class Pulse {
  #sentAt: number;
  #heardAt: number;
  /** When the server last owed us nothing, or said something. */
  #clearAt: number;
  #suspect = false;

  constructor(now: number) {
    this.#sentAt = this.#heardAt = this.#clearAt = now;
  }

  /** Something was sent. */
  sent(now: number): void {
    this.#sentAt = now;
  }

  /**
   * Something has come. Says whether a ping is due: pages that nobody looks at are not woken by their
   * timers often enough, but by what comes they are.
   */
  heard(now: number): boolean {
    this.#heardAt = this.#clearAt = now;
    return now - this.#sentAt >= QUIET;
  }

  /**
   * What is due now.
   *
   * @param owed Bytes that the server has not acknowledged.
   */
  look(now: number, owed: number): "ping" | "lost" | undefined {
    if (owed === 0 || owed > FEW) this.#clearAt = now;
    const silent = now - this.#heardAt >= SILENT || now - this.#clearAt >= OWING;
    // After a pause of the whole process, what came meanwhile is read after the first look.
    if (silent && this.#suspect) return "lost";
    this.#suspect = silent;
    return silent || now - this.#sentAt >= QUIET ? "ping" : undefined;
  }
}
