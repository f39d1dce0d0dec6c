/**
 * The error for a developer who did something else than the documentation asks for. All of them
 * have this shape: what cannot be done, what was expected, and what came.
 */
export function usageError(
  task: string,
  expected: string,
  got: unknown,
  Kind: new (message: string) => Error = TypeError,
): Error {
  return new Kind(`Cannot ${task}: expected ${expected}, got ${got}`);
}

/** What came instead, where its type says enough. */
export function typeOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "a list" : typeof value;
}

/**
 * The error for a callback that answered with something else than it should. If that is a promise,
 * its rejection goes no further: nobody waits for it, and unhandled it would end the process.
 */
export function answerError(task: string, expected: string, answer: unknown): Error {
  if (typeof answer === "string") return usageError(task, expected, JSON.stringify(answer));
  if (typeof (answer as PromiseLike<unknown> | null | undefined)?.then !== "function") {
    return usageError(task, expected, typeOf(answer));
  }
  Promise.resolve(answer).catch(() => {});
  const hint = "a promise (what needs waiting belongs in middleware before the route)";
  return usageError(task, expected, hint);
}
