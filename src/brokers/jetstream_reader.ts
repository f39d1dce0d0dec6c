import { Unanswered } from "./answers.ts";
import type { Entry, From, Stretch } from "./history_engine.ts";
import {
  epochOf,
  type JetStream,
  type JetStreamManager,
  type OpenStream,
  type StoredMessage,
  type StreamInfo,
} from "./jetstream.ts";
import { checkOf, storedEntry } from "./jetstream_entry.ts";
import { type Found, JetStreamPages } from "./jetstream_pages.ts";
import { JetStreamWalk } from "./jetstream_walk.ts";
import { type Mark, NOTHING } from "./mark.ts";

/** Messages that are fetched one by one before many are asked for. */
const FEW = 3;

/** Times that something is read which is let go of meanwhile. */
const MOST_TRIES = 5;

/** The stream is no longer the one that was opened. */
export class MadeAnew extends Unanswered {}

/**
 * Reads histories of topics out of a stream, in several questions: between two of them messages may
 * come, and others be let go of.
 */
export class JetStreamReader {
  readonly #manager: JetStreamManager;
  readonly #stream: OpenStream;
  readonly #pages: Pick<JetStreamPages | JetStreamWalk, "read" | "count">;

  constructor({ client, manager }: JetStream, stream: OpenStream) {
    this.#manager = manager;
    this.#stream = stream;
    this.#pages = stream.copied
      ? new JetStreamWalk(manager, stream)
      : new JetStreamPages(client, stream);
  }

  /**
   * Reads at most `limit` messages of a subject, and not many more than a megabyte.
   *
   * @throws {Unanswered} If JetStream does not hand out what it has, or is another one.
   */
  async read(subject: string, from: From, limit: number): Promise<Stretch> {
    // In this order: whatever comes in between is behind this end.
    const { first_seq, last_seq } = (await this.#info()).state;
    const last = await this.#message({ last_by_subj: subject });
    const nothing: Stretch = { entries: [], head: this.#headOf(last, last_seq), done: true };
    const { epoch } = this.#stream;
    if (from === "end") return nothing;
    if (from === "start") {
      if (last === null) return nothing;
      return { ...nothing, ...await this.#kept(subject, 1, last.seq, limit) };
    }
    if (from.epoch !== epoch || from.offset > last_seq) return { ...nothing, lost: "epoch" };
    const first = from.offset + 1;
    if (last === null || last.seq < first) {
      // Of topics that nothing is said in, each process asks that all the time.
      const lost = from.check === NOTHING
        ? first_seq > first ? "trimmed" : undefined
        : await this.#lostBehind(from, subject, last);
      return lost ? { ...nothing, lost } : nothing;
    }
    const lost = await this.#lostBehind(from, subject);
    if (lost === "epoch") return { ...nothing, lost };
    if (lost === undefined) {
      const { entries, done, skipped } = await this.#behind(subject, first, last.seq, limit);
      // Once more: what was let go of meanwhile is missing without a trace. So is the last one, if it is
      // known, and there is none.
      const isWhole = !skipped && entries.length > 0;
      if (isWhole && await this.#lostBehind(from, subject) === undefined) {
        return { ...nothing, entries, done };
      }
    }
    return { ...nothing, ...await this.#kept(subject, first, last.seq, limit), lost: "trimmed" };
  }

  async #info(): Promise<StreamInfo> {
    const info = await this.#manager.streams.info(this.#stream.name);
    if (epochOf(info) !== this.#stream.epoch) throw new MadeAnew("The stream was made anew");
    return info;
  }

  /** Where a topic is: if its last message is too old to count, as if it had none. */
  #headOf(last: StoredMessage | null, last_seq: number): Mark {
    const { epoch } = this.#stream;
    const nothing = { epoch, offset: Math.max(last_seq, last?.seq ?? 0), check: NOTHING };
    return last === null || this.#isOld(last) ? nothing : this.#entry(last).mark;
  }

  /** Whether messages may be missing behind a mark: not if its own message is still there. */
  async #lostBehind(
    from: Mark,
    subject: string,
    last?: StoredMessage | null,
  ): Promise<Stretch["lost"]> {
    if (from.check === NOTHING) return await this.#lostBehindNothing(from.offset + 1, subject);
    let message: StoredMessage | null | undefined = last?.seq === from.offset ? last : undefined;
    if (message === undefined && from.offset > 0) {
      message = await this.#message({ seq: from.offset });
    }
    if (message === null) return "trimmed";
    return message?.subject === subject && checkOf(message.data) === from.check
      ? undefined
      : "epoch";
  }

  /** The same where there was none: not if so few have come since that all of them are kept. */
  async #lostBehindNothing(first: number, subject: string): Promise<Stretch["lost"]> {
    const { state, config } = await this.#info();
    if (state.first_seq > first) return "trimmed";
    const { max_msgs_per_subject: kept = Infinity } = config;
    const most = Math.min(this.#stream.limits.count, kept - 1);
    return await this.#pages.count(subject, first) > most ? "trimmed" : undefined;
  }

  /** Messages from a number on: few of them one by one, which takes less. */
  async #behind(subject: string, first: number, last: number, limit: number): Promise<Found> {
    const entries: Entry[] = [];
    for (let seq = first; entries.length < FEW; seq = entries.at(-1)!.mark.offset + 1) {
      const message = await this.#message({ seq, next_by_subj: subject });
      if (message === null) break;
      const skipped = this.#isOld(message);
      if (skipped) return { entries, done: false, skipped };
      entries.push(this.#entry(message));
      if (message.seq >= last) return { entries, done: true, skipped };
    }
    const next = (entries.at(-1)?.mark.offset ?? first - 1) + 1;
    const { entries: rest, done, skipped } = await this.#pages.read(subject, next, last, limit);
    entries.push(...rest);
    // A copy that is behind has handed out what it has: the next question is about the rest.
    const isThere = (entries.at(-1)?.mark.offset ?? 0) >= last;
    return { entries, done: done && isThere, skipped };
  }

  /** Messages from a number on, of those that are kept, without a hole among them. */
  async #kept(
    subject: string,
    first: number,
    last: number,
    limit: number,
  ): Promise<Partial<Stretch>> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      // Further than up to the last one, which may be gone by now.
      const { entries, done } = await this.#pages.read(subject, first, Infinity, limit);
      const [oldest] = entries;
      if (oldest === undefined) {
        const newest = await this.#message({ seq: last });
        if (newest === null || this.#isOld(newest)) break;
        throw new Unanswered("JetStream has not handed out what it has: a copy is behind");
      }
      // Older ones are let go of first: while this one is there, so are those behind it.
      const { offset } = oldest.mark;
      if (await this.#message({ seq: offset }) !== null) {
        return { entries, done: done && entries.at(-1)!.mark.offset >= last };
      }
    }
    // There is none, or it is let go of faster than anybody can read it.
    return { head: { epoch: this.#stream.epoch, offset: last, check: NOTHING } };
  }

  #isOld({ timestamp }: StoredMessage): boolean {
    return Date.parse(timestamp) <= Date.now() - this.#stream.limits.age;
  }

  #entry({ data, seq }: StoredMessage): Entry {
    return storedEntry(this.#stream.epoch, data, seq);
  }

  #message(query: object): Promise<StoredMessage | null> {
    const { name, copied } = this.#stream;
    // Any copy may answer for itself, also one that is behind: the one that leads is asked instead.
    const { direct, streams } = this.#manager;
    return (copied ? streams : direct).getMessage(name, query as never);
  }
}
