import type { Clock } from "../base/clock.ts";
import { Deferred } from "../base/deferred.ts";

/** Milliseconds that the engine may take. */
const PATIENCE = 5_000;

/** The engine has not answered: not that it has refused something. */
export class Unanswered extends Error {}

/** Waits for what an engine's client promises, but neither for ever nor beyond a cut. */
export class Answers {
  readonly #engine: string;
  readonly #clock: Clock;
  /** Rejects what is under way when the connection is cut. */
  readonly #waiting = new Set<(error: Error) => void>();

  /** `engine`: its name, for messages. */
  constructor(engine: string, clock: Clock) {
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
    const late = new Unanswered(`${this.#engine} has not answered ${asked} for ${seconds} s`);
    const stop = this.#clock.after(PATIENCE, () => failed.resolve(late));
    this.#waiting.add(failed.resolve);
    answer.catch(() => {});
    try {
      const first = await Promise.race([answer.then((value) => ({ value })), failed.promise]);
      if (first instanceof Error) throw first;
      return first.value;
    } catch (error) {
      throw error instanceof Error ? error : new Error(`${error}`);
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
  wasCut(): Unanswered {
    return new Unanswered(`The connection to ${this.#engine} was cut`);
  }
}
