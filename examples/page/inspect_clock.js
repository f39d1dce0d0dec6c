/** Measurements among which the best one counts. */
const KEPT = 8;

/**
 * What the server's clock says in terms of this page's: both ends on one axis. The server's answer is
 * taken to come from the middle of the round trip; it cannot be further off than half of it.
 */
export class ServerClock {
  #samples = [];

  /** Milliseconds: when the question went out and the answer came here, and what the server's clock said. */
  add(sent, server, received) {
    this.#samples.push({ offset: server - (sent + received) / 2, roundTrip: received - sent });
    if (this.#samples.length > KEPT) this.#samples.shift();
  }

  /** Forgets what was measured: it may be another machine now. */
  reset() {
    this.#samples = [];
  }

  get #best() {
    return this.#samples.reduce(
      (best, sample) => sample.roundTrip < best.roundTrip ? sample : best,
      { offset: 0, roundTrip: Infinity },
    );
  }

  /** Milliseconds by which the server's clock is ahead. */
  get offset() {
    return this.#best.offset;
  }

  /** Milliseconds by which that may be wrong; without end as long as nothing was measured. */
  get error() {
    return this.#best.roundTrip / 2;
  }

  /** When something happened here, by the server's clock, at the latest. */
  there(time) {
    return time + this.offset + Math.min(this.error, 1_000);
  }

  /** When something happened, by this page's clock. */
  here(at) {
    return at - this.offset;
  }
}
