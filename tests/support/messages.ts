import type { ClientMessage } from "./client.ts";
import { within } from "./within.ts";

/** Messages in the order in which they came, until the connection has ended. */
export class Messages {
  readonly #came: ClientMessage[] = [];
  #ended = false;
  #wake = () => {};

  push(message: ClientMessage): void {
    this.#came.push(message);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** The next message; `undefined` once the connection has ended and all are read. */
  async next(): Promise<ClientMessage | undefined> {
    while (this.#came.length === 0 && !this.#ended) {
      await within(new Promise<void>((resolve) => this.#wake = resolve), "a message");
    }
    return this.#came.shift();
  }
}
