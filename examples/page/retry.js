import { delayOf } from "./refusal.js";

/** Milliseconds between two looks at the clock. */
const TICK = 100;

/** The wait until the next try to connect: longer each time, until one succeeds. */
export class Retry {
  attempt = 0;
  #timer;
  #tell;

  /** `tell` hears how long it still takes, and "" when nobody waits any more. */
  constructor(tell) {
    this.#tell = tell;
  }

  /** Waits, `after` seconds at least if the server asks for that. */
  wait(after, then) {
    const until = performance.now() + delayOf(this.attempt, after);
    const look = () => {
      const left = Math.max(0, until - performance.now());
      if (left > 0) return this.#tell(`in ${(left / 1000).toFixed(1)} s`);
      this.stop();
      then();
    };
    this.#timer = setInterval(look, TICK);
    look();
  }

  stop() {
    clearInterval(this.#timer);
    this.#tell("");
  }
}
