import type { Completion } from "../wire/message.ts";
import { HubError } from "./hub_error.ts";

interface Pending {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** The answers that one client owes us. */
export class ClientResults {
  readonly #most: number;
  readonly #pending = new Map<string, Pending>();
  #asked = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** How many it owes. */
  get size(): number {
    return this.#pending.size;
  }

  /**
   * Asks the client something.
   *
   * @param ask Sends the question with this id.
   * @returns The answer. Whoever does not wait for it does no harm.
   * @throws {HubError} If the client owes too many already.
   */
  ask(ask: (id: string) => void): Promise<unknown> {
    if (this.size >= this.#most) {
      throw new HubError(
        `expected at most ${this.#most} questions without an answer, got one more`,
      );
    }
    const id = `s${++this.#asked}`;
    ask(id);
    const answer = new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    answer.catch(() => {});
    return answer;
  }

  /** Takes an answer. Says whether there was such a question. */
  settle(completion: Completion): boolean {
    const pending = this.#pending.get(completion.invocationId);
    if (pending === undefined) return false;
    this.#pending.delete(completion.invocationId);
    if (completion.error === undefined) pending.resolve(completion.result);
    else pending.reject(new HubError(completion.error));
    return true;
  }

  /** The client is gone: it will not answer any more. */
  end(): void {
    for (const { reject } of this.#pending.values()) reject(gone());
    this.#pending.clear();
  }
}

/** The error for whoever waits for a client that is not there. */
export function gone(): HubError {
  return new HubError("the client is gone");
}
