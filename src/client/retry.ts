import type { Environment } from "./environment.ts";

/** Milliseconds of the longest first wait. Each one that follows may be twice as long. */
const BASE = 250;

/** Milliseconds of the longest wait, and of that while a session may still come back. */
const LONGEST = 30_000;
const URGENT = 2_000;

/** Milliseconds that a link has to hold before the next wait is a first one. */
export const HELD = 5_000;

/** When the next try is: random, so that many clients do not come at once, and later each time. */
export class Retry {
  /** Tries since a link has held. */
  count = 0;
  /** Waits no longer. */
  go: () => void = () => {};

  /**
   * How long to wait now, in milliseconds.
   *
   * @param random From 0 to 1.
   * @param urgent The session, if there is one that may still come back.
   */
  next(random: number, urgent: object | undefined): number {
    return random * Math.min(urgent ? URGENT : LONGEST, BASE * 2 ** this.count++);
  }

  /**
   * Waits. Ends at once when the network is there again or somebody looks at the page, unless the
   * server has asked for some of the time.
   */
  wait({ clock, onWake }: Environment, delay: number, asked: number): Promise<void> {
    return new Promise((resolve) => {
      const go = this.go = () => {
        cancel();
        stop();
        resolve();
      };
      const cancel = clock.after(delay, go);
      const stop = onWake(() => asked || go());
    });
  }
}
