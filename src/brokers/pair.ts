import type { NodeListener } from "./cluster_client.ts";

/** Tells of two connections as of one: ready when both are, gone as soon as one is. */
export class Pair {
  readonly #listener: NodeListener;
  readonly #ready = new Set<unknown>();
  #over = false;

  constructor(listener: NodeListener) {
    this.#listener = listener;
  }

  /** Whether it is gone, or closed. */
  get over(): boolean {
    return this.#over;
  }

  /** One of them is ready. */
  ready(client: unknown): void {
    if (this.#over || this.#ready.size === 2) return;
    this.#ready.add(client);
    if (this.#ready.size === 2) this.#listener.ready();
  }

  /** One of them is gone. */
  gone(cause: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#listener.gone(cause);
  }

  /** A message came. */
  message(channel: string, bytes: Uint8Array): void {
    if (!this.#over) this.#listener.message(channel, bytes);
  }

  /** Subscriptions were ended. */
  moved(): void {
    if (!this.#over) this.#listener.moved();
  }

  /** From now on nothing is told. */
  close(): void {
    this.#over = true;
  }
}
