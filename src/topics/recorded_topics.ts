import type { Clock } from "../base/clock.ts";
import { usageError } from "../base/usage_error.ts";
import type { BrokerPort, Recorded, ReplayPort } from "../brokers/port.ts";
import type { Published } from "../brokers/published.ts";
import type { TopicsState } from "../brokers/state.ts";
import type { SendData } from "../connection/message.ts";
import { CatchUp } from "./catch_up.ts";
import { Drains } from "./drains.ts";
import { Frames } from "./frames.ts";
import { Notices } from "./notices.ts";
import type { CheckedTopicsOptions } from "./options.ts";
import type { Presence } from "./presence.ts";
import { PresenceGate, readPresence } from "./presence_gate.ts";
import { publicationOf } from "./publication.ts";
import { Readers } from "./readers.ts";
import type { ReplayOptions, ReplayPorts } from "./replay_options.ts";
import type { Subscriber } from "./subscriber.ts";
import type { ReplaySubscription } from "./subscription.ts";
import { Subscriptions } from "./subscriptions.ts";
import { isTopicName } from "./topic_name.ts";
import type {
  PublishOptions,
  ReadOptions,
  ReplayTopics,
  SubscribeOptions,
  TopicItem,
} from "./topics.ts";

/** Topics with a history: the broker has every message first, and says in which order they come. */
export class RecordedTopics implements ReplayTopics {
  readonly #port: ReplayPort;
  readonly #subscriptions: Subscriptions;
  readonly #notices: Notices;
  readonly #readers: Readers;
  readonly #frames: Frames;
  readonly #drains: Drains;
  readonly #presence: PresenceGate | undefined;
  /** What presence goes over: it is worth nothing afterwards. */
  readonly #beside: BrokerPort | undefined;

  constructor(
    options: CheckedTopicsOptions & Pick<ReplayOptions, "frame">,
    { port, live }: ReplayPorts,
    clock: Clock,
  ) {
    this.#port = port;
    if (options.presence) {
      this.#beside = live();
      this.#presence = new PresenceGate(this.#beside, {
        options: options.presence,
        clock,
        tell: (change) => notices.presence(change),
        report: options.onError,
      });
    }
    const gate = this.#presence;
    const subscriptions = this.#subscriptions = new Subscriptions(options, port, clock, gate);
    const notices = this.#notices = new Notices(options, subscriptions);
    this.#frames = new Frames(options.frame, notices.error);
    this.#readers = new Readers(port, subscriptions);
    this.#drains = new Drains(clock);
    const { error } = notices;
    if (gate) this.#beside?.start(gate.around({ deliver() {}, state() {}, gap() {}, error }));
    port.start({
      deliver: (topic, message) => this.#deliver(topic, message as Recorded),
      wentOut: (topic) => this.#drains.wentOut(subscriptions.members(topic)),
      state: (state, cause) => {
        notices.state(state, cause);
        if (state === "up") this.#engineBack();
      },
      partUp: () => this.#engineBack(),
      gap: (gap) => notices.gap(gap),
      error,
    });
  }

  get state(): TopicsState {
    return this.#port.state;
  }

  /** Those who wait for the engine, or for a part of it, look whether they may go on. */
  #engineBack(): void {
    this.#subscriptions.engineBack();
    this.#readers.engineBack();
  }

  #deliver(topic: string, message: Recorded): void {
    this.#readers.wake(topic);
    if (this.#subscriptions.count(topic) === 0) return;
    const data = this.#frames.of(message);
    if (data === undefined) return;
    this.#subscriptions.send(topic, data, this.#subscriptions.byOrigin(message.origin));
  }

  subscribe(
    connection: Subscriber,
    topic: string,
    { after }: SubscribeOptions = {},
  ): Promise<ReplaySubscription> {
    const catchUp = new CatchUp(this.#port, this.#frames, this.#notices, after);
    return this.#subscriptions.subscribe(connection, topic, catchUp.step).then((outcome) => {
      if (!outcome.subscribed) return outcome;
      // Whoever is in already is not sent what it asks for.
      const { recovered = after === undefined, position = this.#port.position(topic) ?? "" } =
        catchUp;
      return { ...outcome, recovered, position };
    });
  }

  unsubscribe(connection: Subscriber, topic: string): Promise<void> {
    this.#subscriptions.unsubscribe(connection, topic);
    return Promise.resolve();
  }

  publish(topic: string, data: SendData, { except }: PublishOptions = {}): Promise<Published> {
    const { closed } = this.#subscriptions;
    const publication = publicationOf(topic, data, { closed, maxPayload: this.#port.maxPayload });
    if ("refused" in publication) return Promise.resolve(publication.refused);
    return this.#port.publish(topic, publication.data, this.#subscriptions.originOf(except));
  }

  messages(
    topic: string,
    { after, signal }: ReadOptions = {},
  ): AsyncIterable<TopicItem> {
    if (!isTopicName(topic)) {
      throw usageError("read messages", "the name of a topic", JSON.stringify(topic));
    }
    return this.#readers.read(topic, after ?? this.#port.position(topic), signal);
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
    this.#readers.close();
    await this.#beside?.close();
    await this.#port.close();
  }
}
