import type { Clock } from "../base/clock.ts";
import type { BrokerPort, BrokerSink } from "../brokers/port.ts";
import type { Published } from "../brokers/published.ts";
import type { TopicsState } from "../brokers/state.ts";
import type { SendData } from "../connection/message.ts";
import { Notices } from "./notices.ts";
import type { CheckedTopicsOptions } from "./options.ts";
import type { Presence } from "./presence.ts";
import { PresenceGate, readPresence } from "./presence_gate.ts";
import { publicationOf } from "./publication.ts";
import type { Subscriber } from "./subscriber.ts";
import type { Subscription } from "./subscription.ts";
import { Subscriptions } from "./subscriptions.ts";
import type { PublishOptions, Topics } from "./topics.ts";

/** Topics that deliver at most once: subscribers of this process at once, the others by the broker. */
export class LiveTopics implements Topics {
  readonly #port: BrokerPort;
  readonly #subscriptions: Subscriptions;
  readonly #presence: PresenceGate | undefined;

  constructor(options: CheckedTopicsOptions, port: BrokerPort, clock: Clock) {
    const gate = this.#presence = options.presence && new PresenceGate(port, {
      options: options.presence,
      clock,
      tell: (change) => notices.presence(change),
      report: options.onError,
    });
    const subscriptions = new Subscriptions(options, port, clock, gate);
    const notices = new Notices(options, subscriptions);
    this.#subscriptions = subscriptions;
    this.#port = port;
    const sink: BrokerSink = {
      deliver: (topic, { data }) => subscriptions.send(topic, data),
      state: (state, cause) => notices.state(state, cause),
      gap: (gap) => notices.gap(gap),
      error: notices.error,
    };
    port.start(gate?.around(sink) ?? sink);
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

  presence(topic: string): Promise<Presence> {
    return readPresence(this.#presence, topic);
  }

  async close(): Promise<void> {
    this.#presence?.close();
    this.#subscriptions.close();
    await this.#port.close();
  }
}
