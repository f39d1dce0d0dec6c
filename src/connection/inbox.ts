import type { Message } from "./message.ts";

/** What a queued message costs beside its payload, so that empty messages are bounded too. */
const OVERHEAD = 64;

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
  #messages: Message[] = [];
  #head = 0;
  #size = 0;
  #ended = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether more waits than the limit allows. */
  get full(): boolean {
    return this.#size > this.#limit;
  }

  /** Whether so little waits that reading may go on. */
  get hasRoom(): boolean {
    return this.#size <= this.#limit / 2;
  }

  push(message: Message): void {
    const waiter = this.#waiters.shift();
    if (waiter) return waiter({ value: message, done: false });
    this.#messages.push(message);
    this.#size += cost(message);
  }

  /** The next message as soon as there is one; done once the inbox has ended and is empty. */
  next(): Promise<Result> {
    if (this.#head < this.#messages.length) {
      return Promise.resolve({ value: this.#shift(), done: false });
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
    this.#messages = [];
    this.#head = 0;
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

  #shift(): Message {
    const message = this.#messages[this.#head]!;
    this.#messages[this.#head++] = "";
    this.#size -= cost(message);
    // Moving the rest down only now and then keeps reading linear.
    if (this.#head > 64 && this.#head * 2 > this.#messages.length) {
      this.#messages.splice(0, this.#head);
      this.#head = 0;
    }
    return message;
  }
}

/** A text is counted at two bytes a unit, which is what it may take in memory. */
function cost(message: Message): number {
  return OVERHEAD +
    (typeof message === "string" ? 2 * message.length : message.byteLength);
}
