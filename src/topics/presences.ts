import type { Clock } from "../base/clock.ts";
import { usageError } from "../base/usage_error.ts";
import { Complaints } from "../brokers/complaints.ts";
import type { BrokerPort } from "../brokers/port.ts";
import { randomId } from "../brokers/process_id.ts";
import type { Message } from "../connection/message.ts";
import { TICK } from "./announcer.ts";
import { Introducer } from "./introducer.ts";
import { KeptTopics } from "./kept_topics.ts";
import type { Presence, PresenceChange } from "./presence.ts";
import { type CheckedPresence, PRESENCE_MARK } from "./presence_options.ts";
import { PresencePulse, type PulseOwner } from "./presence_pulse.ts";
import { PresenceTopic, type PresenceTopicOwner } from "./presence_topic.ts";
import { decodePresence, encodePresence, type PresenceMessage } from "./presence_wire.ts";
import type { Subscriber } from "./subscriber.ts";

/** Topics that ask others in one turn. */
const ASKS = 200;

/** Bytes of lines in one message. */
const CHUNK = 64 * 1024;

/** What presence tells, and to whom it looks. */
export interface PresencesInit {
  readonly options: CheckedPresence;
  /** What carries it to other processes; missing where there are none. */
  readonly port: BrokerPort | undefined;
  readonly clock: Clock;
  tell(change: PresenceChange): void;
  report(error: unknown): void;
}

/** Who is there, in all topics. */
export class Presences implements PresenceTopicOwner, PulseOwner {
  readonly process: string;
  readonly ttl: number;
  readonly maxUsers: number;
  readonly alone: boolean;
  readonly #port: BrokerPort | undefined;
  readonly #clock: Clock;
  readonly #tell: (change: PresenceChange) => void;
  readonly #introducer: Introducer;
  readonly #complaints: Complaints;
  readonly #pulse: PresencePulse;
  readonly #topics = new Map<string, PresenceTopic>();
  readonly #kept: KeptTopics;
  readonly #busy = new Set<PresenceTopic>();
  #asks = ASKS;
  #version = 0;
  #stopTick: (() => void) | undefined;
  /** Whether the engine refuses to let this process hear which ones live. */
  #deaf = false;
  #closed = false;

  /** `id`: 16 hexadecimal digits that no other process has. */
  constructor(
    { options, port, clock, tell, report }: PresencesInit,
    id: string = randomId(),
  ) {
    this.process = id;
    this.ttl = options.ttl;
    this.maxUsers = options.maxUsers;
    this.alone = port === undefined;
    this.#port = port;
    this.#clock = clock;
    this.#tell = tell;
    this.#introducer = new Introducer(options, report);
    this.#complaints = new Complaints(clock, report);
    this.#pulse = new PresencePulse(this, clock);
    this.#kept = new KeptTopics((topic) => this.#drop(topic), this.alone ? clock : undefined);
  }

  get up(): boolean {
    return this.#port === undefined || (this.#port.state === "up" && !this.#deaf);
  }

  get chunk(): number {
    return Math.max(1, Math.min(CHUNK, (this.#port?.maxPayload ?? Infinity) - 200));
  }

  now(): number {
    return this.#clock.now();
  }

  version(): number {
    return ++this.#version;
  }

  mayAsk(): boolean {
    return this.#asks-- > 0;
  }

  tell(change: PresenceChange): void {
    if (!this.#closed) this.#tell(change);
  }

  /** A connection is subscribed to a topic, or says so again. */
  joined(subscriber: Subscriber, name: string): void {
    if (this.#closed || !this.#introducer.has(name)) return;
    const topic = this.#open(name);
    this.#kept.delete(topic);
    const { own } = topic.users;
    if (!own.has(subscriber)) topic.join(subscriber, undefined);
    const who = this.#introducer.ask(subscriber, name);
    // Whoever was asked may have ended the subscription, or everything.
    if (!this.#closed && own.has(subscriber)) topic.join(subscriber, who);
  }

  /** It is not any more. */
  left(subscriber: Subscriber, name: string): void {
    const topic = this.#topics.get(name);
    if (topic === undefined) return;
    topic.leave(subscriber);
    if (topic.users.own.connections === 0) this.#kept.keep(topic, this.now());
  }

  /**
   * Who is there.
   *
   * @throws {TypeError} If the topic is none of those that have presence.
   */
  read(name: string): Promise<Presence> {
    if (!this.#introducer.has(name)) {
      const expected = "a topic that presence.topics says yes to";
      throw usageError("read who is present", expected, JSON.stringify(name));
    }
    if (this.#closed) return Promise.resolve({ users: [], complete: false, reason: "engine" });
    const topic = this.#open(name);
    if (topic.users.own.connections === 0) this.#kept.keep(topic, this.now());
    return topic.read();
  }

  #open(name: string): PresenceTopic {
    const known = this.#topics.get(name);
    if (known) return known;
    if (this.#topics.size === 0) this.#begin();
    const topic = new PresenceTopic(name, this);
    this.#topics.set(name, topic);
    const subscribed = () => {
      topic.subscribed = true;
      this.busy(topic);
    };
    // What the engine refuses, the broker tells; the topic stays one that is not known.
    this.#port?.subscribe(PRESENCE_MARK + name)?.then(subscribed, () => {}) ?? subscribed();
    return topic;
  }

  #begin(): void {
    // A timer that never ends would keep a Durable Object awake.
    if (this.#port === undefined) return;
    this.#pulse.begin();
    this.#deaf = false;
    // The broker tells why. Nobody is to be taken for dead because of it.
    this.#port.subscribe(PRESENCE_MARK)?.catch(() => {
      this.#deaf = true;
      this.#pulse.renew();
    });
  }

  #drop(topic: PresenceTopic): void {
    // Somebody may have left just now.
    topic.flush();
    topic.close();
    this.#busy.delete(topic);
    this.#topics.delete(topic.name);
    this.#port?.unsubscribe(PRESENCE_MARK + topic.name);
    if (this.#topics.size > 0) return;
    this.#pulse.end();
    this.#port?.unsubscribe(PRESENCE_MARK);
  }

  busy(topic: PresenceTopic): void {
    if (this.#closed || this.#topics.get(topic.name) !== topic) return;
    this.#busy.add(topic);
    this.#stopTick ??= this.#clock.after(TICK, () => this.#tick());
  }

  #tick(): void {
    this.#stopTick = undefined;
    this.#asks = ASKS;
    const busy = [...this.#busy];
    this.#busy.clear();
    for (const topic of busy) if (topic.look()) this.busy(topic);
  }

  topics(): Iterable<PresenceTopic> {
    return this.#topics.values();
  }

  looked(now: number): void {
    this.#kept.look(now);
  }

  send(topic: string, message: PresenceMessage): void {
    this.#port?.publish(PRESENCE_MARK + topic, encodePresence(message), "").then(({ error }) => {
      // While the engine is away nothing gets out, which everybody knows; it is made up for afterwards.
      if (error !== undefined && this.up) this.#complaints.tell("unsent", error);
    });
  }

  /** Something came on a channel of presence. */
  deliver(channel: string, data: Message): void {
    if (this.#closed) return;
    const message = typeof data === "string" ? decodePresence(data) : undefined;
    if (message === undefined) return this.#foreign();
    const { process } = message;
    const ttl = message.kind === "beat" ? message.ttl : undefined;
    if (!this.#pulse.hear(process, ttl)) return this.#crowded();
    if (message.kind === "bye") {
      this.#pulse.bye(process);
    } else if (message.kind !== "beat") {
      const topic = this.#topics.get(channel.slice(PRESENCE_MARK.length));
      if (topic?.take(message) === "foreign") this.#foreign();
    }
  }

  #foreign(): void {
    const expected = "messages of presence of this version of edgesocket";
    this.#complaints.tell("foreign", usageError("read who is present", expected, "other ones"));
  }

  #crowded(): void {
    const expected = "at most 1000 processes with one prefix";
    this.#complaints.tell("crowded", usageError("read who is present", expected, "more", Error));
  }

  /** Something may not have come on a channel. */
  gap(channel: string): void {
    this.#topics.get(channel.slice(PRESENCE_MARK.length))?.doubt();
  }

  /** The engine has gone, or is back. */
  state(): void {
    if (this.#closed) return;
    this.#pulse.renew();
    if (this.up) this.#pulse.beat();
  }

  /** Tells others that the users of this process have gone. Whoever reads reads nobody any more. */
  close(): void {
    if (this.#closed) return;
    for (const { users } of this.#topics.values()) {
      if (users.own.shown === 0) continue;
      this.send("", { kind: "bye", process: this.process });
      break;
    }
    this.#closed = true;
    this.#stopTick?.();
    this.#pulse.end();
    for (const topic of this.#topics.values()) topic.close();
    this.#topics.clear();
    this.#kept.clear();
    this.#busy.clear();
  }
}
