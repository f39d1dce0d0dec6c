import { type Share, shareBetween, usage } from "../core_time.ts";

/** What a piece of work came to. */
export interface Effort {
  /** Messages or connections. */
  readonly count: number;
  /** The core of the load generator: where it is busy all the time, it is the bottleneck. */
  readonly share: Share;
}

/** Starts a stopwatch that is read with a count. */
export function stopwatch(): (count: number) => Effort {
  const start = usage();
  return (count) => ({ count, share: shareBetween(start, usage()) });
}
