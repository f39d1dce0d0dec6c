import type { Clock } from "../base/clock.ts";
import type { BrokerPort } from "../brokers/port.ts";
import { IdleTopics } from "./idle_topics.ts";
import { Topic } from "./topic.ts";

/** The topics that somebody in this process wants, and what the broker has to know of them. */
export class KnownTopics {
  readonly #port: BrokerPort;
  readonly #topics = new Map<string, Topic>();
  readonly #idle: IdleTopics;

  constructor(port: BrokerPort, clock: Clock) {
    this.#port = port;
    this.#idle = new IdleTopics(clock, port.linger, (topic) => this.#drop(topic));
  }

  get(name: string): Topic | undefined {
    return this.#topics.get(name);
  }

  /** The topic of a name. Of one that is new the broker is told. */
  open(name: string): Topic {
    const known = this.#topics.get(name);
    if (known) return known;
    const topic = new Topic(name);
    this.#topics.set(name, topic);
    topic.ready = this.#port.subscribe(name)?.then(() => void (topic.ready = undefined));
    // Whoever waits hears of it.
    topic.ready?.catch(() => this.#topics.get(name) === topic && this.#topics.delete(name));
    return topic;
  }

  /** Keeps a topic, whether it has members or not, until it is released. */
  hold(topic: Topic): void {
    topic.held++;
    topic.emptySince = undefined;
  }

  /** Somebody who held a topic does so no longer. */
  release(topic: Topic): void {
    topic.held--;
    this.rest(topic);
  }

  /** Lets go of a topic some time, if there is nobody in it. */
  rest(topic: Topic): void {
    if (topic.members.length > 0 || topic.held > 0) return;
    if (this.#topics.get(topic.name) === topic) this.#idle.add(topic);
  }

  #drop(topic: Topic): void {
    // One that the engine refused may have made way for another one of its name.
    if (this.#topics.get(topic.name) !== topic) return;
    this.#topics.delete(topic.name);
    this.#port.unsubscribe(topic.name);
  }

  /** Nobody wants any of them any more. The broker is told by whoever closes it. */
  close(): void {
    for (const topic of this.#topics.values()) topic.close();
    this.#topics.clear();
    this.#idle.close();
  }
}
