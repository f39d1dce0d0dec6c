/** Runs user code. What it throws goes to `failed`, and so does the rejection of what it returns. */
export function contain(run: () => unknown, failed: (fault: unknown) => void): void {
  try {
    const result = run();
    if (isPromise(result)) result.then(undefined, failed);
  } catch (fault) {
    failed(fault);
  }
}

/** Whether somebody returned a promise, of whatever kind. */
export function isPromise(result: unknown): result is PromiseLike<unknown> {
  return typeof result === "object" && result !== null && "then" in result &&
    typeof result.then === "function";
}

/** What a fault says. Anything can be thrown, even what cannot be made a string. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return "unknown error";
  }
}
