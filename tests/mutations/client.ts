import type { Mutations } from "./mutation.ts";

/** Changes to src/client/. */
export const client: Mutations = {
  "client/incoming_items.ts": [
    ["nobody is woken", "this.#readers.shift()?.();", ""],
    ["nobody is woken by the end", "for (const wake of this.#readers.splice(0)) wake();", ""],
    ["the server is not told", "if (!ended) this.#subscription.dispose();", ""],
    [
      "it is told what it knows",
      "if (!ended) this.#subscription.dispose();",
      "this.#subscription.dispose();",
    ],
    ["the reason is lost", "if (error !== undefined) throw error.reason;", ""],
    ["the reason is given for ever", "this.#error = undefined;\n        if", "if"],
  ],
  "client/typed.ts": [
    ["a handler stays", "return () => connection.off(name, handler);", "return () => {};"],
    ["it is a promise", ' || name === "then"', ""],
    [
      "functions are made anew",
      "if (!made.has(name)) made.set(name, make(name));",
      "made.set(name, make(name));",
    ],
    [
      "lists are uploaded",
      'typeof iterable?.[Symbol.asyncIterator] !== "function"',
      "typeof argument !== 'object'",
    ],
    ["whatever is not wanted is sent", "if (disposed) return;", ""],
    ["faults are not told", "observer.error(error);", ""],
    ["an upload has no end", "observer.complete();", ""],
  ],
};
