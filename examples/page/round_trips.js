import { sameMessage } from "./bytes.js";

/** Round trips that the figures are made of. */
const WINDOW = 1_000;
/** Messages among which the one that came back is looked for. */
const REACH = 100;
/** Round trips in the plot. */
const PLOTTED = 120;

/** Times how long messages take to come back, in milliseconds. */
export class RoundTrips {
  #waiting = [];
  #head = 0;
  #times = [];

  sent(data) {
    this.#waiting.push({ data, at: performance.now() });
  }

  /** A message came: if it is one of those sent, its round trip is over, and so are older ones. */
  received(data) {
    const end = Math.min(this.#waiting.length, this.#head + REACH);
    for (let index = this.#head; index < end; index++) {
      const { data: sent, at } = this.#waiting[index];
      if (!sameMessage(sent, data)) continue;
      this.#times.push(performance.now() - at);
      if (this.#times.length > WINDOW) this.#times.shift();
      this.#head = index + 1;
      if (this.#head > 1_000) {
        this.#waiting.splice(0, this.#head);
        this.#head = 0;
      }
      return;
    }
  }

  /** What is still on its way will not come back. */
  reset() {
    this.#waiting = [];
    this.#head = 0;
  }

  /** Last, median and p99; undefined if there are none. */
  get figures() {
    if (this.#times.length === 0) return undefined;
    const sorted = this.#times.toSorted((a, b) => a - b);
    const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    return { last: this.#times.at(-1), median: at(0.5), p99: at(0.99) };
  }

  /** The last ones. */
  get recent() {
    return this.#times.slice(-PLOTTED);
  }
}

/** The points of a line in a box, from times. */
export function pointsOf(times, width, height) {
  const most = Math.max(1, ...times);
  const step = width / (PLOTTED - 1);
  const left = width - (times.length - 1) * step;
  return times.map((time, index) =>
    `${(left + index * step).toFixed(1)},${(height - 2 - time / most * (height - 4)).toFixed(1)}`
  ).join(" ");
}
