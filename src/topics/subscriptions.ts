import type { Clock } from "../base/clock.ts";
import { Deferred } from "../base/deferred.ts";
import { typeOf, usageError } from "../base/usage_error.ts";
import type { BrokerPort } from "../brokers/port.ts";
import { type EndListener, listenForEnd } from "../connection/connection_view.ts";
import type { SendData } from "../connection/message.ts";
import { Authorizer } from "./authorizer.ts";
import { FanOut } from "./fan_out.ts";
import { type Joining, Joinings, refusal } from "./joinings.ts";
import { KnownTopics } from "./known_topics.ts";
import { Member, type MemberListener, type Pending } from "./member.ts";
import type { CheckedTopicsOptions } from "./options.ts";
import type { Subscriber } from "./subscriber.ts";
import type { NotSubscribed, Subscription } from "./subscription.ts";
import type { Topic } from "./topic.ts";
import { isTopicName } from "./topic_name.ts";

/** `readyState` of a connection that is about to end. */
const CLOSING = 2;

/** Who in this process is subscribed to what, and what the broker has to know of it. */
export class Subscriptions implements EndListener {
  readonly #maxTopics: number;
  readonly #topics: KnownTopics;
  readonly #members = new Map<Subscriber, Member>();
  /** Members that were left out of a message of theirs, by their ids. */
  readonly #origins = new Map<string, Subscriber>();
  readonly #authorizer: Authorizer;
  readonly #joinings: Joinings;
  readonly #fanOut: FanOut;
  readonly #listener: MemberListener | undefined;
  closed = false;

  /** `listener` hears who comes and goes, but not of the end of all. */
  constructor(
    options: CheckedTopicsOptions,
    port: BrokerPort,
    clock: Clock,
    listener?: MemberListener,
  ) {
    this.#listener = listener;
    this.#maxTopics = options.maxTopics;
    this.#authorizer = new Authorizer(options);
    this.#fanOut = new FanOut(options.onError);
    this.#topics = new KnownTopics(port, clock);
    this.#joinings = new Joinings(port, this.#topics, {
      join: (topic, member) => this.#join(topic, member),
      leave: (topic, member) => this.#leave(topic, member),
      refusedSince: (member, pending) => this.#refusedSince(member, pending),
    });
  }

  /** Connections of this process that are subscribed to a topic. */
  count(topic: string): number {
    return this.#topics.get(topic)?.members.length ?? 0;
  }

  /** Those of this process who are subscribed to a topic. */
  *members(topic: string): Iterable<Subscriber> {
    for (const { subscriber } of this.#topics.get(topic)?.members ?? []) yield subscriber;
  }

  /** The topics of a connection, in the order in which it came to them. */
  of(subscriber: Subscriber): readonly string[] {
    return [...this.#members.get(subscriber)?.places.keys() ?? []].map(({ name }) => name);
  }

  /** Sends a message to the subscribers of a topic, at the end of this turn. */
  send(topic: string, data: SendData, except?: Subscriber): void {
    const found = this.#topics.get(topic);
    if (found) this.#fanOut.send(found, data, except);
  }

  /** The id by which a message says who is left out. */
  originOf(except: Subscriber | undefined): string {
    if (except === undefined) return "";
    if (this.#members.has(except)) this.#origins.set(except.id, except);
    return except.id;
  }

  /** The member that a message leaves out. */
  byOrigin(origin: string): Subscriber | undefined {
    return origin === "" ? undefined : this.#origins.get(origin);
  }

  /**
   * Subscribes; a connection that is subscribed already stays so.
   *
   * @throws {TypeError} If `subscriber` is none.
   */
  subscribe(subscriber: Subscriber, name: string, joining?: Joining): Promise<Subscription> {
    if (typeof (subscriber as Partial<Subscriber> | undefined)?.send !== "function") {
      throw usageError("subscribe", "a connection", typeOf(subscriber));
    }
    if (!isTopicName(name)) return refuse("invalid-topic");
    const member = this.closed ? undefined : this.#memberOf(subscriber);
    if (member === undefined) return refuse("closed");
    const topic = this.#topics.get(name);
    if (topic && member.places.has(topic) && topic.ready === undefined) {
      this.#listener?.joined(subscriber, name);
      return Promise.resolve({ subscribed: true });
    }
    const known = member.pending.get(name);
    if (known) return known.outcome.promise;
    if (this.#count(member) >= this.#maxTopics) return refuse("too-many-topics");
    const answer = this.#authorizer.ask(name, subscriber);
    if (this.closed || this.#members.get(subscriber) !== member) return refuse("closed");
    if (answer === false) {
      this.#letGo(member);
      return refuse("unauthorized");
    }
    const isNow = answer === true && this.#joinings.mayJoin(name, joining);
    const opened = isNow ? this.#topics.open(name) : undefined;
    const first = opened ? this.#joinings.advance(opened, member, joining) : answer;
    if (first === undefined) {
      // Without anything to wait for, the member is in before this returns.
      const isIn = opened === undefined || member.places.has(opened);
      if (isIn) return Promise.resolve({ subscribed: true });
      this.#topics.rest(opened);
      return refuse("closed");
    }
    const pending: Pending = { wanted: true, outcome: new Deferred() };
    member.pending.set(name, pending);
    this.#joinings.wait(first, member, name, pending, joining).then((subscription) => {
      if (pending.wanted) member.pending.delete(name);
      else member.takenBack--;
      this.#letGo(member);
      pending.outcome.resolve(subscription);
    });
    return pending.outcome.promise;
  }

  /** Those on their way count, too: `authorize` may take its time, and a client need not wait. */
  #count({ places, pending, takenBack }: Member): number {
    let count = places.size + takenBack;
    for (const name of pending.keys()) {
      const topic = this.#topics.get(name);
      if (topic === undefined || !places.has(topic)) count++;
    }
    return count;
  }

  /** The engine is back: those who could not do without go on. */
  engineBack(): void {
    this.#joinings.wake();
  }

  #join(topic: Topic, member: Member): void {
    if (member.places.has(topic)) return;
    this.#fanOut.flush();
    // What it has been sent by now may have ended it.
    if (this.#members.get(member.subscriber) !== member) return;
    topic.add(member);
    this.#listener?.joined(member.subscriber, topic.name);
  }

  /**
   * Keeps a topic for somebody who is no member, until it is released.
   *
   * @returns Its release, and what resolves when the engine knows.
   */
  hold(name: string): { readonly ready: Promise<void> | undefined; release(): void } {
    const topic = this.#topics.open(name);
    this.#topics.hold(topic);
    return { ready: topic.ready, release: () => this.#topics.release(topic) };
  }

  /** Why a subscription that took its time is no longer to be made. */
  #refusedSince(member: Member, { wanted }: Pending): NotSubscribed | undefined {
    if (this.closed || this.#members.get(member.subscriber) !== member) return refusal("closed");
    return wanted ? undefined : refusal("unsubscribed");
  }

  /** Ends a subscription, or takes back one that is on its way. */
  unsubscribe(subscriber: Subscriber, name: string): void {
    const member = this.#members.get(subscriber);
    if (member === undefined) return;
    const topic = this.#topics.get(name);
    if (topic) this.#leave(topic, member);
    const pending = member.pending.get(name);
    if (pending === undefined) return this.#letGo(member);
    // Whoever has to agree may take its time: until then it counts.
    pending.wanted = false;
    this.#joinings.leave(pending);
    member.pending.delete(name);
    member.takenBack++;
    pending.outcome.resolve(refusal("unsubscribed"));
  }

  /** A connection has ended, and with it all that it was subscribed to. */
  connectionEnded(subscriber: Subscriber): void {
    const member = this.#members.get(subscriber);
    if (member === undefined) return;
    this.#fanOut.flush();
    this.#forget(subscriber);
    for (const topic of member.places.keys() as Iterable<Topic>) this.#leave(topic, member);
    for (const pending of member.pending.values()) {
      this.#joinings.leave(pending);
      pending.outcome.resolve(refusal("closed"));
    }
    member.pending.clear();
  }

  /** Ends all subscriptions, of which nobody is told. */
  close(): void {
    this.#fanOut.flush();
    this.closed = true;
    for (const member of this.#members.values()) {
      member.stop?.();
      for (const { outcome } of member.pending.values()) outcome.resolve(refusal("closed"));
    }
    this.#joinings.wake();
    this.#members.clear();
    this.#origins.clear();
    this.#topics.close();
  }

  #memberOf(subscriber: Subscriber): Member | undefined {
    const known = this.#members.get(subscriber);
    if (known) return known;
    if ((subscriber.readyState ?? 0) >= CLOSING) return;
    const member = new Member(subscriber);
    member.stop = listenForEnd(subscriber, this);
    if (member.stop === undefined) {
      const ended = () => this.connectionEnded(subscriber);
      Promise.resolve(subscriber.closed).then(ended, ended);
    }
    this.#members.set(subscriber, member);
    return member;
  }

  /** Forgets a member that is in no topic; one whose end cannot be unlistened stays until then. */
  #letGo(member: Member): void {
    const { stop, places, pending, takenBack } = member;
    if (stop === undefined || places.size + pending.size + takenBack > 0) return;
    if (this.#members.get(member.subscriber) !== member) return;
    stop();
    this.#forget(member.subscriber);
  }

  #forget(subscriber: Subscriber): void {
    this.#members.delete(subscriber);
    if (this.#origins.size > 0) this.#origins.delete(subscriber.id);
  }

  #leave(topic: Topic, member: Member): void {
    if (!member.places.has(topic)) return;
    this.#fanOut.flush();
    topic.delete(member);
    this.#topics.rest(topic);
    this.#listener?.left(member.subscriber, topic.name);
  }
}

function refuse(reason: NotSubscribed["reason"]): Promise<NotSubscribed> {
  return Promise.resolve(refusal(reason));
}
