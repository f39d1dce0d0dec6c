import type { Clock } from "../base/clock.ts";
import { Deferred } from "../base/deferred.ts";
import { Queue } from "../base/queue.ts";
import type { Published } from "./published.ts";

/** Bytes that may be on their way to the engine before more are refused. */
const MOST = 4 * 1024 * 1024;

/** Milliseconds that the engine may take. */
const PATIENCE = 5_000;

interface Waiting {
  readonly outcome: Deferred<Published>;
  readonly since: number;
  done: boolean;
}

/** What is on its way to the engine: bounded in bytes, and each of it settles in time. */
export class InFlight {
  readonly #engine: string;
  readonly #clock: Clock;
  readonly #queue: Queue<Waiting> = new Queue();
  #bytes = 0;
  /** Whatever went out before the last cut counts no more. */
  #cuts = 0;
  #stop: (() => void) | undefined;

  /** `engine`: its name, for messages. */
  constructor(engine: string, clock: Clock) {
    this.#engine = engine;
    this.#clock = clock;
  }

  /** Whether nothing more may go out. */
  get full(): boolean {
    return this.#bytes >= MOST;
  }

  /** Waits for the engine's answer, which may never come. */
  add(bytes: number, answer: Promise<unknown>): Promise<Published> {
    const waiting = { outcome: new Deferred<Published>(), since: this.#clock.now(), done: false };
    const cuts = this.#cuts;
    this.#queue.push(waiting);
    this.#bytes += bytes;
    const settle = (published: Published) => {
      if (cuts === this.#cuts) this.#bytes -= bytes;
      this.#settle(waiting, published);
      this.#clean();
    };
    answer.then(() => settle({ relayed: true }), (cause) => settle(this.#failed(cause)));
    this.#wait();
    return waiting.outcome.promise;
  }

  /** The connection was cut: nobody knows what has become of what was under way. */
  cut(cause: unknown): void {
    this.#cuts++;
    this.#bytes = 0;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      this.#settle(next, this.#failed(cause));
    }
  }

  /** Waits no more. */
  close(): void {
    this.#stop?.();
    this.cut(undefined);
  }

  /** Resolves when all that is under way now has settled. */
  async drained(): Promise<void> {
    const waiting: Promise<unknown>[] = [];
    for (let i = this.#queue.length; i > 0; i--) {
      const next = this.#queue.shift()!;
      waiting.push(next.outcome.promise);
      this.#queue.push(next);
    }
    await Promise.all(waiting);
  }

  #settle(waiting: Waiting, published: Published): void {
    waiting.done = true;
    waiting.outcome.resolve(published);
  }

  #failed(cause: unknown): Published {
    const message = `Cannot publish: the connection to ${this.#engine} failed under way`;
    return { relayed: false, error: new Error(message, { cause }) };
  }

  #clean(): void {
    while (this.#queue.first?.done) this.#queue.shift();
  }

  #wait(): void {
    const { first } = this.#queue;
    if (first === undefined || this.#stop !== undefined) return;
    this.#stop = this.#clock.after(first.since + PATIENCE - this.#clock.now(), () => {
      this.#stop = undefined;
      const late = this.#clock.now() - PATIENCE;
      const expected = `an answer from ${this.#engine} within ${PATIENCE / 1_000} s`;
      const error = new Error(`Cannot publish: expected ${expected}, got none`);
      for (let next = this.#queue.first; next !== undefined; next = this.#queue.first) {
        if (!next.done && next.since > late) break;
        this.#queue.shift();
        this.#settle(next, { relayed: false, error });
      }
      this.#wait();
    });
  }
}
