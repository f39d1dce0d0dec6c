import type { Entry } from "./history_engine.ts";
import {
  type JetStreamManager,
  type OpenStream,
  OVERHEAD,
  type StoredMessage,
} from "./jetstream.ts";
import { storedEntry } from "./jetstream_entry.ts";
import type { Found } from "./jetstream_pages.ts";

/** Bytes that one read may bring, and then one message more. */
const PAGE_BYTES = 1024 * 1024;

/** Messages that one read brings at most, and that are asked for at a time. */
const MOST = 100;
const WIDEST = 32;

/**
 * Messages of one subject out of a stream that has copies, one by one from whoever leads it. A consumer
 * is placed at any copy: one that is behind, that does not answer, or that has other messages by the
 * same numbers, as those of nats-server 2.9 may behind a pause.
 */
export class JetStreamWalk {
  readonly #manager: JetStreamManager;
  readonly #stream: OpenStream;

  constructor(manager: JetStreamManager, stream: OpenStream) {
    this.#manager = manager;
    this.#stream = stream;
  }

  /** How many messages there are from a number on; 0 if there is one before it, so that none is gone. */
  async count(subject: string, first: number): Promise<number> {
    const oldest = await this.#next(subject, 1);
    if (oldest === null || oldest.seq < first) return 0;
    const options = { subjects_filter: subject } as never;
    const { state } = await this.#manager.streams.info(this.#stream.name, options);
    return state.subjects?.[subject] ?? 0;
  }

  /** Messages from a number on, those that count: one at least, if there is one up to `last`. */
  async read(subject: string, first: number, last: number, limit: number): Promise<Found> {
    const { limits, epoch } = this.#stream;
    const entries: Entry[] = [];
    // One more is kept than counts.
    let extra = await this.count(subject, first) - limits.count;
    const oldest = Date.now() - limits.age;
    let [skipped, size, largest, width] = [false, 0, 0, 1];
    for (let next = first;;) {
      const begin = next;
      // Each of them is the first one from its number on: together there is no hole among them.
      const found = await Promise.all(
        Array.from({ length: width }, (_, i) => this.#next(subject, begin + i)),
      );
      let fresh = 0;
      for (const message of found) {
        if (message === null) return { entries, done: true, skipped };
        const { seq, data, timestamp } = message;
        if (seq < next) continue;
        const counts = --extra < 0 && Date.parse(timestamp) > oldest;
        // A clock that goes back makes no hole.
        if (counts || entries.length > 0) {
          entries.push(storedEntry(epoch, data, seq));
          size += data.length;
        } else skipped = true;
        if (seq >= last) return { entries, done: true, skipped };
        if (entries.length >= Math.min(limit, MOST) || size >= PAGE_BYTES) {
          return { entries, done: false, skipped };
        }
        next = seq + 1;
        fresh++;
        largest = Math.max(largest, data.length);
      }
      // Where other topics have most of the numbers, all of them would be the same one.
      const fitting = Math.max(1, Math.floor(PAGE_BYTES / (largest + OVERHEAD)));
      width = 2 * fresh > width ? Math.min(WIDEST, fitting, 2 * width) : 1;
    }
  }

  #next(subject: string, seq: number): Promise<StoredMessage | null> {
    const query = { seq, next_by_subj: subject } as never;
    return this.#manager.streams.getMessage(this.#stream.name, query);
  }
}
