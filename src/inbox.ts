import type { Message } from "./socket.ts";

/** What a queued message costs beside its payload, so that empty messages are bounded too. */
const OVERHEAD = 64;

type Waiter = (result: IteratorResult<Message, undefined>) => void;

/**
 * The messages that wait for the `for await` loop of one connection: in order, one at a time.
 */
export class Inbox {
  /** Bytes above which the inbox counts as full. */
  readonly #limit: number;
  readonly #waiters: Waiter[] = [];
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
  next(): Promise<IteratorResult<Message, undefined>> {
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
