import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/contain.ts";
import { Queue } from "../base/queue.ts";
import { usageError } from "../base/usage_error.ts";
import type { Answering } from "./answers.ts";
import type { Published } from "./published.ts";

/** Bytes that may be on their way to the engine before more are refused. */
const MOST = 4 * 1024 * 1024;

/** Milliseconds that the engine may take. */
const PATIENCE = 5_000;

interface Waiting {
  readonly topic: string;
  readonly settle: (published: Published) => void;
  readonly since: number;
  done: boolean;
}

const RELAYED: Published = { relayed: true };

/** What is on its way to the engine: bounded in bytes, and each of it settles in time. */
export class InFlight {
  readonly #engine: Answering;
  readonly #clock: Clock;
  readonly #lost: (topic: string) => void;
  readonly #queue: Queue<Waiting> = new Queue();
  #bytes = 0;
  #unsettled = 0;
  #drained: (() => void) | undefined;
  /** Whatever went out before the last cut counts no more. */
  #cuts = 0;
  #stop: (() => void) | undefined;

  /** `lost` is told the topic of each that does not get out. */
  constructor(engine: Answering, clock: Clock, lost: (topic: string) => void) {
    this.#engine = engine;
    this.#clock = clock;
    this.#lost = lost;
  }

  /** Whether nothing more may go out. */
  get full(): boolean {
    return this.#bytes >= MOST;
  }

  /** What becomes of a message that does not go out: there is no connection, or it is full. */
  refuse(topic: string, isConnected: boolean): Promise<Published> {
    this.#lost(topic);
    const [expected, got] = isConnected
      ? ["an engine that keeps up", `${MOST / 2 ** 20} MiB under way`]
      : ["a connection", "none"];
    const error = usageError(`publish over ${this.#engine.name}`, expected, got, Error);
    return Promise.resolve({ relayed: false, error });
  }

  /**
   * Waits for the engine's answer, which may never come.
   *
   * @param published What to say of an answer.
   */
  add<T>(
    topic: string,
    bytes: number,
    answer: Promise<T>,
    published: (answer: T) => Published = () => RELAYED,
  ): Promise<Published> {
    const cuts = this.#cuts;
    this.#bytes += bytes;
    return new Promise((settle) => {
      const waiting = { topic, settle, since: this.#clock.now(), done: false };
      this.#queue.push(waiting);
      this.#unsettled++;
      this.#wait();
      const answered = (published: Published) => {
        if (cuts === this.#cuts) this.#bytes -= bytes;
        this.#settle(waiting, published);
        while (this.#queue.first?.done) this.#queue.shift();
      };
      answer.then(
        (value) => answered(published(value)),
        (cause) => answered(this.#failed(cause)),
      );
    });
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

  /** Resolves when all that is under way has settled; called when nothing more will be. */
  drained(): Promise<void> {
    if (this.#unsettled === 0) return Promise.resolve();
    return new Promise((resolve) => this.#drained = resolve);
  }

  #settle(waiting: Waiting, published: Published): void {
    if (waiting.done) return;
    waiting.done = true;
    if (!published.relayed) this.#lost(waiting.topic);
    waiting.settle(published);
    this.#unsettled--;
    if (this.#unsettled === 0) this.#drained?.();
  }

  #failed(cause: unknown): Published {
    const { name } = this.#engine;
    const why = this.#engine.refuses(cause)
      ? `expected ${name} to take it, got ${messageOf(cause)}`
      : `the connection to ${name} failed under way`;
    return { relayed: false, error: new Error(`Cannot publish: ${why}`, { cause }) };
  }

  #wait(): void {
    const { first } = this.#queue;
    if (first === undefined || this.#stop !== undefined) return;
    // What is told of a loss takes its time, too: then the next one is late by now.
    const left = Math.max(0, first.since + PATIENCE - this.#clock.now());
    this.#stop = this.#clock.after(left, () => {
      this.#stop = undefined;
      const late = this.#clock.now() - PATIENCE;
      const expected = `an answer from ${this.#engine.name} within ${PATIENCE / 1_000} s`;
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
