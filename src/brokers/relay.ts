import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/contain.ts";
import { memoizeLast } from "../base/memoize.ts";
import { usageError } from "../base/usage_error.ts";
import type { Message } from "../connection/message.ts";
import { Cut, Unanswered } from "./answers.ts";
import { Beacons } from "./beacons.ts";
import { CANARY_PERIOD } from "./canary.ts";
import { Complaints } from "./complaints.ts";
import type { Engine } from "./engine.ts";
import { decode, encode, type Envelope, HEADER, type Packet } from "./envelope.ts";
import { InFlight } from "./in_flight.ts";
import { Incoming } from "./incoming.ts";
import { lastWords } from "./last_words.ts";
import { Link } from "./link.ts";
import { Outgoing } from "./outgoing.ts";
import type { BrokerPort, BrokerSink } from "./port.ts";
import { randomId, twinsError } from "./process_id.ts";
import type { Position, Published } from "./published.ts";
import type { TopicsState } from "./state.ts";
import { Wishes } from "./wishes.ts";

/** Milliseconds between looks for topics that have gone quiet. */
const BEACON_PERIOD = 500;

/** A topic that is wanted here. */
interface Wanted {
  readonly topic: string;
  readonly incoming: Incoming;
  /** Whether messages may have been lost that nobody has been told of. */
  gap: boolean;
}

/**
 * A broker over an engine: at most once, with every loss noticed. It trusts the engine's client with
 * nothing but bytes.
 */
export class Relay implements BrokerPort {
  readonly linger = 5_000;
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #id: string;
  /** Busy topics are published to many times in a row. */
  readonly #channelOf = memoizeLast((topic) => this.#engine.channel("topic", topic));
  readonly #outgoing = new Outgoing();
  readonly #beacons: Beacons;
  readonly #inFlight: InFlight;
  /** By channel. */
  readonly #wanted = new Map<string, Wanted>();
  readonly #wishes: Wishes;
  readonly #complaints: Complaints;
  readonly #link: Link;
  #sink!: BrokerSink;
  readonly #timers: (() => void)[] = [];
  #closing: Promise<void> | undefined;
  #closed = false;

  /** `id`: 16 hexadecimal digits that no other process has. */
  constructor(engine: Engine, clock: Clock, id: string = randomId()) {
    this.#engine = engine;
    this.#clock = clock;
    this.#id = id;
    this.#beacons = new Beacons(this.#outgoing, ({ topic, last, lost }) => {
      const packet = this.#encode("beacon", { sequence: last, restarted: false }, `${lost}`);
      return engine.publish(engine.channel("topic", topic), packet);
    });
    this.#inFlight = new InFlight(engine, clock, (topic) => this.#outgoing.lost(topic));
    this.#wishes = new Wishes(engine, clock, (channel) => this.#wanted.has(channel));
    this.#complaints = new Complaints(clock, (error) => this.#sink.error(error));
    this.#link = new Link(engine, id, this.#wishes, {
      wanted: () => this.#wanted.keys(),
      // First of all, so that others know what is missing before anything else comes.
      connected: () => this.#sendBeacons(true),
      cut: (cause) => {
        this.#lost();
        this.#beacons.cut();
        this.#inFlight.cut(cause);
        this.#wishes.cut();
      },
      lost: () => this.#lost(),
      up: () => {
        this.#complaints.forget();
        for (const wanted of this.#wanted.values()) this.#tellGap(wanted);
      },
      state: (state, cause) => this.#sink.state(state, cause),
      refused: (_, error) => this.#complain(error),
    });
  }

  get maxPayload(): number {
    return Math.max(0, this.#engine.maxPayload - HEADER);
  }

  get state(): TopicsState {
    return this.#link.state;
  }

  start(sink: BrokerSink): void {
    this.#sink = sink;
    this.#timers.push(
      this.#clock.every(CANARY_PERIOD / 2, () => this.#link.look()),
      this.#clock.every(BEACON_PERIOD, () => this.#sendBeacons()),
    );
    this.#engine.start({
      connected: () => this.#link.connect(),
      disconnected: (cause) => this.#link.disconnect(cause),
      message: (channel, bytes) => this.#take(channel, bytes),
      error: (error) => this.#complain(error),
    });
  }

  /** Whatever was published from now on may not have come. */
  #lost(): void {
    for (const wanted of this.#wanted.values()) {
      wanted.gap = true;
      wanted.incoming.cut();
    }
  }

  #tellGap(wanted: Wanted): void {
    if (!wanted.gap) return;
    wanted.gap = false;
    this.#sink.gap({ topic: wanted.topic, cause: "engine-reconnect" });
  }

  #sendBeacons(all = false): void {
    if (this.#link.connected) this.#beacons.send(all);
  }

  #encode(
    kind: Envelope["kind"],
    count: Pick<Envelope, "sequence" | "restarted">,
    data: Message,
    origin = "",
  ): Packet {
    const { sequence, restarted } = count;
    return encode({ kind, publisher: this.#id, sequence, restarted, origin, data });
  }

  #take(channel: string, bytes: Uint8Array): void {
    const wanted = this.#wanted.get(channel);
    if (this.#closed || (wanted === undefined && channel !== this.#link.channel)) return;
    const envelope = decode(bytes, this.#id);
    if (envelope === undefined) return this.#foreign(channel);
    if (envelope.publisher === this.#id) return this.#takeOwn(envelope, wanted);
    if (wanted === undefined || envelope.kind === "canary") return this.#foreign(channel);
    const { publisher, sequence, restarted } = envelope;
    if (envelope.kind === "beacon") {
      const lost = Number(envelope.data) || 0;
      return this.#tellMissed(wanted, wanted.incoming.beacon(publisher, sequence, lost));
    }
    const verdict = wanted.incoming.take(publisher, sequence, restarted);
    if (verdict.seen) return;
    this.#tellMissed(wanted, verdict.missed);
    this.#sink.deliver(wanted.topic, envelope);
  }

  /** What comes back is nothing new, but for canaries. */
  #takeOwn(envelope: Envelope, wanted: Wanted | undefined): void {
    if (wanted === undefined) {
      if (!this.#link.came(envelope)) this.#doubled();
      return;
    }
    const last = this.#outgoing.last(wanted.topic);
    if (last !== undefined && envelope.sequence > last) this.#doubled();
  }

  /** Tells of a gap before what is delivered next: the one after a cut has all others in it. */
  #tellMissed(wanted: Wanted, missed: number): void {
    if (wanted.gap) return this.#tellGap(wanted);
    if (missed > 0) this.#sink.gap({ topic: wanted.topic, cause: "sequence", missed });
  }

  #complain(error: unknown): void {
    if (this.#closed) return;
    this.#complaints.tell(messageOf(error), error);
  }

  #foreign(channel: string): void {
    const where = `the channel ${JSON.stringify(channel)} of ${this.#engine.name}`;
    const expected = `messages of this version of edgesocket on ${where}`;
    this.#complaints.tell("foreign", usageError("read a message", expected, "other bytes"));
  }

  #doubled(): void {
    this.#complaints.tell("doubled", twinsError(this.#id));
  }

  /** `from`: it was somewhere else before, so that something may have been lost on the way. */
  subscribe(topic: string, from?: Position): Promise<void> | undefined {
    const channel = this.#engine.channel("topic", topic);
    const isUp = this.#link.state === "up";
    const gap = !isUp || from !== undefined;
    const wanted: Wanted = { topic, incoming: new Incoming(), gap };
    this.#wanted.set(channel, wanted);
    // Away or not, subscribers of this process get what is published here. The rest comes later.
    if (!this.#link.connected) return;
    let known = this.#wishes.change(channel);
    if (from !== undefined) known = known.then(() => this.#tellGap(wanted));
    if (isUp) {
      const isNew = from === undefined;
      return known.catch((error) =>
        isNew ? this.#refused(channel, wanted, error) : this.#unheard(wanted, error)
      );
    }
    known.catch((error) => error instanceof Cut ? this.#link.doubt() : this.#complain(error));
  }

  /** Those that were cut off are subscribed with all others as soon as the engine is back. */
  #refused(channel: string, wanted: Wanted, error: unknown): void {
    if (error instanceof Cut) {
      wanted.gap = true;
      return this.#link.doubt();
    }
    // Not for each of them: clients may name topics.
    this.#complain(error);
    // Somebody else may want it by now.
    if (this.#wanted.get(channel) === wanted) {
      this.#wanted.delete(channel);
      // An answer that is late may be a yes.
      if (error instanceof Unanswered) this.#wishes.change(channel).catch(() => {});
    }
    throw error;
  }

  /** One that was subscribed to elsewhere, whose subscribers know of nothing: it is tried again soon. */
  #unheard(wanted: Wanted, error: unknown): void {
    wanted.gap = true;
    if (!(error instanceof Cut)) this.#complain(error);
    this.#link.doubt();
  }

  unsubscribe(topic: string): void {
    const channel = this.#engine.channel("topic", topic);
    if (!this.#wanted.delete(channel) || !this.#link.connected) return;
    this.#wishes.change(channel).catch(() => {});
  }

  publish(topic: string, data: Message, origin: string): Promise<Published> {
    // It counts even if it does not go out, so that others notice that they have not got it.
    const count = this.#outgoing.next(topic);
    const isThere = this.#link.connected && !this.#closed;
    if (!isThere || this.#inFlight.full) return this.#inFlight.refuse(topic, isThere);
    const packet = this.#encode("message", count, data, origin);
    const answer = this.#engine.publish(this.#channelOf(topic), packet);
    return this.#inFlight.add(topic, packet.length, answer);
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#sendBeacons(true);
    for (const stop of this.#timers) stop();
    const channels = [this.#link.channel, ...this.#wanted.keys()];
    this.#wanted.clear();
    this.#closed = true;
    this.#link.close();
    if (this.#link.connected) {
      await lastWords(this.#clock, [this.#inFlight.drained(), this.#wishes.leave(channels)]);
    }
    this.#wishes.cut();
    this.#inFlight.close();
    this.#engine.close();
    this.#link.end();
  }
}
