import type { Position } from "../brokers/published.ts";

/** A subscription that was not made, and why. Clients can cause it, so it is no error. */
export interface NotSubscribed {
  /** Nothing will come. */
  readonly subscribed: false;
  /**
   * `invalid-topic`: no such name is possible. `unauthorized`: `authorize` did not answer `true`.
   * `too-many-topics`: more than `maxTopics` of one connection. `closed`: the connection has ended,
   * or the topics were closed. `engine`: the engine refuses the topic. `unsubscribed`: it was taken
   * back before it was made.
   */
  readonly reason:
    | "invalid-topic"
    | "unauthorized"
    | "too-many-topics"
    | "closed"
    | "engine"
    | "unsubscribed";
}

/** What became of a subscription. */
export type Subscription = { readonly subscribed: true } | NotSubscribed;

/** What became of a subscription in mode `replay`. */
export type ReplaySubscription =
  | {
    readonly subscribed: true;
    /** Whether nothing is missing behind the position that was asked for. */
    readonly recovered: boolean;
    /** Where the topic was when the subscription began: what comes next is behind it. */
    readonly position: Position;
  }
  | NotSubscribed;
