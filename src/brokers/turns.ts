import { Queue } from "../base/queue.ts";

/** Lets so many tasks run at a time; the others wait in line. */
export class Turns {
  readonly #most: number;
  readonly #waiting: Queue<() => void> = new Queue();
  #running = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Runs a task when it is its turn. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running === this.#most) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running++;
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}
