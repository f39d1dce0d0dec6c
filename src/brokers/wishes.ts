import type { Clock } from "../base/clock.ts";
import { Answers, Unanswered } from "./answers.ts";
import type { Engine } from "./engine.ts";

/** Channels that one command names at most. */
const CHUNK = 1_000;

/** Called with a channel that the engine refuses, and what it says. */
export type Refused = (channel: string, error: unknown) => unknown;

/**
 * Tells the engine which channels are wanted, and which no longer: what is wished for in one turn
 * goes out in one command.
 */
export class Wishes {
  readonly #engine: Omit<Engine, "start">;
  readonly #answers: Answers;
  readonly #wanted: (channel: string) => boolean;
  /** Channels that the client may have: after a cut it subscribes to them again by itself. */
  readonly #held = new Set<string>();
  #changed = new Set<string>();
  #outcome: Promise<ReadonlyMap<string, unknown>> | undefined;
  /** The command that is under way, or the last one. */
  #tail: Promise<unknown> = Promise.resolve();
  #cuts = 0;

  /** `wanted` is asked whether a channel is wanted when the command goes out. */
  constructor(engine: Omit<Engine, "start">, clock: Clock, wanted: (channel: string) => boolean) {
    this.#engine = engine;
    this.#answers = new Answers(engine, clock);
    this.#wanted = wanted;
  }

  /** Somebody wants a channel, or nobody any more. Resolves when the engine knows. */
  async change(channel: string): Promise<void> {
    this.#changed.add(channel);
    this.#outcome ??= this.#send();
    const refused = await this.#outcome;
    if (refused.has(channel)) throw refused.get(channel);
  }

  /** Returns the channels that the engine refuses, and why. */
  #send(): Promise<ReadonlyMap<string, unknown>> {
    return this.#inTurn(async () => {
      const channels = [...this.#changed];
      this.#changed = new Set();
      this.#outcome = undefined;
      const isWanted = (channel: string) => this.#wanted(channel);
      const refused = new Map<string, unknown>();
      await Promise.all([
        this.#most(channels.filter(isWanted), (channel, error) => refused.set(channel, error)),
        this.#unsubscribe(channels.filter((channel) => !isWanted(channel))),
      ]);
      return refused;
    });
  }

  /** Subscribes to channels, whether they are subscribed already or not. */
  all(channels: readonly string[]): Promise<void> {
    return this.#inTurn(() => this.#subscribe(channels));
  }

  /**
   * Subscribes to channels; those that the engine refuses do not keep it from the others. Leaves what
   * the client has brought along from before a cut and nobody wants any more.
   *
   * @param refused Called for each that is refused.
   */
  most(channels: readonly string[], refused: Refused): Promise<void> {
    return this.#inTurn(async () => {
      await this.#most(channels, refused);
      await this.#unsubscribe([...this.#held].filter((channel) => !this.#wanted(channel)));
    });
  }

  /** Unsubscribes from channels. */
  leave(channels: readonly string[]): Promise<void> {
    return this.#inTurn(() => this.#unsubscribe(channels));
  }

  /** The connection was cut: nothing that is under way will be answered. */
  cut(): void {
    this.#cuts++;
    this.#tail = Promise.resolve();
    this.#changed = new Set();
    this.#outcome = undefined;
    this.#answers.cut();
  }

  /**
   * One after the other: a client that is asked for a channel that it is just leaving may take it for
   * one that it has.
   */
  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const cuts = this.#cuts;
    const outcome = this.#tail.then(() => {
      if (cuts !== this.#cuts) throw this.#answers.wasCut();
      return task();
    });
    this.#tail = outcome.catch(() => {});
    return outcome;
  }

  async #most(channels: readonly string[], refused: Refused): Promise<void> {
    for (const channel of channels) this.#held.add(channel);
    try {
      await this.#subscribe(channels);
    } catch (error) {
      if (error instanceof Unanswered) throw error;
      const each = channels.map(async (channel) => {
        try {
          await this.#subscribe([channel]);
        } catch (error) {
          if (error instanceof Unanswered) throw error;
          this.#held.delete(channel);
          refused(channel, error);
        }
      });
      await Promise.all(each);
    }
  }

  async #subscribe(channels: readonly string[]): Promise<void> {
    const chunks = chunksOf(channels).map((chunk) => this.#engine.subscribe(chunk));
    await this.#answers.wait(Promise.all(chunks), "a subscription");
  }

  async #unsubscribe(channels: readonly string[]): Promise<void> {
    const chunks = chunksOf(channels).map((chunk) => this.#engine.unsubscribe(chunk));
    await this.#answers.wait(Promise.all(chunks), "a subscription");
    for (const channel of channels) this.#held.delete(channel);
  }
}

function chunksOf(channels: readonly string[]): string[][] {
  const chunks: string[][] = [];
  for (let i = 0; i < channels.length; i += CHUNK) chunks.push(channels.slice(i, i + CHUNK));
  return chunks;
}
