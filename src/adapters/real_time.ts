/** The runtime's own timers, taken before a test can put fakes in their place (`vi.useFakeTimers`). */
const {
  clearTimeout: clear,
  setTimeout: start,
  setImmediate: turn = (task: () => void): unknown => start(task, 0),
} = globalThis as unknown as Timers;

interface Timers {
  clearTimeout(timer: unknown): void;
  setTimeout(task: () => void, delay: number): unknown;
  setImmediate?(task: () => void): unknown;
}

/** Calls `task` in a later turn of the event loop, when all microtasks of this one are done. */
export function later(task: () => void): void {
  turn(task);
}

/** Calls `task` after `delay` milliseconds of real time, unless the returned function is called. */
export function afterRealTime(delay: number, task: () => void): () => void {
  const timer = start(task, delay);
  return () => clear(timer);
}
