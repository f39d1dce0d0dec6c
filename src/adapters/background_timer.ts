interface Timers {
  setInterval(task: () => void, period: number): number | { unref?(): void };
  clearInterval(timer: unknown): void;
  readonly Deno?: { unrefTimer?(timer: number): void };
}

/**
 * Calls `task` every `period` milliseconds until the returned function is called, or until there is
 * nothing else to be done: it keeps no process alive.
 */
export function everyInBackground(period: number, task: () => void): () => void {
  const { setInterval, clearInterval, Deno } = globalThis as unknown as Timers;
  const timer = setInterval(task, period);
  if (typeof timer === "number") Deno?.unrefTimer?.(timer);
  else timer.unref?.();
  return () => clearInterval(timer);
}
