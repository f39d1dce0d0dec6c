import type { Clock } from "../base/clock.ts";
import type { PresenceTopic } from "./presence_topic.ts";

/** Milliseconds for which a topic is kept that somebody has read, or that nobody is in any more. */
const KEPT = 10_000;

/** Topics that are kept with nobody in them: clients may name them. */
const MOST = 1_000;

/** Topics of presence that nobody in this process is in: somebody may come back, or read them again. */
export class KeptTopics {
  readonly #drop: (topic: PresenceTopic) => void;
  readonly #clock: Clock | undefined;
  /** Until when each of them is kept; the one that was read last comes last. */
  readonly #until = new Map<PresenceTopic, number>();

  #stop: (() => void) | undefined;

  /**
   * `drop` is called with each whose time is over. With a `clock` nobody else need look: it is waited
   * for only while there are such topics.
   */
  constructor(drop: (topic: PresenceTopic) => void, clock?: Clock) {
    this.#drop = drop;
    this.#clock = clock;
  }

  /** Nobody is in a topic, from now on or still. */
  keep(topic: PresenceTopic, now: number): void {
    this.#until.delete(topic);
    this.#until.set(topic, now + KEPT);
    this.#wait();
    if (this.#until.size <= MOST) return;
    for (const oldest of this.#until.keys()) return this.#end(oldest);
  }

  /** Somebody is in it. */
  delete(topic: PresenceTopic): void {
    this.#until.delete(topic);
  }

  /** Lets go of those whose time is over. */
  look(now: number): void {
    for (const [topic, until] of this.#until) if (until <= now) this.#end(topic);
  }

  #wait(): void {
    const clock = this.#clock;
    if (clock === undefined || this.#until.size === 0) return;
    this.#stop ??= clock.after(KEPT, () => {
      this.#stop = undefined;
      this.look(clock.now());
      this.#wait();
    });
  }

  #end(topic: PresenceTopic): void {
    this.#until.delete(topic);
    this.#drop(topic);
  }

  /** Keeps none any more, of which nobody is told. */
  clear(): void {
    this.#stop?.();
    this.#until.clear();
  }
}
