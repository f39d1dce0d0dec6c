import type { Message } from "../connection/message.ts";
import type { Gap } from "./gap.ts";
import type { Position, Published } from "./published.ts";
import type { TopicsState } from "./state.ts";

/** What a broker tells the topics. None of them may throw. */
export interface BrokerSink {
  /** A message of another process came, or in mode `replay`: each message. */
  deliver(topic: string, message: Relayed | Recorded): void;
  /**
   * Resolves when much of what was delivered has gone out, or after a moment: whoever delivers a whole
   * history waits for it between two pieces. Missing where all is the same to the topics.
   */
  wentOut?(topic: string): Promise<void>;
  /** The state has changed, and why. */
  state(state: TopicsState, cause?: unknown): void;
  /** A part of the engine is back, where it has several. */
  partUp?(): void;
  /** Messages were lost, before whatever is delivered next. */
  gap(gap: Gap): void;
  /** Something is wrong that somebody should know of. */
  error(error: unknown): void;
}

/** A message as it comes out of a broker. */
export interface Relayed {
  readonly data: Message;
  /** The id of the connection that is left out; `""` for none. */
  readonly origin: string;
}

/** A message out of a history. */
export interface Recorded extends Relayed {
  readonly position: Position;
}

/** The port that every broker implements: at most once, without a history. */
export interface BrokerPort {
  readonly maxPayload: number;
  readonly state: TopicsState;
  /** How things stand with the part that a topic is at, where the engine has several. */
  stateOf?(topic: string): TopicsState;
  /** Milliseconds for which a topic is kept that nobody here is subscribed to any more. */
  readonly linger: number;
  /** Whether there are no other processes. */
  readonly alone?: boolean;
  /** Begins, once. */
  start(sink: BrokerSink): void;
  /**
   * Messages of the topic are wanted from now on.
   *
   * @returns What resolves when the engine knows, and rejects if it refuses, of which the sink is told
   * now and then; `undefined` if there is nothing to wait for.
   */
  subscribe(topic: string): Promise<void> | undefined;
  /** Messages of the topic are no longer wanted. */
  unsubscribe(topic: string): void;
  /** Hands over a message. Settles in bounded time and never rejects. */
  publish(topic: string, data: Message, origin: string): Promise<Published>;
  /** Sends what is under way, lets go of the topics, and leaves the user's clients alone. */
  close(): Promise<void>;
}

/** What a history has after a position. */
export interface Page {
  /** Oldest first. */
  readonly messages: readonly Recorded[];
  /** Where the topic is behind them. */
  readonly position: Position;
  /** Why there may be messages missing before them. */
  readonly lost?: "epoch" | "trimmed";
}

/** The port of brokers with a history: every message comes back through the sink, in one order. */
export interface ReplayPort extends BrokerPort {
  /**
   * Reads at most `limit` messages of a topic that is subscribed to, behind `after`; `""` is before
   * the oldest that is kept. Empty at once, with nothing lost: there the topic is now in this process.
   *
   * @returns A promise, where an engine has to be asked. It rejects if the engine refuses, which is
   * reported, and if it is away: then whoever reads waits until the state is `up`.
   */
  read(topic: string, after: Position, limit: number): Page | Promise<Page>;
  /** Where a topic is now in this process; `undefined` where that is not known. */
  position(topic: string): Position | undefined;
}
