/** The only source of time in edgesocket, so that tests can bring their own. */
export interface Clock {
  /** Milliseconds since an arbitrary start. Never runs backwards. */
  now(): number;
  /** Calls `task` every `period` milliseconds until the returned function is called. */
  every(period: number, task: () => void): () => void;
  /** Calls `task` once, `delay` milliseconds from now, unless the returned function is called. */
  after(delay: number, task: () => void): () => void;
}

/** The machine's monotonic clock. In whole numbers, which V8 keeps without a box of 16 bytes. */
export const systemClock: Clock = {
  now: () => Math.trunc(performance.now()),
  every(period: number, task: () => void): () => void {
    const timer = setInterval(task, period);
    return () => clearInterval(timer);
  },
  after(delay: number, task: () => void): () => void {
    const timer = setTimeout(task, delay);
    return () => clearTimeout(timer);
  },
};
