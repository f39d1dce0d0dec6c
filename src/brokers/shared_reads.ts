import type { Clock } from "../base/clock.ts";
import { Deferred } from "../base/deferred.ts";
import type { Stretch } from "./history_engine.ts";
import type { Mark } from "./mark.ts";
import { entriesBehind, type Read, Stretches } from "./stretches.ts";

/** Reads the history of a topic behind a mark. */
export type ReadHistory = (topic: string, from: Mark | "start") => Promise<Stretch>;

interface Reader {
  readonly from: Mark | "start";
  readonly outcome: Deferred<Stretch>;
  readonly fail: (error: unknown) => void;
}

/**
 * Reads of histories, shared by all who want some of the same topic: a thousand clients that come back
 * at the same moment cost as many reads as their pieces of the history have pages.
 */
export class SharedReads {
  readonly #read: ReadHistory;
  readonly #recent: Stretches;
  readonly #waiting = new Map<string, Set<Reader>>();

  constructor(read: ReadHistory, clock: Clock) {
    this.#read = read;
    this.#recent = new Stretches(clock);
  }

  /** Some of what is behind a mark. Rejects if it cannot be read. */
  read(topic: string, from: Mark | "start"): Promise<Stretch> {
    const entries = this.#recent.find(topic, from);
    if (entries !== undefined) {
      const head = entries[entries.length - 1]!.mark;
      return Promise.resolve({ entries, head, done: false });
    }
    return new Promise((resolve, fail) => {
      const outcome = new Deferred<Stretch>();
      outcome.promise.then(resolve);
      const reader = { from, outcome, fail };
      const others = this.#waiting.get(topic);
      if (others) return void others.add(reader);
      const readers = new Set([reader]);
      this.#waiting.set(topic, readers);
      this.#run(topic, readers);
    });
  }

  /** Keeps nothing that was read before: another history may have begun. */
  forget(): void {
    this.#recent.clear();
  }

  /** Reads for whoever is furthest behind; the others find what they want on the way. */
  async #run(topic: string, readers: Set<Reader>): Promise<void> {
    // Those who come in the same turn are in it, too.
    await undefined;
    // In rounds: whoever comes later may say that it is further behind, again and again.
    for (let round: Reader[] = []; readers.size > 0;) {
      round = round.filter((reader) => readers.has(reader));
      if (round.length === 0) round = [...readers];
      const { from } = round.reduce((last, reader) =>
        offsetOf(reader.from) < offsetOf(last.from) ? reader : last
      );
      try {
        const stretch = await this.#read(topic, from);
        const read: Read = { topic, from, stretch };
        if (stretch.lost === undefined) this.#recent.add(read);
        for (const reader of readers) this.#answer(reader, read, readers);
      } catch (error) {
        for (const reader of readers) reader.fail(error);
        readers.clear();
      }
    }
    this.#waiting.delete(topic);
  }

  #answer(reader: Reader, read: Read, readers: Set<Reader>): void {
    const { stretch } = read;
    const entries = entriesBehind(read, reader.from);
    if (entries === undefined) return;
    const isSame = entries === stretch.entries;
    // Whoever is at the end of a piece reads on from there.
    if (!isSame && entries.length === 0 && !stretch.done) return;
    readers.delete(reader);
    const { head, done } = stretch;
    reader.outcome.resolve(isSame ? stretch : { entries, head, done });
  }
}

function offsetOf(from: Mark | "start"): number {
  return from === "start" ? -1 : from.offset;
}
