import type { Clock } from "../base/clock.ts";
import { Deferred } from "../base/deferred.ts";
import type { Answers } from "./answers.ts";
import type { From, HistoryEngine, Stretch } from "./history_engine.ts";
import { Turns } from "./turns.ts";

/** Messages that one read asks for. */
const PAGE = 250;

/** Reads that are under way at the same time: each may bring a megabyte. */
const MOST_READS = 16;

/** Milliseconds before something is tried again. */
const REST = 100;

/** Asks an engine for pieces of histories: not too many at a time, and not for ever. */
export class HistoryReader {
  readonly #engine: HistoryEngine;
  readonly #answers: Answers;
  readonly #clock: Clock;
  readonly #turns = new Turns(MOST_READS);

  constructor(engine: HistoryEngine, answers: Answers, clock: Clock) {
    this.#engine = engine;
    this.#answers = answers;
    this.#clock = clock;
  }

  /** Rejects with `Unanswered` if the engine is cut off, or says nothing. */
  read(topic: string, from: From): Promise<Stretch> {
    return this.#turns.run(() =>
      this.#answers.wait(this.#engine.read(topic, from, PAGE), "a question about history")
    );
  }

  /** Resolves after a moment. */
  rest(): Promise<void> {
    const over = new Deferred<void>();
    this.#clock.after(REST, () => over.resolve());
    return over.promise;
  }
}
