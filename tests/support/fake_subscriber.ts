import type { SendData } from "../../src/connection/message.ts";
import type { Subscriber } from "../../src/topics/subscriber.ts";

/** A subscriber that is no connection of ours. */
export class FakeSubscriber implements Subscriber {
  readonly id: string = crypto.randomUUID();
  readonly #closed = Promise.withResolvers<void>();
  readonly closed: Promise<void> = this.#closed.promise;
  readonly received: SendData[] = [];

  send(data: SendData): boolean {
    this.received.push(data);
    return true;
  }

  end(): void {
    this.#closed.resolve();
  }
}
