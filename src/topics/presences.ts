import type { Clock } from "../base/clock.ts";
import { usageError } from "../base/usage_error.ts";
import { Complaints } from "../brokers/complaints.ts";
import type { BrokerPort } from "../brokers/port.ts";
import { randomId } from "../brokers/process_id.ts";
import type { Message } from "../connection/message.ts";
import { Introducer } from "./introducer.ts";
import { Leases } from "./leases.ts";
import type { Presence, PresenceChange } from "./presence.ts";
import { type CheckedPresence, PRESENCE_MARK } from "./presence_options.ts";
import { PresenceTopic, type PresenceTopicOwner, TICK } from "./presence_topic.ts";
import { decodePresence, encodePresence, type PresenceMessage } from "./presence_wire.ts";
import type { Subscriber } from "./subscriber.ts";

/** Milliseconds for which a topic is kept that somebody has read, or that nobody is in any more. */
const KEPT = 10_000;

/** Topics that are kept with nobody in them: clients may name them. */
const MOST_KEPT = 1_000;

/** Topics that ask others in one turn, and those that say something once more in one look. */
const [ASKS, REPEATS] = [200, 1_000];

/** Bytes of lines in one message. */
const CHUNK = 64 * 1024;

/** How many looks at leases each lease takes, and between how many of them others are told. */
const [LOOKS, BEATS] = [10, 3];

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
export class Presences implements PresenceTopicOwner {
  readonly process: string;
  readonly ttl: number;
  readonly maxUsers: number;
  readonly alone: boolean;
  readonly #port: BrokerPort | undefined;
  readonly #clock: Clock;
  readonly #tell: (change: PresenceChange) => void;
  readonly #introducer: Introducer;
  readonly #complaints: Complaints;
  readonly #leases: Leases;
  readonly #topics = new Map<string, PresenceTopic>();
  /** Those that nobody is in; the one that was read last comes last. */
  readonly #kept = new Set<PresenceTopic>();
  readonly #busy = new Set<PresenceTopic>();
  #asks = ASKS;
  #version = 0;
  #looked = 0;
  #looks = 0;
  #stopTick: (() => void) | undefined;
  #stopLooking: (() => void) | undefined;
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
    this.#leases = new Leases(options.ttl);
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
    const who = this.#introducer.ask(subscriber, name);
    const topic = this.#open(name);
    this.#kept.delete(topic);
    topic.join(subscriber, who);
  }

  /** It is not any more. */
  left(subscriber: Subscriber, name: string): void {
    const topic = this.#topics.get(name);
    if (topic === undefined) return;
    topic.leave(subscriber);
    if (topic.users.own.connections === 0) this.#keep(topic);
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
    if (topic.users.own.connections === 0) this.#keep(topic);
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
    this.#looked = this.now();
    this.#looks = 0;
    this.#stopLooking = this.#clock.every(this.ttl / LOOKS, () => this.#look());
    this.#deaf = false;
    // The broker tells why. Nobody is to be taken for dead because of it.
    this.#port?.subscribe(PRESENCE_MARK)?.catch(() => {
      this.#deaf = true;
      this.#begunAnew();
    });
  }

  /** Nobody is in it: it stays for a while, because somebody may come back, or read it again. */
  #keep(topic: PresenceTopic): void {
    topic.keptUntil = this.now() + KEPT;
    this.#kept.delete(topic);
    this.#kept.add(topic);
    if (this.#kept.size <= MOST_KEPT) return;
    for (const oldest of this.#kept) return this.#drop(oldest);
  }

  #drop(topic: PresenceTopic): void {
    // Somebody may have left just now.
    topic.flush();
    topic.close();
    this.#kept.delete(topic);
    this.#busy.delete(topic);
    this.#topics.delete(topic.name);
    this.#port?.unsubscribe(PRESENCE_MARK + topic.name);
    if (this.#topics.size > 0) return;
    this.#stopLooking?.();
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

  /** A tenth of a lease is over. */
  #look(): void {
    const now = this.now();
    // Whoever stood still has heard nobody meanwhile, and others may have given it up.
    if (now - this.#looked > this.ttl / 2) this.#begunAnew();
    this.#looked = now;
    for (const topic of this.#kept) if (topic.keptUntil <= now) this.#drop(topic);
    if (!this.up) return;
    const { silent, forgotten } = this.#leases.look(now);
    for (const topic of this.#topics.values()) {
      for (const process of silent) topic.silence(process);
      for (const process of forgotten) topic.drop(process);
    }
    if (++this.#looks % BEATS === 0) this.#beat();
    let repeats = 0;
    for (const topic of this.#topics.values()) {
      if (topic.repeat() && ++repeats === REPEATS) return;
    }
  }

  #begunAnew(): void {
    this.#leases.renew(this.now());
    for (const topic of this.#topics.values()) topic.doubt();
  }

  /** Others go on believing in this process, as long as it has somebody. */
  #beat(): void {
    for (const { users } of this.#topics.values()) {
      if (users.own.shown === 0) continue;
      return this.send("", { kind: "beat", process: this.process, ttl: this.ttl });
    }
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
    const heard = this.#leases.hear(process, this.now(), ttl);
    if (heard === "full") return this.#crowded();
    if (heard === "back") {
      for (const topic of this.#topics.values()) topic.hear(process);
    }
    if (message.kind === "bye") {
      this.#leases.delete(process);
      for (const topic of this.#topics.values()) topic.drop(process);
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
    this.#begunAnew();
    if (this.up) this.#beat();
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
    this.#stopLooking?.();
    for (const topic of this.#topics.values()) topic.close();
    this.#topics.clear();
    this.#kept.clear();
    this.#busy.clear();
  }
}
