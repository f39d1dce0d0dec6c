import type { Clock } from "../base/clock.ts";
import { usageError } from "../base/usage_error.ts";
import type { Recorded, ReplayPort } from "../brokers/port.ts";
import type { Position, Published } from "../brokers/published.ts";
import type { TopicsState } from "../brokers/state.ts";
import { batch } from "../connection/connection_view.ts";
import { checkSendData, type SendData } from "../connection/message.ts";
import { Notices } from "./notices.ts";
import type { CheckedTopicsOptions } from "./options.ts";
import { publicationOf } from "./publication.ts";
import { Readers } from "./readers.ts";
import type { ReplayOptions } from "./replay_options.ts";
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
  readonly #frame: ReplayOptions["frame"];

  constructor(
    options: CheckedTopicsOptions & Pick<ReplayOptions, "frame">,
    port: ReplayPort,
    clock: Clock,
  ) {
    this.#port = port;
    this.#frame = options.frame;
    this.#readers = new Readers(port);
    const subscriptions = this.#subscriptions = new Subscriptions(options, port, clock);
    const notices = this.#notices = new Notices(options, subscriptions);
    port.start({
      deliver: (topic, message) => this.#deliver(topic, message as Recorded),
      state: (state, cause) => notices.state(state, cause),
      gap: (gap) => notices.gap(gap),
      error: notices.error,
    });
  }

  get state(): TopicsState {
    return this.#port.state;
  }

  #deliver(topic: string, message: Recorded): void {
    this.#readers.wake(topic);
    if (this.#subscriptions.count(topic) === 0) return;
    const data = this.#framed(message);
    if (data === undefined) return;
    this.#subscriptions.send(topic, data, this.#subscriptions.byOrigin(message.origin));
  }

  /** What subscribers are sent; `undefined` if `frame` failed, which is reported. */
  #framed({ data, position }: Recorded): SendData | undefined {
    if (this.#frame === undefined) return data;
    try {
      const framed = this.#frame(data, position);
      checkSendData(framed);
      return framed;
    } catch (error) {
      this.#notices.error(error);
    }
  }

  subscribe(
    connection: Subscriber,
    topic: string,
    { after }: SubscribeOptions = {},
  ): Promise<ReplaySubscription> {
    // Whoever is in already is not sent what it asks for.
    let recovered = after === undefined;
    let position: Position | undefined;
    const joining = () => {
      position = this.#port.position(topic);
      recovered = this.#catchUp(connection, topic, after);
    };
    return this.#subscriptions.subscribe(connection, topic, joining).then((outcome) =>
      outcome.subscribed
        ? { ...outcome, recovered, position: position ?? this.#port.position(topic) }
        : outcome
    );
  }

  /** Sends what came since; returns whether that is all. */
  #catchUp(subscriber: Subscriber, topic: string, after: Position | undefined): boolean {
    if (after === undefined) return true;
    const { messages, lost } = this.#port.read(topic, after, Infinity);
    if (lost !== undefined) {
      this.#notices.missing({ topic, cause: lost }, subscriber);
      return false;
    }
    batch(subscriber, () => {
      for (const message of messages) {
        if (message.origin !== "" && message.origin === subscriber.id) continue;
        const data = this.#framed(message);
        if (data !== undefined && !subscriber.send(data)) return;
      }
    });
    return true;
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
    { after = this.#port.position(topic), signal }: ReadOptions = {},
  ): AsyncIterable<TopicItem> {
    if (!isTopicName(topic)) {
      throw usageError("read messages", "the name of a topic", JSON.stringify(topic));
    }
    return this.#readers.read(topic, after, signal);
  }

  subscribers(topic: string): number {
    return this.#subscriptions.count(topic);
  }

  topics(connection: Subscriber): readonly string[] {
    return this.#subscriptions.of(connection);
  }

  async close(): Promise<void> {
    this.#subscriptions.close();
    this.#readers.close();
    await this.#port.close();
  }
}
