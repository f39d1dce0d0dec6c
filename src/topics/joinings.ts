import type { BrokerPort } from "../brokers/port.ts";
import type { KnownTopics } from "./known_topics.ts";
import type { Member, Pending } from "./member.ts";
import { Parking } from "./parking.ts";
import type { Subscriber } from "./subscriber.ts";
import type { NotSubscribed, Subscription } from "./subscription.ts";
import type { Topic } from "./topic.ts";

/**
 * Brings a subscriber to where a topic is, before it joins. Called again when the promise has resolved,
 * until there is nothing to wait for. It is done only while the engine is there.
 */
export type Joining = (topic: string, subscriber: Subscriber) => Promise<void> | undefined;

/** What is asked of whoever has the members. */
export interface JoiningOwner {
  /** A member is in a topic from now on, if it was not before. */
  join(topic: Topic, member: Member): void;
  /** It is not, or no longer. */
  leave(topic: Topic, member: Member): void;
  /** Why a subscription that took its time is no longer to be made. */
  refusedSince(member: Member, pending: Pending): NotSubscribed | undefined;
}

/** The way of subscriptions that cannot be made at once: to `authorize`, to the engine, through the past. */
export class Joinings {
  readonly #port: BrokerPort;
  readonly #topics: KnownTopics;
  readonly #owner: JoiningOwner;
  /** Those that wait for an engine that is away. */
  readonly #parked = new Parking<Pending>();

  constructor(port: BrokerPort, topics: KnownTopics, owner: JoiningOwner) {
    this.#port = port;
    this.#topics = topics;
    this.#owner = owner;
  }

  /** Whether it can be done now, for all that is known. */
  mayJoin(topic: string, joining: Joining | undefined): boolean {
    return joining === undefined || (this.#port.stateOf?.(topic) ?? this.#port.state) === "up";
  }

  /** Does what can be done now: `undefined` once the member is in, and the engine knows. */
  advance(topic: Topic, member: Member, joining: Joining | undefined): Promise<void> | undefined {
    if (joining === undefined) {
      this.#owner.join(topic, member);
      return topic.ready;
    }
    if (topic.ready !== undefined || member.places.has(topic)) return topic.ready;
    const more = joining(topic.name, member.subscriber);
    if (more === undefined) this.#owner.join(topic, member);
    return more;
  }

  /**
   * Waits for whoever has to agree: `authorize`, then the engine. Never rejects.
   *
   * @param first What to wait for first: the answer of `authorize`, `true` if it said yes but there is
   * no engine, or what `advance` returned.
   */
  async wait(
    first: Promise<boolean | void> | true,
    member: Member,
    name: string,
    pending: Pending,
    joining: Joining | undefined,
  ): Promise<Subscription> {
    // Whatever it waits for, the topic is not let go of meanwhile.
    let topic = first instanceof Promise ? this.#topics.get(name) : undefined;
    if (topic) this.#topics.hold(topic);
    let more: Promise<boolean | void> | undefined = first === true ? undefined : first;
    try {
      for (;;) {
        try {
          if (await more === false) return refusal("unauthorized");
        } catch (error) {
          // A cut is no answer: it goes on when the engine is back.
          if (this.mayJoin(name, joining)) throw error;
        }
        more = undefined;
        const refused = this.#owner.refusedSince(member, pending);
        if (refused) return refused;
        if (!this.mayJoin(name, joining)) {
          await this.#parked.wait(pending);
          continue;
        }
        if (topic === undefined) this.#topics.hold(topic = this.#topics.open(name));
        more = this.advance(topic, member, joining);
        if (more !== undefined) continue;
        // What it was sent on the way may have ended it, or what made that has taken it back.
        const late = this.#owner.refusedSince(member, pending);
        if (late) this.#owner.leave(topic, member);
        return late ?? { subscribed: true };
      }
    } catch {
      if (topic) this.#owner.leave(topic, member);
      return refusal("engine");
    } finally {
      if (topic) this.#topics.release(topic);
    }
  }

  /** The engine is back, or everything is over: those who wait for it go on. */
  wake(): void {
    this.#parked.wake();
  }

  /** One of them waits no longer. */
  leave(pending: Pending): void {
    this.#parked.leave(pending);
  }
}

/** What is said of a subscription that is not made. */
export function refusal(reason: NotSubscribed["reason"]): NotSubscribed {
  return { subscribed: false, reason };
}
