/** Milliseconds without a word to the server after which it is sent a ping. */
const QUIET = 15_000;

/** Milliseconds without a word from it after which the link is taken for dead. It pings, too. */
const SILENT = 30_000;

/**
 * The same while it owes us an acknowledgement, which it sends within a second, of so few bytes that
 * they cannot be on their way still.
 */
const OWING = 10_000;
const FEW = 65_536;

/** Milliseconds after the last look that make the next one late: the process was paused. */
const LATE = 5_000;

/**
 * When both sides have last heard of each other. What happens between two looks counts as of the
 * second one, so that nobody asks the clock for each message.
 */
export class Pulse {
  /** Whether something was sent, and whether something has come, since the last look. */
  sent = false;
  heard = false;
  #sentAt: number;
  #heardAt: number;
  #clearAt: number;
  #lookedAt: number;

  constructor(now: number) {
    this.#sentAt =
      this.#heardAt =
      this.#clearAt =
      this.#lookedAt =
        now;
  }

  /**
   * What is due now.
   *
   * @param owed Bytes that the server has not acknowledged.
   */
  look(now: number, owed: number): "ping" | "lost" | undefined {
    const late = now - this.#lookedAt > LATE;
    this.#lookedAt = now;
    if (this.sent) this.#sentAt = now;
    // What came while the process was paused has not been read yet.
    if (this.heard || late) this.#heardAt = this.#clearAt = now;
    if (owed === 0 || owed > FEW) this.#clearAt = now;
    this.sent = this.heard = false;
    if (now - this.#heardAt >= SILENT || now - this.#clearAt >= OWING) return "lost";
    if (!late && now - this.#sentAt < QUIET) return undefined;
    this.#sentAt = now;
    return "ping";
  }
}
