import { Queue } from "../base/queue.ts";
import { type Message, MESSAGE_OVERHEAD } from "./message.ts";

type Result = IteratorResult<Message, undefined>;

/**
 * The messages that wait for the `for await` loop of one connection: in order, one at a time.
 */
export class Inbox {
  /** Whether there is a loop over it. */
  looped = false;
  /** Whether the client is not read from until there is room. */
  paused = false;
  /** Bytes above which the inbox counts as full. */
  readonly #limit: number;
  readonly #waiters: ((result: Result) => void)[] = [];
  readonly #messages: Queue<Message> = new Queue();
  #size = 0;
  #ended = false;
  /** When the loop last took a message, or the first one began to wait. */
  progressAt: number;

  constructor(limit: number, now: number) {
    this.#limit = limit;
    this.progressAt = now;
  }

  /** Bytes of memory that wait. */
  get size(): number {
    return this.#size;
  }

  /** Whether more waits than the limit allows. */
  get full(): boolean {
    return this.#size > this.#limit;
  }

  /** Whether so little waits that reading may go on. */
  get hasRoom(): boolean {
    return this.#size <= this.#limit / 2;
  }

  /** Takes a message in; whatever comes after the end is not taken. */
  push(message: Message): void {
    if (this.#ended) return;
    const waiter = this.#waiters.shift();
    if (waiter) return waiter({ value: message, done: false });
    this.#messages.push(message);
    this.#size += cost(message);
  }

  /** The next message as soon as there is one; done once the inbox has ended and is empty. */
  next(): Promise<Result> {
    const message = this.#messages.shift();
    if (message !== undefined) {
      this.#size -= cost(message);
      return Promise.resolve({ value: message, done: false });
    }
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Says that nothing more will come. What waits can still be read. */
  end(): void {
    this.#ended = true;
    for (const waiter of this.#waiters.splice(0)) {
      waiter({ value: undefined, done: true });
    }
  }

  /** Throws away what waits, and ends. */
  clear(): void {
    this.#messages.clear();
    this.#size = 0;
    this.end();
  }

  /**
   * What `for await` takes.
   *
   * @param taken Called when a message was taken.
   * @param left Called when the loop was left before the end.
   */
  loop(taken: () => void, left: () => void): AsyncIterableIterator<Message, undefined> {
    return {
      next: async () => {
        const result = await this.next();
        taken();
        return result;
      },
      return: () => {
        this.clear();
        left();
        return Promise.resolve({ value: undefined, done: true });
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
}

/** A text is counted at two bytes a unit, which is what it may take in memory. */
function cost(message: Message): number {
  return MESSAGE_OVERHEAD +
    (typeof message === "string" ? 2 * message.length : message.byteLength);
}
