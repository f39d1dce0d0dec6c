import type { Clock } from "../base/clock.ts";
import type { BrokerPort } from "../brokers/port.ts";
import type { Published } from "../brokers/published.ts";
import type { TopicsState } from "../brokers/state.ts";
import type { SendData } from "../connection/message.ts";
import { Notices } from "./notices.ts";
import type { CheckedTopicsOptions } from "./options.ts";
import { publicationOf } from "./publication.ts";
import type { Subscriber } from "./subscriber.ts";
import type { Subscription } from "./subscription.ts";
import { Subscriptions } from "./subscriptions.ts";
import type { PublishOptions, Topics } from "./topics.ts";

/** Topics that deliver at most once: subscribers of this process at once, the others by the broker. */
export class LiveTopics implements Topics {
  readonly #port: BrokerPort;
  readonly #subscriptions: Subscriptions;

  constructor(options: CheckedTopicsOptions, port: BrokerPort, clock: Clock) {
    const subscriptions = new Subscriptions(options, port, clock);
    const notices = new Notices(options, subscriptions);
    this.#subscriptions = subscriptions;
    this.#port = port;
    port.start({
      deliver: (topic, { data }) => subscriptions.send(topic, data),
      state: (state, cause) => notices.state(state, cause),
      gap: (gap) => notices.gap(gap),
      error: notices.error,
    });
  }

  get state(): TopicsState {
    return this.#port.state;
  }

  subscribe(connection: Subscriber, topic: string): Promise<Subscription> {
    return this.#subscriptions.subscribe(connection, topic);
  }

  unsubscribe(connection: Subscriber, topic: string): Promise<void> {
    this.#subscriptions.unsubscribe(connection, topic);
    return Promise.resolve();
  }

  publish(topic: string, data: SendData, { except }: PublishOptions = {}): Promise<Published> {
    const { closed } = this.#subscriptions;
    const publication = publicationOf(topic, data, { closed, maxPayload: this.#port.maxPayload });
    if ("refused" in publication) return Promise.resolve(publication.refused);
    this.#subscriptions.send(topic, publication.data, except);
    return this.#port.publish(topic, publication.data, "");
  }

  subscribers(topic: string): number {
    return this.#subscriptions.count(topic);
  }

  topics(connection: Subscriber): readonly string[] {
    return this.#subscriptions.of(connection);
  }

  async close(): Promise<void> {
    this.#subscriptions.close();
    await this.#port.close();
  }
}
