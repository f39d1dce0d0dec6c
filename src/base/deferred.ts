/** A promise and the function that settles it: `Promise.withResolvers` for runtimes without it. */
export class Deferred<T> {
  /** Settles when `resolve` is called. */
  readonly promise: Promise<T>;
  /** Settles the promise; only the first call counts. */
  readonly resolve: (value: T) => void;

  constructor() {
    let settle!: (value: T) => void;
    this.promise = new Promise((resolve) => settle = resolve);
    this.resolve = settle;
  }
}
