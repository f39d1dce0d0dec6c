import type { Clock } from "../base/clock.ts";
import { isPromise } from "../base/contain.ts";
import { Deferred } from "../base/deferred.ts";
import { answerError, typeOf, usageError } from "../base/usage_error.ts";
import type { BrokerPort } from "../brokers/port.ts";
import { type EndListener, listenForEnd } from "../connection/connection_view.ts";
import type { SendData } from "../connection/message.ts";
import { FanOut } from "./fan_out.ts";
import { IdleTopics } from "./idle_topics.ts";
import { Member, type Pending } from "./member.ts";
import type { CheckedTopicsOptions } from "./options.ts";
import type { Subscriber } from "./subscriber.ts";
import { Parking } from "./parking.ts";
import type { NotSubscribed, Subscription } from "./subscription.ts";
import { Topic } from "./topic.ts";
import { isTopicName } from "./topic_name.ts";

/** `readyState` of a connection that is about to end. */
const CLOSING = 2;

/**
 * Brings a subscriber to where a topic is, before it joins. Called again when the promise has resolved,
 * until there is nothing to wait for. It is done only while the engine is there.
 */
export type Joining = (topic: string, subscriber: Subscriber) => Promise<void> | undefined;

/** Who in this process is subscribed to what, and what the broker has to know of it. */
export class Subscriptions implements EndListener {
  readonly #options: CheckedTopicsOptions;
  readonly #port: BrokerPort;
  readonly #topics = new Map<string, Topic>();
  readonly #members = new Map<Subscriber, Member>();
  /** Members that were left out of a message of theirs, by their ids. */
  readonly #origins = new Map<string, Subscriber>();
  readonly #idle: IdleTopics;
  /** Subscriptions that wait for an engine that is away. */
  readonly #parked = new Parking<Pending>();
  readonly #fanOut: FanOut;
  closed = false;

  constructor(options: CheckedTopicsOptions, port: BrokerPort, clock: Clock) {
    this.#options = options;
    this.#port = port;
    this.#fanOut = new FanOut(options.onError);
    this.#idle = new IdleTopics(clock, port.linger, (topic) => this.#drop(topic));
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
      return Promise.resolve({ subscribed: true });
    }
    const known = member.pending.get(name);
    if (known) return known.outcome.promise;
    if (this.#count(member) >= this.#options.maxTopics) return refuse("too-many-topics");
    const answer = this.#authorize(name, subscriber);
    if (this.closed || this.#members.get(subscriber) !== member) return refuse("closed");
    if (answer === false) {
      this.#letGo(member);
      return refuse("unauthorized");
    }
    const isNow = answer === true && this.#mayJoin(joining);
    const first = isNow ? this.#advance(this.#open(name), member, joining) : answer;
    // Without anything to wait for, the member is in before this returns.
    if (first === undefined) return Promise.resolve({ subscribed: true });
    const pending: Pending = { wanted: true, outcome: new Deferred() };
    member.pending.set(name, pending);
    this.#waitFor(first, member, name, pending, joining).then((subscription) => {
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

  /** Waits for whoever has to agree: `authorize`, then the engine. Never rejects. */
  async #waitFor(
    first: Promise<boolean | void> | true,
    member: Member,
    name: string,
    pending: Pending,
    joining: Joining | undefined,
  ): Promise<Subscription> {
    // Whatever it waits for, the topic is not let go of meanwhile.
    let topic = first instanceof Promise ? this.#topics.get(name) : undefined;
    if (topic) this.#hold(topic);
    let more: Promise<boolean | void> | undefined = first === true ? undefined : first;
    try {
      for (;;) {
        try {
          if (await more === false) return refusal("unauthorized");
        } catch (error) {
          // A cut is no answer: it goes on when the engine is back.
          if (this.#mayJoin(joining)) throw error;
        }
        more = undefined;
        const refused = this.#refusedSince(member, pending);
        if (refused) return refused;
        if (!this.#mayJoin(joining)) {
          await this.#parked.wait(pending);
          continue;
        }
        if (topic === undefined) this.#hold(topic = this.#open(name));
        more = this.#advance(topic, member, joining);
        if (more === undefined) return { subscribed: true };
      }
    } catch {
      if (topic) this.#leave(topic, member);
      return refusal("engine");
    } finally {
      if (topic) this.#release(topic);
    }
  }

  #mayJoin(joining: Joining | undefined): boolean {
    return joining === undefined || this.#port.state === "up";
  }

  /** The engine is back: those who could not do without go on. */
  engineBack(): void {
    this.#parked.wake();
  }

  /** Does what can be done now: `undefined` once the member is in, and the engine knows. */
  #advance(
    topic: Topic,
    member: Member,
    joining: Joining | undefined,
  ): Promise<void> | undefined {
    if (joining === undefined) {
      this.#join(topic, member);
      return topic.ready;
    }
    if (topic.ready !== undefined || member.places.has(topic)) return topic.ready;
    const more = joining(topic.name, member.subscriber);
    if (more === undefined) this.#join(topic, member);
    return more;
  }

  #join(topic: Topic, member: Member): void {
    if (member.places.has(topic)) return;
    this.#fanOut.flush();
    topic.add(member);
  }

  #hold(topic: Topic): void {
    topic.held++;
    topic.emptySince = undefined;
  }

  #release(topic: Topic): void {
    topic.held--;
    this.#restIfEmpty(topic);
  }

  /**
   * Keeps a topic for somebody who is no member, until it is released.
   *
   * @returns Its release, and what resolves when the engine knows.
   */
  hold(name: string): { readonly ready: Promise<void> | undefined; release(): void } {
    const topic = this.#open(name);
    this.#hold(topic);
    return { ready: topic.ready, release: () => this.#release(topic) };
  }

  /** Why a subscription that took its time is no longer to be made. */
  #refusedSince(member: Member, { wanted }: Pending): NotSubscribed | undefined {
    if (this.closed || this.#members.get(member.subscriber) !== member) return refusal("closed");
    return wanted ? undefined : refusal("unsubscribed");
  }

  #authorize(name: string, subscriber: Subscriber): boolean | Promise<boolean> {
    const { authorize, onError } = this.#options;
    if (authorize === undefined) return true;
    const judge = (answer: unknown) => {
      if (typeof answer === "boolean") return answer;
      onError(answerError("authorize a subscription", "true or false", answer));
      return false;
    };
    const failed = (error: unknown) => {
      onError(error);
      return false;
    };
    try {
      const answer: unknown = authorize(name, subscriber);
      return isPromise(answer) ? Promise.resolve(answer).then(judge, failed) : judge(answer);
    } catch (error) {
      return failed(error);
    }
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
    this.#parked.leave(pending);
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
      this.#parked.leave(pending);
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
    this.#parked.wake();
    this.#members.clear();
    this.#origins.clear();
    for (const topic of this.#topics.values()) topic.close();
    this.#topics.clear();
    this.#idle.close();
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

  #open(name: string): Topic {
    const known = this.#topics.get(name);
    if (known) return known;
    const topic = new Topic(name);
    this.#topics.set(name, topic);
    topic.ready = this.#port.subscribe(name)?.then(() => void (topic.ready = undefined));
    // Whoever waits hears of it.
    topic.ready?.catch(() => this.#topics.get(name) === topic && this.#topics.delete(name));
    return topic;
  }

  #leave(topic: Topic, member: Member): void {
    if (!member.places.has(topic)) return;
    this.#fanOut.flush();
    topic.delete(member);
    this.#restIfEmpty(topic);
  }

  #restIfEmpty(topic: Topic): void {
    if (topic.members.length > 0 || topic.held > 0) return;
    if (this.#topics.get(topic.name) === topic) this.#idle.add(topic);
  }

  #drop(topic: Topic): void {
    // One that the engine refused may have made way for another one of its name.
    if (this.#topics.get(topic.name) !== topic) return;
    this.#topics.delete(topic.name);
    this.#port.unsubscribe(topic.name);
  }
}

function refusal(reason: NotSubscribed["reason"]): NotSubscribed {
  return { subscribed: false, reason };
}

function refuse(reason: NotSubscribed["reason"]): Promise<NotSubscribed> {
  return Promise.resolve(refusal(reason));
}
