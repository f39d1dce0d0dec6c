import type { Instruments } from "./instruments.ts";

/**
 * What goes up and down. What was there before anybody listened is not counted when it ends either,
 * so that no level falls below 0.
 */
export class Levels {
  readonly #to: Instruments;
  readonly #connections = new Set<string>();
  #topics = 0;
  #subscriptions = 0;

  constructor(to: Instruments) {
    this.#to = to;
  }

  opened(connectionId: string): void {
    this.#connections.add(connectionId);
    this.#to.activeConnections.add(1);
  }

  closed(connectionId: string): void {
    if (this.#connections.delete(connectionId)) this.#to.activeConnections.add(-1);
  }

  /** A connection came to a topic, or left it, which has so many now. */
  topic(subscribed: boolean, subscribers: number): void {
    const change = subscribed ? 1 : -1;
    if (this.#subscriptions + change >= 0) {
      this.#subscriptions += change;
      this.#to.subscriptions.add(change);
    }
    const turns = subscribers === (subscribed ? 1 : 0);
    if (turns && this.#topics + change >= 0) {
      this.#topics += change;
      this.#to.activeTopics.add(change);
    }
  }

  /** Nobody counts any more. */
  clear(): void {
    this.#to.activeConnections.add(-this.#connections.size);
    this.#to.subscriptions.add(-this.#subscriptions);
    this.#to.activeTopics.add(-this.#topics);
    this.#connections.clear();
    this.#subscriptions = this.#topics = 0;
  }
}
