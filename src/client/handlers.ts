import { type Completion, type Invocation, MessageType } from "../wire/message.ts";
import { safely, textOf } from "./safely.ts";

type Handler = (...args: readonly unknown[]) => unknown;

const nobody: Handler = () => {
  throw new Error("nobody answers");
};

/** What the server may call, by its name. */
export class Handlers {
  readonly #all = new Map<string, Set<Handler>>();

  /** Adds a handler, once. What is returned takes it away again. */
  add(name: string, handler: Handler): () => void {
    const handlers = this.#all.get(name) ?? new Set();
    this.#all.set(name, handlers.add(handler));
    return () => void handlers.delete(handler);
  }

  /**
   * The server calls: runs the handlers, in the order in which they were added.
   *
   * @param answer Takes what the first of them returns, if the server waits for that.
   */
  call(
    { target, arguments: args, invocationId }: Invocation,
    answer: (completion: Completion) => void,
  ): void {
    const handlers = [...this.#all.get(target) ?? []];
    if (invocationId !== undefined) {
      const first = handlers.shift() ?? nobody;
      const type = MessageType.completion;
      new Promise((resolve) => resolve(first(...args)))
        .then((result) => answer({ type, invocationId, result }))
        // What cannot be sent is an error as well.
        .catch((error) => answer({ type, invocationId, error: textOf(error) }));
    }
    for (const handler of handlers) safely(() => handler(...args));
  }
}
