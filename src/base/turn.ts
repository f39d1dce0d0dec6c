/** What runtimes have and the web has not: a task right behind what waits already. */
declare const setImmediate: ((task: () => void) => unknown) | undefined;

/** Runs `task` in a later turn of the event loop: whatever has arrived by then has its turn before. */
export function afterTurn(task: () => void): void {
  if (typeof setImmediate === "function") setImmediate(task);
  else setTimeout(task, 0);
}

/** Resolves in a later turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise(afterTurn);
}
