import type { Clock } from "../base/clock.ts";
import { Deferred } from "../base/deferred.ts";
import type { Engine } from "./engine.ts";

/** Channels that one command names at most. */
const CHUNK = 1_000;

/** Milliseconds that the engine may take. */
const PATIENCE = 5_000;

/**
 * Tells the engine which channels are wanted, and which no longer: what is wished for in one turn
 * goes out in one command.
 */
export class Wishes {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #wanted: (channel: string) => boolean;
  #changed = new Set<string>();
  #outcome: Promise<void> | undefined;
  /** Rejects what is under way when the connection is cut. */
  readonly #waiting = new Set<(error: Error) => void>();

  /** `wanted` is asked whether a channel is wanted when the command goes out. */
  constructor(engine: Engine, clock: Clock, wanted: (channel: string) => boolean) {
    this.#engine = engine;
    this.#clock = clock;
    this.#wanted = wanted;
  }

  /** Somebody wants a channel, or nobody any more. Resolves when the engine knows. */
  change(channel: string): Promise<void> {
    this.#changed.add(channel);
    return this.#outcome ??= Promise.resolve().then(() => this.#send());
  }

  async #send(): Promise<void> {
    const channels = [...this.#changed];
    this.#changed = new Set();
    this.#outcome = undefined;
    const isWanted = (channel: string) => this.#wanted(channel);
    await Promise.all([
      this.all(channels.filter(isWanted)),
      this.leave(channels.filter((channel) => !isWanted(channel))),
    ]);
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
    const error = new Error(`The connection to ${this.#engine.name} was cut`);
    for (const reject of this.#waiting) reject(error);
  }

  async #inTime(answer: Promise<unknown>): Promise<void> {
    const outcome = new Deferred<Error | undefined>();
    const { name } = this.#engine;
    const late = new Error(`${name} has not answered a subscription for ${PATIENCE / 1_000} s`);
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
