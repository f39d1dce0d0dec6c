/** A promise and the function that settles it: `Promise.withResolvers` for runtimes without it. */
export class Deferred<T> {
  /** Settles when `resolve` is called. */
  readonly promise: Promise<T>;
  /** Settles the promise, as another one if `value` is that; only the first call counts. */
  readonly resolve: (value: T | PromiseLike<T>) => void;

  constructor() {
    let settle!: (value: T | PromiseLike<T>) => void;
    this.promise = new Promise((resolve) => settle = resolve);
    this.resolve = settle;
  }
}
