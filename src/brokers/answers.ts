import type { Clock } from "../base/clock.ts";
import { Deferred } from "../base/deferred.ts";

/** Milliseconds that the engine may take. */
const PATIENCE = 5_000;

/** The engine has not answered: not that it has refused something. */
export class Unanswered extends Error {}

/** The connection was cut: what is wanted is asked for again as soon as there is another one. */
export class Cut extends Unanswered {}

/** The part of an engine that is asked. */
export interface Answering {
  readonly name: string;
  /** Whether an error is the engine's answer, rather than that of a client that is cut off. */
  refuses(error: unknown): error is Error;
}

/** Waits for what an engine's client promises, but neither for ever nor beyond a cut. */
export class Answers {
  readonly #engine: Answering;
  readonly #clock: Clock;
  /** Rejects what is under way when the connection is cut. */
  readonly #waiting = new Set<(error: Error) => void>();

  constructor(engine: Answering, clock: Clock) {
    this.#engine = engine;
    this.#clock = clock;
  }

  /**
   * What the engine answers.
   *
   * @param asked What it was asked, for messages, such as "a subscription".
   */
  async wait<T>(answer: Promise<T>, asked: string): Promise<T> {
    const failed = new Deferred<Error>();
    const seconds = PATIENCE / 1_000;
    const { name } = this.#engine;
    const late = new Unanswered(`${name} has not answered ${asked} for ${seconds} s`);
    const stop = this.#clock.after(PATIENCE, () => failed.resolve(late));
    this.#waiting.add(failed.resolve);
    try {
      const first = await Promise.race([
        // Clients say that they have no connection before they tell of the cut.
        answer.then((value) => ({ value }), (error) => this.#errorOf(error)),
        failed.promise,
      ]);
      if (first instanceof Error) throw first;
      return first.value;
    } finally {
      stop();
      this.#waiting.delete(failed.resolve);
    }
  }

  /** The connection was cut: nothing that is under way will be answered. */
  cut(): void {
    for (const reject of this.#waiting) reject(this.wasCut());
  }

  /** The error of those who were cut off. */
  wasCut(cause?: unknown): Cut {
    return new Cut(`The connection to ${this.#engine.name} was cut`, { cause });
  }

  #errorOf(error: unknown): Error {
    return this.#engine.refuses(error) ? error : this.wasCut(error);
  }
}
