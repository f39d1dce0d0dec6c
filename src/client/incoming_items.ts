import { Queue } from "../base/queue.ts";

type Result<T> = IteratorResult<T, undefined>;

/** A stream of somebody else's, to be subscribed: what Microsoft's client returns. */
export interface Subscribable<T> {
  subscribe(observer: {
    next(value: T): void;
    error(error: unknown): void;
    complete(): void;
  }): { dispose(): void };
}

/**
 * The items of a stream that was subscribed, as a loop takes them. What is not taken yet waits here:
 * the client has no way to slow its server down.
 */
export class IncomingItems<T> implements AsyncIterableIterator<T, undefined> {
  readonly #items = new Queue<{ readonly value: T }>();
  readonly #readers: (() => void)[] = [];
  readonly #subscription: { dispose(): void };
  #ended = false;
  #error: { readonly reason: unknown } | undefined;

  constructor(stream: Subscribable<T>) {
    this.#subscription = stream.subscribe({
      next: (value) => {
        this.#items.push({ value });
        this.#readers.shift()?.();
      },
      error: (reason) => {
        this.#error = { reason };
        this.#end();
      },
      complete: () => this.#end(),
    });
  }

  async next(): Promise<Result<T>> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) return { value: item.value, done: false };
      if (this.#ended) {
        const error = this.#error;
        this.#error = undefined;
        if (error !== undefined) throw error.reason;
        return { value: undefined, done: true };
      }
      await new Promise<void>((resolve) => this.#readers.push(resolve));
    }
  }

  /** The loop is left: the server is told that nobody wants more. */
  return(): Promise<Result<T>> {
    const ended = this.#ended;
    this.#items.clear();
    this.#end();
    if (!ended) this.#subscription.dispose();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined> {
    return this;
  }

  #end(): void {
    this.#ended = true;
    for (const wake of this.#readers.splice(0)) wake();
  }
}
