import { safely } from "./safely.ts";

/** How a client is doing. */
export interface HubState {
  /**
   * `connecting` until there was a session, `reconnecting` whenever there is none or it has no link,
   * `closed` for good.
   */
  readonly name: "connecting" | "connected" | "reconnecting" | "closed";
  /** With `connected`: whether it is the session of before, which has lost nothing. */
  readonly resumed?: boolean;
  /** While it waits: when it tries again, in milliseconds since the epoch. */
  readonly retryAt?: number;
  /** Why it is not connected; an `Error`, unless your code threw something else. */
  readonly reason?: unknown;
}

/** The one state of a client, and whoever listens to it. */
export class StateHolder {
  current: HubState = { name: "connecting" };
  readonly #listeners = new Set<(state: HubState) => unknown>();

  set(state: HubState): void {
    this.current = state;
    for (const listener of [...this.#listeners]) safely(() => listener(state));
  }

  /** Calls `listener` at each change. What is returned ends that. */
  listen(listener: (state: HubState) => unknown): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
