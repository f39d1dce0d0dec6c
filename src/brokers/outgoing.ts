/** Topics whose counts are kept: clients may name them. */
const MOST = 10_000;

/** Looks after which a topic counts as quiet. */
const QUIET = 2;

interface Count {
  last: number;
  /** Messages that did not get out since others were told the last time. */
  lost: number;
  /** Whether somebody may have seen only part of it, and since how many looks. */
  looks: number | undefined;
}

/** The number of a message. */
export interface Sequence {
  readonly sequence: number;
  readonly restarted: boolean;
}

/** What others are to be told of a topic. */
export interface Due {
  readonly topic: string;
  readonly last: number;
  /** How many messages did not get out, as far as this process knows. */
  readonly lost: number;
}

/** Counts what this process publishes, topic by topic, so that others see when something is missing. */
export class Outgoing {
  /** The one that was published to last comes last. */
  readonly #counts = new Map<string, Count>();
  /** Topics that would be forgotten, but of whose losses others have still to be told. */
  readonly #owed = new Map<string, Count>();
  #latest: string | undefined;
  /** As high as every number of a topic that was forgotten. */
  #forgotten = 0;
  /** Topics whose last number others have not been told. */
  #untold = 0;

  /** Numbers the next message of a topic. */
  next(topic: string): Sequence {
    const known = this.#countOf(topic);
    const count = known ?? { last: this.#forgotten, lost: 0, looks: undefined };
    const sequence = ++count.last;
    if (count.looks === undefined) this.#untold++;
    count.looks = 0;
    if (topic !== this.#latest) {
      if (known && !this.#counts.delete(topic)) this.#owed.delete(topic);
      this.#counts.set(topic, count);
      this.#latest = topic;
    }
    if (this.#counts.size > MOST) this.#forget();
    return { sequence, restarted: known === undefined && this.#forgotten > 0 };
  }

  /** The last number of a topic; `undefined` if it is not known any more. */
  last(topic: string): number | undefined {
    return this.#countOf(topic)?.last;
  }

  #countOf(topic: string): Count | undefined {
    return this.#counts.get(topic) ?? this.#owed.get(topic);
  }

  /** Whether there is something to look after. */
  get pending(): boolean {
    return this.#untold > 0;
  }

  /**
   * Looks which topics have gone quiet: others are told how far they are, once.
   *
   * @param all Whether the others are due, too.
   */
  *quiet(all = false): Iterable<Due> {
    if (this.#untold === 0) return;
    for (const [topic, count] of this.#counts) {
      if (count.looks === undefined || (++count.looks < QUIET && !all)) continue;
      const { last, lost } = count;
      count.looks = undefined;
      count.lost = 0;
      this.#untold--;
      yield { topic, last, lost };
    }
    for (const [topic, { last, lost }] of this.#owed) {
      this.#owed.delete(topic);
      this.#untold--;
      yield { topic, last, lost };
    }
  }

  /** A message of a topic did not get out. */
  lost(topic: string, messages = 1): void {
    const count = this.#countOf(topic);
    if (count === undefined) return;
    count.lost += messages;
    if (count.looks === undefined) this.#untold++;
    count.looks = 0;
  }

  #forget(): void {
    const [first] = this.#counts;
    const [topic, count] = first!;
    this.#counts.delete(topic);
    this.#forgotten = Math.max(this.#forgotten, count.last);
    if (count.looks === undefined) return;
    if (count.lost > 0 && this.#owed.size < MOST) this.#owed.set(topic, count);
    else this.#untold--;
  }
}
