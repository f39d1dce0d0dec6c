import type { Clock } from "../base/clock.ts";
import { Queue } from "../base/queue.ts";
import type { Topic } from "./topic.ts";

/** Topics that linger at most: clients name them, and may come and go quickly. */
const MOST = 1_000;

/**
 * Topics that nobody is subscribed to any more: they are kept for a while, because clients that
 * reconnect come back soon, and the engine would have to be told twice.
 */
export class IdleTopics {
  readonly #clock: Clock;
  readonly #linger: number;
  readonly #drop: (topic: Topic) => void;
  readonly #queue: Queue<{ readonly topic: Topic; readonly since: number }> = new Queue();
  #stop: (() => void) | undefined;

  /** `linger`: milliseconds; `drop` is called with each topic whose time is over. */
  constructor(clock: Clock, linger: number, drop: (topic: Topic) => void) {
    this.#clock = clock;
    this.#linger = linger;
    this.#drop = drop;
  }

  /** The last subscriber has left. */
  add(topic: Topic): void {
    if (this.#linger === 0) return this.#drop(topic);
    const since = this.#clock.now();
    this.#queue.push({ topic, since });
    topic.emptySince = since;
    while (this.#queue.length > MOST) this.#dropFirst();
    this.#wait();
  }

  #wait(): void {
    const { first } = this.#queue;
    if (first === undefined || this.#stop !== undefined) return;
    const due = Math.max(0, first.since + this.#linger - this.#clock.now());
    this.#stop = this.#clock.after(due, () => {
      this.#stop = undefined;
      const now = this.#clock.now();
      while (this.#queue.first !== undefined && this.#queue.first.since + this.#linger <= now) {
        this.#dropFirst();
      }
      this.#wait();
    });
  }

  #dropFirst(): void {
    const { topic, since } = this.#queue.shift()!;
    // Whoever came meanwhile may have left again: then it stands there once more.
    if (topic.emptySince !== since) return;
    topic.emptySince = undefined;
    this.#drop(topic);
  }

  /** Waits for nothing any more. */
  close(): void {
    this.#stop?.();
    this.#queue.clear();
  }
}
