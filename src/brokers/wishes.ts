import type { Clock } from "../base/clock.ts";
import { Deferred } from "../base/deferred.ts";
import type { Engine } from "./engine.ts";

/** Channels that one command names at most. */
const CHUNK = 1_000;

/** Milliseconds that the engine may take. */
const PATIENCE = 5_000;

/** The engine has not answered: not that it has refused something. */
export class Unanswered extends Error {}

/**
 * Tells the engine which channels are wanted, and which no longer: what is wished for in one turn
 * goes out in one command.
 */
export class Wishes {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #wanted: (channel: string) => boolean;
  #changed = new Set<string>();
  #outcome: Promise<ReadonlyMap<string, unknown>> | undefined;
  /** Rejects what is under way when the connection is cut. */
  readonly #waiting = new Set<(error: Error) => void>();

  /** `wanted` is asked whether a channel is wanted when the command goes out. */
  constructor(engine: Engine, clock: Clock, wanted: (channel: string) => boolean) {
    this.#engine = engine;
    this.#clock = clock;
    this.#wanted = wanted;
  }

  /** Somebody wants a channel, or nobody any more. Resolves when the engine knows. */
  async change(channel: string): Promise<void> {
    this.#changed.add(channel);
    this.#outcome ??= Promise.resolve().then(() => this.#send());
    const refused = await this.#outcome;
    if (refused.has(channel)) throw refused.get(channel);
  }

  /** Returns the channels that the engine refuses, and why. */
  async #send(): Promise<ReadonlyMap<string, unknown>> {
    const channels = [...this.#changed];
    this.#changed = new Set();
    this.#outcome = undefined;
    const isWanted = (channel: string) => this.#wanted(channel);
    const refused = new Map<string, unknown>();
    await Promise.all([
      this.most(channels.filter(isWanted), (channel, error) => refused.set(channel, error)),
      this.leave(channels.filter((channel) => !isWanted(channel))),
    ]);
    return refused;
  }

  /**
   * Subscribes to channels; those that the engine refuses do not keep it from the others.
   *
   * @param refused Called for each of them.
   */
  async most(
    channels: readonly string[],
    refused: (channel: string, error: unknown) => unknown,
  ): Promise<void> {
    try {
      await this.all(channels);
    } catch (error) {
      if (error instanceof Unanswered) throw error;
      const each = channels.map(async (channel) => {
        try {
          await this.all([channel]);
        } catch (error) {
          if (error instanceof Unanswered) throw error;
          refused(channel, error);
        }
      });
      await Promise.all(each);
    }
  }

  /** Subscribes to channels, whether they are subscribed already or not. */
  async all(channels: readonly string[]): Promise<void> {
    const chunks = chunksOf(channels).map((chunk) => this.#engine.subscribe(chunk));
    await this.#inTime(Promise.all(chunks));
  }

  /** Unsubscribes from channels. */
  async leave(channels: readonly string[]): Promise<void> {
    const chunks = chunksOf(channels).map((chunk) => this.#engine.unsubscribe(chunk));
    await this.#inTime(Promise.all(chunks));
  }

  /** The connection was cut: nothing that is under way will be answered. */
  cut(): void {
    const error = new Unanswered(`The connection to ${this.#engine.name} was cut`);
    for (const reject of this.#waiting) reject(error);
  }

  async #inTime(answer: Promise<unknown>): Promise<void> {
    const outcome = new Deferred<Error | undefined>();
    const { name } = this.#engine;
    const late = new Unanswered(
      `${name} has not answered a subscription for ${PATIENCE / 1_000} s`,
    );
    const stop = this.#clock.after(PATIENCE, () => outcome.resolve(late));
    this.#waiting.add(outcome.resolve);
    answer.then(
      () => outcome.resolve(undefined),
      (error) => outcome.resolve(error instanceof Error ? error : new Error(`${error}`)),
    );
    const error = await outcome.promise;
    stop();
    this.#waiting.delete(outcome.resolve);
    if (error) throw error;
  }
}

function chunksOf(channels: readonly string[]): string[][] {
  const chunks: string[][] = [];
  for (let i = 0; i < channels.length; i += CHUNK) chunks.push(channels.slice(i, i + CHUNK));
  return chunks;
}
