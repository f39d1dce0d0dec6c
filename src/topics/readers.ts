import { Deferred } from "../base/deferred.ts";
import type { Page, ReplayPort } from "../brokers/port.ts";
import type { Position } from "../brokers/published.ts";
import { copyOf } from "../connection/message.ts";
import { Parking } from "./parking.ts";
import type { Subscriptions } from "./subscriptions.ts";
import type { TopicItem } from "./topics.ts";

/** Messages that are read from the history at once. */
const PAGE = 100;

/** Loops over topics. They wait for word that there is more, and read it from the history. */
export class Readers {
  readonly #port: ReplayPort;
  readonly #subscriptions: Subscriptions;
  /** By topic, those who wait for more. */
  readonly #waiting = new Map<string, Set<() => void>>();
  /** All who wait, for whatever. */
  readonly #ends = new Set<() => void>();
  /** Those who wait for an engine that is away. */
  readonly #away = new Parking<Promise<Page>>();
  #closed = false;

  constructor(port: ReplayPort, subscriptions: Subscriptions) {
    this.#port = port;
    this.#subscriptions = subscriptions;
  }

  /** There is more to read. */
  wake(topic: string): void {
    for (const wake of this.#waiting.get(topic) ?? []) wake();
  }

  /** Ends all loops. */
  close(): void {
    this.#closed = true;
    this.#away.wake();
    for (const end of this.#ends) end();
  }

  /** Reads behind a position, `undefined` for now, until the signal aborts. */
  async *read(
    topic: string,
    after: Position | undefined,
    signal?: AbortSignal,
  ): AsyncGenerator<TopicItem> {
    const isOver = () => this.#closed || signal?.aborted === true;
    if (isOver()) return;
    const { ready, release } = this.#subscriptions.hold(topic);
    try {
      if (ready) await this.#orEnd(ready, signal);
      if (isOver()) return;
      for (let position = after ?? this.#port.position(topic) ?? "";;) {
        const wanted = this.#port.read(topic, position, PAGE);
        const page = wanted instanceof Promise
          ? await this.#orEnd(this.#back(topic, wanted, isOver), signal)
          : wanted;
        if (isOver()) {
          if (wanted instanceof Promise) this.#away.leave(wanted);
          return;
        }
        if (page === undefined) continue;
        position = page.position;
        if (page.lost) {
          const here = page.messages.length > 0 ? {} : { position };
          yield { gap: { topic, cause: page.lost, ...here } };
        }
        for (const message of page.messages) {
          if (isOver()) return;
          yield { data: copyOf(message.data), position: message.position };
        }
        // What an engine was asked for says nothing of what is here.
        if (page === wanted && page.messages.length === 0 && !page.lost) {
          await this.#more(topic, signal);
          if (isOver()) return;
        }
      }
    } finally {
      release();
    }
  }

  /** The engine is back. */
  engineBack(): void {
    this.#away.wake();
  }

  /** What was read; `undefined` when the engine was away, and is back. */
  async #back(
    topic: string,
    wanted: Promise<Page>,
    isOver: () => boolean,
  ): Promise<Page | undefined> {
    try {
      return await wanted;
    } catch (error) {
      const state = this.#port.stateOf?.(topic) ?? this.#port.state;
      if (state === "up" || this.#closed) throw error;
      // Loops may come and go, as often as clients like, before the engine is back.
      if (!isOver()) await this.#away.wait(wanted);
    }
  }

  /** Resolves when there is more, or when the loop is to end. */
  async #more(topic: string, signal?: AbortSignal): Promise<void> {
    const waiting = this.#waiting.get(topic) ?? new Set();
    this.#waiting.set(topic, waiting);
    const more = new Deferred<void>();
    waiting.add(more.resolve);
    await this.#orEnd(more.promise, signal);
    waiting.delete(more.resolve);
    if (waiting.size === 0) this.#waiting.delete(topic);
  }

  /** What was waited for; `undefined` if the loop is to end first. */
  async #orEnd<T>(outcome: Promise<T>, signal?: AbortSignal): Promise<T | undefined> {
    const ended = new Deferred<undefined>();
    const end = () => ended.resolve(undefined);
    this.#ends.add(end);
    signal?.addEventListener("abort", end);
    try {
      return await Promise.race([outcome, ended.promise]);
    } finally {
      this.#ends.delete(end);
      signal?.removeEventListener("abort", end);
    }
  }
}
