import { Deferred } from "../base/deferred.ts";
import { Unanswered } from "./answers.ts";
import type { Gap } from "./gap.ts";
import type { Entry, From, Stretch } from "./history_engine.ts";
import { type Mark, NOTHING, positionOf } from "./mark.ts";
import type { Recorded } from "./port.ts";
import { entriesBehind, sizeOf } from "./stretches.ts";
import { Tail } from "./tail.ts";

/** What came while the history is read: entries and bytes that wait for it. */
const MOST_ABOVE = 1_000;
const MOST_ABOVE_BYTES = 4 * 1024 * 1024;

/** Reads that may bring nothing before a hole counts as a gap: a copy of the engine may lag. */
const MOST_TRIES = 5;

/** What a follower asks, and what it tells. */
export interface FollowerOwner {
  read(topic: string, from: From): Promise<Stretch>;
  /** Resolves after a moment. */
  rest(): Promise<void>;
  deliver(topic: string, message: Recorded): void;
  /** Resolves when much of it has gone out, or after a moment. */
  wentOut(topic: string): Promise<void> | undefined;
  gap(gap: Gap): void;
  /** Somebody else wrote into the history. */
  foreign(topic: string): void;
  /** The history cannot be read. */
  failed(follower: Follower, error: unknown): void;
  /** Numbers went back: the history may have begun anew. */
  doubt(): void;
}

/**
 * Follows a topic at its engine, in this process: hands on each message once, in the order of the
 * history, and fetches what it missed. One for all subscribers.
 */
export class Follower {
  readonly topic: string;
  readonly #owner: FollowerOwner;
  readonly #started = new Deferred<void>();
  #at: Mark | undefined;
  /** A later place, up to which nothing was found. */
  #nothing: Mark | undefined;
  /** What came and is not handed on yet, because something before it is missing. */
  #above: Entry[] = [];
  #aboveSize = 0;
  /** Whether that was too much, so that it has to be read. */
  #overflown = false;
  #reading: Promise<void> | undefined;
  /** Whether something before what comes is missing, or may be. */
  #behind = true;
  /** Whether that is newer than what is being read. */
  #doubted = false;
  /** The last number that came by itself. */
  #heard = -1;
  #tail: Tail | undefined;
  /** Whether somebody has asked for it since the last look. */
  #wanted = false;
  closed = false;
  /** Whether it has been asked for once: before, nobody knows that it is followed. */
  begun = false;

  /** `from`: where it was, if it was followed somewhere else before. */
  constructor(topic: string, owner: FollowerOwner, from?: Mark) {
    this.topic = topic;
    this.#owner = owner;
    this.#at = from;
  }

  /** Resolves when it is known where the topic is; rejects if it cannot be followed. */
  get started(): Promise<void> {
    return this.#started.promise;
  }

  /** Where the topic is in this process; `undefined` until it is known. */
  get at(): Mark | undefined {
    return this.#at;
  }

  /** Whether nothing is missing, as far as this process knows. */
  get current(): boolean {
    return this.#at !== undefined && !this.#behind;
  }

  /** It cannot be followed. */
  refuse(error: unknown): void {
    this.closed = true;
    const refused = Promise.reject(error);
    refused.catch(() => {});
    this.#started.resolve(refused);
  }

  /** From now on something may be missing. */
  doubt(): void {
    this.#behind = this.#doubted = true;
    this.#heard = -1;
  }

  /** Reads what was missed, up to the end. Never rejects. */
  catchUp(): Promise<void> {
    if (this.closed) return Promise.resolve();
    this.#behind = this.begun = true;
    return this.#reading ??= this.#read();
  }

  async #read(): Promise<void> {
    try {
      for (let tries = 0; !this.closed;) {
        const before = this.#at;
        this.#overflown = this.#doubted = false;
        // If something waits, what is missing before it is sought from where it may be.
        const from = this.#above.length === 0 ? this.#nothing ?? before : before;
        const stretch = await this.#owner.read(this.topic, from ?? "end");
        this.#takeStretch(stretch, before === undefined);
        const rest = this.#takeAbove();
        // What came by itself may have been the rest of it.
        const done = stretch.done || this.#at!.offset >= stretch.head.offset;
        if (done && !this.#overflown && !this.#doubted && rest === undefined) break;
        // A long history is no reason to end those who read it no faster than they can.
        await this.#owner.wentOut(this.topic);
        if (stretch.entries.length > 0 || stretch.lost !== undefined) {
          tries = 0;
          continue;
        }
        if (++tries >= MOST_TRIES && rest !== undefined && this.#skipTo(rest)) break;
        await this.#owner.rest();
      }
      this.#behind = false;
      this.#started.resolve();
    } catch (error) {
      if (!(error instanceof Unanswered)) this.#owner.failed(this, error);
    } finally {
      // In the same moment: whoever finds something missing in the next one reads anew.
      this.#reading = undefined;
    }
  }

  #takeStretch({ entries, head, lost }: Stretch, first: boolean): void {
    // Of another history nobody knows what is new: it goes on with what comes.
    const jumps = lost === "epoch" || entries.length === 0;
    if (lost !== undefined) {
      const position = jumps ? { position: positionOf(head) } : {};
      this.#owner.gap({ topic: this.topic, cause: lost, ...position });
      this.#tail = undefined;
    }
    if (first || (lost !== undefined && jumps)) this.#at = head;
    // Where nothing is, the end grows with other topics, and the beginning will, too.
    this.#nothing = lost === undefined && jumps && head.check === NOTHING ? head : undefined;
    if (first || jumps) return;
    for (const entry of entries) this.#deliver(entry);
  }

  /** Hands on what waited. Returns the first entry before which something is missing. */
  #takeAbove(): Entry | undefined {
    const above = this.#above;
    this.#above = [];
    this.#aboveSize = 0;
    let missing: Entry | undefined;
    for (const entry of above) {
      if (missing !== undefined) this.#keep(entry);
      else if (!this.#fits(entry)) this.#keep(missing = entry);
    }
    return missing;
  }

  /** Hands on an entry that is the next one, and drops one that was there: whether it was either. */
  #fits(entry: Entry): boolean {
    const { mark, previous } = entry;
    const at = this.#at;
    if (at === undefined || mark.epoch !== at.epoch) return false;
    if (mark.offset <= at.offset) return true;
    // An engine that does not know what was before is not believed, unless nothing was there.
    const follows = at.check === NOTHING ? (previous ?? 0) <= at.offset : previous === at.offset;
    if (follows) this.#deliver(entry);
    return follows;
  }

  /** What is missing before an entry cannot be found. Returns whether nothing waits any more. */
  #skipTo(entry: Entry): boolean {
    if (entry.mark.epoch !== this.#at?.epoch) {
      this.#above = this.#above.filter(({ mark }) => mark.epoch !== entry.mark.epoch);
      return this.#above.length === 0;
    }
    this.#owner.gap({ topic: this.topic, cause: "sequence" });
    this.#at = { ...entry.mark, offset: entry.previous ?? 0, check: NOTHING };
    // At once: the history does not know that place.
    return this.#takeAbove() === undefined;
  }

  #keep(entry: Entry): void {
    this.#above.push(entry);
    this.#aboveSize += sizeOf([entry]);
    if (this.#above.length <= MOST_ABOVE && this.#aboveSize <= MOST_ABOVE_BYTES) return;
    this.#above = [];
    this.#aboveSize = 0;
    this.#overflown = true;
  }

  /** A message came by itself. */
  take(entry: Entry): void {
    const { epoch, offset } = entry.mark;
    if (offset <= this.#heard && epoch === this.#at?.epoch) this.#owner.doubt();
    this.#heard = offset;
    if (this.current && this.#fits(entry)) return;
    this.#keep(entry);
    if (this.current) this.catchUp();
  }

  /** Somebody else has read a stretch, and some of it may not have come here yet. */
  offer(from: Mark | "start", stretch: Stretch): void {
    const at = this.#at;
    if (at === undefined || !this.current || stretch.lost !== undefined) return;
    for (const entry of entriesBehind({ from, stretch }, at) ?? []) this.#deliver(entry);
  }

  #deliver(entry: Entry): void {
    this.#at = entry.mark;
    this.#nothing = undefined;
    this.#tail?.add(entry);
    if (entry.recorded === undefined) this.#owner.foreign(this.topic);
    else this.#owner.deliver(this.topic, entry.recorded);
  }

  /** Entries behind a mark that came lately. Whoever asks will ask again: they are kept for that. */
  behind(mark: Mark): readonly Entry[] | undefined {
    if (this.#at === undefined) return;
    this.#tail ??= new Tail(this.#at);
    this.#wanted = true;
    return this.#tail.behind(mark);
  }

  /** Some seconds are over: what nobody asked for meanwhile is kept no longer. */
  look(): void {
    if (!this.#wanted) this.#tail = undefined;
    this.#wanted = false;
  }
}
