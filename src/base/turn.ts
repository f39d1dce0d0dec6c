/** What runtimes have and the web has not: a task right behind what waits already. */
declare const setImmediate: ((task: () => void) => unknown) | undefined;

/** Resolves in a later turn of the event loop: whatever has arrived by then has its turn before. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
