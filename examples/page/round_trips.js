import { sameMessage, sizeOf } from "./bytes.js";

/** Round trips that the figures are made of. */
const KEPT = 10_000;
/** Messages among which the one that came back is looked for. */
const REACH = 100;
/** What may be on its way and is still timed; older ones are given up. */
const MOST_WAITING = 100_000;
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Times how long messages take to come back, in milliseconds, and knows those that have not. Its
 * memory has an end: messages that wait beyond it are forgotten, and counted in `forgotten`.
 */
export class RoundTrips {
  forgotten = 0;
  #waiting = [];
  #head = 0;
  #bytes = 0;
  #times = [];
  #next = 0;
  #last;

  /** Messages that were sent and did not come back. */
  get unanswered() {
    return this.#waiting.length - this.#head;
  }

  /** Round trips that the figures are made of. */
  get count() {
    return this.#times.length;
  }

  /** When the oldest of them was sent; undefined if there is none. */
  get oldest() {
    return this.#waiting[this.#head]?.at;
  }

  sent(data, at, size = sizeOf(data)) {
    this.#waiting.push({ data, at, size });
    this.#bytes += size;
    while (this.unanswered > MOST_WAITING || (this.#bytes > MOST_BYTES && this.unanswered > 1)) {
      this.#drop(this.#head + 1);
      this.forgotten++;
    }
  }

  /**
   * A message came: if it is one of those sent, its round trip is over, and older ones do not wait
   * any more. Tells how long it took, or undefined.
   */
  received(data, at) {
    const end = Math.min(this.#waiting.length, this.#head + REACH);
    for (let index = this.#head; index < end; index++) {
      const sent = this.#waiting[index];
      if (!sameMessage(sent.data, data)) continue;
      this.#drop(index + 1);
      this.#last = at - sent.at;
      this.#times[this.#next] = this.#last;
      this.#next = (this.#next + 1) % KEPT;
      return this.#last;
    }
  }

  /** What is still on its way will not come back. */
  lost() {
    this.#waiting = [];
    this.#head = this.#bytes = 0;
  }

  /** From the oldest that is kept to the last. */
  get times() {
    const full = this.#times.length === KEPT;
    return full
      ? [...this.#times.slice(this.#next), ...this.#times.slice(0, this.#next)]
      : [...this.#times];
  }

  /** Last and percentiles, by the nearest rank; undefined if there are none. */
  get figures() {
    if (this.#times.length === 0) return undefined;
    const sorted = Float64Array.from(this.#times).sort();
    return {
      last: this.#last,
      p50: percentile(sorted, 50),
      p95: percentile(sorted, 95),
      p99: percentile(sorted, 99),
      most: sorted[sorted.length - 1],
      count: sorted.length,
    };
  }

  #drop(end) {
    for (let index = this.#head; index < end; index++) {
      this.#bytes -= this.#waiting[index].size;
      this.#waiting[index] = undefined;
    }
    this.#head = end;
    if (end < 1_000 && end < this.#waiting.length) return;
    this.#waiting.splice(0, end);
    this.#head = 0;
  }
}

/** The smallest of some sorted numbers that so many percent of them do not exceed. */
export function percentile(sorted, percent) {
  return sorted[Math.max(0, Math.ceil(percent * sorted.length / 100) - 1)];
}
