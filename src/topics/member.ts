import type { Deferred } from "../base/deferred.ts";
import type { Subscriber } from "./subscriber.ts";
import type { Subscription } from "./subscription.ts";

/** A subscription on its way. */
export interface Pending {
  /** Whether it has not been taken back. */
  wanted: boolean;
  readonly outcome: Deferred<Subscription>;
}

/** What a member is in. */
export interface Joined {
  readonly name: string;
  delete(member: Member): void;
}

/** Hears who is in which topic of this process. */
export interface MemberListener {
  /** A subscriber is in a topic, or says so again. */
  joined(subscriber: Subscriber, topic: string): void;
  /** It is not in it any more. */
  left(subscriber: Subscriber, topic: string): void;
}

/** One subscriber in this process, and what it is subscribed to. */
export class Member {
  readonly subscriber: Subscriber;
  /** Its place in each of its topics. */
  readonly places = new Map<Joined, number>();
  /** Subscriptions that somebody has still to agree to, by the names of their topics. */
  readonly pending = new Map<string, Pending>();
  /** How many of those were taken back, and somebody has still to agree to. */
  takenBack = 0;
  /** Stops listening for its end; missing where that is not possible. */
  stop: (() => void) | undefined;

  constructor(subscriber: Subscriber) {
    this.subscriber = subscriber;
  }
}
