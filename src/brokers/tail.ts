import type { Entry } from "./history_engine.ts";
import type { Mark } from "./mark.ts";
import { entriesBehind, sizeOf } from "./stretches.ts";

/** Entries and bytes that are kept. */
const MOST = 1_000;
const MOST_BYTES = 1024 * 1024;

/** What came in a topic lately, while somebody is about to catch up with it. */
export class Tail {
  #from: Mark;
  #entries: Entry[] = [];
  #size = 0;

  /** `from`: where the topic is. */
  constructor(from: Mark) {
    this.#from = from;
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    this.#size += sizeOf([entry]);
    if (this.#entries.length <= MOST && this.#size <= MOST_BYTES) return;
    // Half of it, so that each entry is moved once.
    const gone = this.#entries.splice(0, (this.#entries.length + 1) >> 1);
    this.#size -= sizeOf(gone);
    this.#from = gone[gone.length - 1]!.mark;
  }

  /** Entries behind a mark; `undefined` if they are not all here. */
  behind(mark: Mark): readonly Entry[] | undefined {
    const { length } = this.#entries;
    const head = this.#entries[length - 1]?.mark ?? this.#from;
    const stretch = { entries: this.#entries, head, done: true };
    return entriesBehind({ from: this.#from, stretch }, mark);
  }
}
