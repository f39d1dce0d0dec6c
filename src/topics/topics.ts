import type { Gap } from "../brokers/gap.ts";
import type { Position, Published } from "../brokers/published.ts";
import type { TopicsState } from "../brokers/state.ts";
import type { Message, SendData } from "../connection/message.ts";
import type { Presence } from "./presence.ts";
import type { Subscriber } from "./subscriber.ts";
import type { ReplaySubscription, Subscription } from "./subscription.ts";

/** What `publish` takes beside the message. */
export interface PublishOptions {
  /** A connection that does not get the message: the one that it comes from, as a rule. */
  readonly except?: Subscriber | undefined;
}

/**
 * Publish and subscribe between connections: in one process, or in all that share a broker.
 *
 * The name of a topic has 1 to 255 bytes of UTF-8, without control characters, `*` and `>`.
 */
export interface Topics {
  /**
   * Subscribes a connection to a topic until it ends or is unsubscribed. Whoever is subscribed
   * already stays so.
   *
   * @returns What became of it, when the engine knows. Never rejects for what a client can cause:
   * clients may name topics.
   * @throws {TypeError} If `connection` is none.
   */
  subscribe(connection: Subscriber, topic: string): Promise<Subscription>;

  /** Ends a subscription. Nothing happens if there is none. Never rejects. */
  unsubscribe(connection: Subscriber, topic: string): Promise<void>;

  /**
   * Sends a message to all subscribers of a topic, in every process, as it is: text as text, bytes as
   * bytes, in one message of the WebSocket. Those of this process get it at the end of this turn.
   *
   * @returns What became of it. Never rejects, and settles within some seconds, so that it need not
   * be awaited.
   * @throws {TypeError} If `data` is neither a string nor an `ArrayBuffer` nor a view of one.
   */
  publish(topic: string, data: SendData, options?: PublishOptions): Promise<Published>;

  /** How many connections of this process are subscribed to a topic. */
  subscribers(topic: string): number;

  /** The topics that a connection is subscribed to. */
  topics(connection: Subscriber): readonly string[];

  /**
   * Who is subscribed to a topic, in every process; needs the option `presence`. Answers from what this
   * process knows, and asks nobody: the first time within a second, afterwards at once, or as soon as
   * those are told of who came just now. So this list, and each change that `onPresence` is told of
   * afterwards, is who is there. Never rejects for what an engine does: `complete` says whether
   * somebody may be missing.
   *
   * @throws {TypeError} If no topic can have that name, or it is none of those that have presence.
   */
  presence(topic: string): Promise<Presence>;

  /** How things stand with the engine; in one process always `up`. */
  readonly state: TopicsState;

  /**
   * Ends all subscriptions and tells the engine. The connections go on, and so do the clients that
   * you handed to the broker. What is published from now on is not relayed.
   */
  close(): Promise<void>;
}

/** Where a subscription begins. */
export interface SubscribeOptions {
  /**
   * The position of the last message that the client has; `""` for all that is kept. What came since
   * is sent first, before `subscribe` returns. Default: now.
   */
  readonly after?: Position | undefined;
}

/** Where, and for how long, a topic is read. */
export interface ReadOptions {
  /** The position before the first message; `""` for all that is kept. Default: now. */
  readonly after?: Position | undefined;
  /** Ends the loop when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** What a loop over a topic gets: a message, or word that some were lost. */
export type TopicItem =
  | { readonly data: Message; readonly position: Position }
  | { readonly gap: Gap };

/** Topics with a history: everybody sees one order, and can go on from a position. */
export interface ReplayTopics extends Omit<Topics, "subscribe"> {
  /**
   * Subscribes a connection to a topic until it ends or is unsubscribed, from now on or from a
   * position on. If messages behind that position are no longer there, none of the past are sent,
   * `recovered` is `false`, and the connection gets the `gapMessage`. Whoever is subscribed already
   * stays so, and is sent nothing of the past.
   *
   * @returns What became of it. Never rejects for what a client can cause: positions may come from
   * clients.
   * @throws {TypeError} If `connection` is none.
   */
  subscribe(
    connection: Subscriber,
    topic: string,
    options?: SubscribeOptions,
  ): Promise<ReplaySubscription>;

  /**
   * Reads a topic, for whoever is no connection. Holds nothing for a loop that is slow: what is no
   * longer in the history by then is a gap.
   *
   * @throws {TypeError} If no topic can have that name.
   */
  messages(topic: string, options?: ReadOptions): AsyncIterable<TopicItem>;
}
