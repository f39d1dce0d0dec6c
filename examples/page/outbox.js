/** What waits for the page at most. */
const MOST_ENTRIES = 20_000;
const MOST_BYTES = 64 * 1024 * 1024;
/** What the page gets at a time. */
const BATCH_ENTRIES = 5_000;
const BATCH_BYTES = 8 * 1024 * 1024;

/**
 * Entries on their way to the log of the page, which takes a batch of them with each frame. If there
 * are more than it can take, some are left out, and an entry in their place says how many.
 */
export class Outbox {
  #entries = [];
  #bytes = 0;
  #left;

  get empty() {
    return this.#entries.length === 0 && this.#left === undefined;
  }

  /** An entry of the log: `{ time, direction, type, size, data, connection }`. */
  add(entry) {
    // Once some are left out, more are, until there is room for a good many.
    const room = this.#left === undefined ? 1 : 0.5;
    const full = this.#entries.length >= MOST_ENTRIES * room ||
      this.#bytes + entry.size > MOST_BYTES * room;
    if (full && this.#entries.length > 0) return this.#leaveOut(entry);
    this.#sayWhatIsLeftOut();
    this.#entries.push(entry);
    this.#bytes += entry.size;
  }

  /** The next batch: the oldest first, one at least. */
  take() {
    let [count, bytes] = [0, 0];
    while (count < Math.min(BATCH_ENTRIES, this.#entries.length)) {
      const { size } = this.#entries[count];
      if (count > 0 && bytes + size > BATCH_BYTES) break;
      bytes += size;
      count++;
    }
    this.#bytes -= bytes;
    const batch = this.#entries.splice(0, count);
    if (this.#entries.length === 0) this.#sayWhatIsLeftOut();
    return batch;
  }

  #leaveOut({ time, direction, size, connection }) {
    const left = this.#left ??= { time, connection, out: 0, in: 0, bytes: 0 };
    left[direction]++;
    left.bytes += size;
  }

  #sayWhatIsLeftOut() {
    if (this.#left === undefined) return;
    const { time, connection, out, in: came, bytes } = this.#left;
    this.#left = undefined;
    const [sent, received, all] = [out, came, bytes].map((count) => count.toLocaleString("en"));
    this.#entries.push({
      time,
      direction: "event",
      type: "left out",
      size: 0,
      data: `Too fast for the log: ${sent} sent and ${received} received messages are not in it, ` +
        `${all} bytes; the figures count them`,
      connection,
    });
  }
}
