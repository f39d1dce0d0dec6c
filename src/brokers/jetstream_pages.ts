import { Unanswered } from "./answers.ts";
import type { Entry } from "./history_engine.ts";
import {
  type JetStreamClient,
  type JetStreamConsumer,
  type OpenStream,
  OVERHEAD,
  PATIENCE,
} from "./jetstream.ts";
import { storedEntry } from "./jetstream_entry.ts";

/** Bytes that one read may bring, and then one message more. */
const PAGE_BYTES = 1024 * 1024;

/** Messages that a consumer hands out at once. */
const MOST = 100;

/** Messages out of a stream. */
export interface Found {
  /** Oldest first. */
  readonly entries: readonly Entry[];
  /** Whether they reach to the end. */
  readonly done: boolean;
  /** Whether some before them count no more: they are too old, or too many. */
  readonly skipped: boolean;
}

/** Messages of one subject out of a stream, many at once: by a consumer for each page. */
export class JetStreamPages {
  readonly #client: JetStreamClient;
  readonly #stream: OpenStream;

  constructor(client: JetStreamClient, stream: OpenStream) {
    this.#client = client;
    this.#stream = stream;
  }

  /** How many messages there are from a number on. */
  count(subject: string, first: number): Promise<number> {
    return this.#consume(subject, first, async (consumer) => {
      return (await consumer.info(true)).num_pending;
    });
  }

  /**
   * Messages from a number on, those that count: one at least, if there is one up to `last`.
   *
   * @throws {Unanswered} If they are there, and do not come.
   */
  async read(subject: string, first: number, last: number, limit: number): Promise<Found> {
    let skipped = false;
    for (let from = first;;) {
      const page = await this.#consume(subject, from, (consumer) => {
        return this.#page(consumer, last, limit);
      });
      skipped ||= page.skipped;
      if (page.done || page.entries.length > 0) return { ...page, skipped };
      from = page.next;
    }
  }

  /** What a consumer has first, and the number behind it. */
  async #page(
    consumer: JetStreamConsumer,
    last: number,
    limit: number,
  ): Promise<Found & { readonly next: number }> {
    const { limits, maxPayload, epoch } = this.#stream;
    const entries: Entry[] = [];
    let [skipped, size, count, next] = [false, 0, 0, 0];
    const { num_pending } = await consumer.info(true);
    let done = num_pending === 0;
    if (done) return { entries, done, skipped, next };
    // One more is kept than counts.
    let extra = num_pending - limits.count;
    const oldest = (Date.now() - limits.age) * 1_000_000;
    const options = { max_bytes: PAGE_BYTES + maxPayload + MOST * OVERHEAD, expires: PATIENCE };
    for await (const { seq, data, info } of await consumer.fetch(options as never)) {
      const counts = --extra < 0 && info.timestampNanos > oldest;
      // A clock that goes back makes no hole.
      if (counts || entries.length > 0) entries.push(storedEntry(epoch, data, seq));
      else skipped = true;
      next = seq + 1;
      size += data.length;
      done = info.pending === 0 || seq >= last;
      // The client asks for a hundred, and then waits for more bytes that do not come.
      if (done || ++count >= Math.min(limit, MOST) || size >= PAGE_BYTES) break;
    }
    if (next === 0) throw new Unanswered("JetStream has not handed out what it has");
    return { entries, done, skipped, next };
  }

  async #consume<T>(
    subject: string,
    first: number,
    task: (consumer: JetStreamConsumer) => Promise<T>,
  ): Promise<T> {
    const options = {
      filter_subjects: subject,
      deliver_policy: "by_start_sequence",
      opt_start_seq: first,
      inactive_threshold: 10_000,
    };
    const consumer = await this.#client.consumers.get(this.#stream.name, options as never);
    try {
      return await task(consumer);
    } finally {
      consumer.delete().catch(() => {});
    }
  }
}
