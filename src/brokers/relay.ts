import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/contain.ts";
import { Deferred } from "../base/deferred.ts";
import { usageError } from "../base/usage_error.ts";
import type { Message } from "../connection/message.ts";
import { Canary, CANARY_PERIOD } from "./canary.ts";
import { Complaints } from "./complaints.ts";
import type { Engine } from "./engine.ts";
import { decode, encode, type Envelope, HEADER, type Packet } from "./envelope.ts";
import { InFlight } from "./in_flight.ts";
import { Incoming } from "./incoming.ts";
import { Outgoing } from "./outgoing.ts";
import type { BrokerPort, BrokerSink } from "./port.ts";
import type { Published } from "./published.ts";
import type { TopicsState } from "./state.ts";
import { Wishes } from "./wishes.ts";

/** Milliseconds between looks for topics that have gone quiet. */
const BEACON_PERIOD = 500;

/** Milliseconds that the last messages may take when the topics are closed. */
const CLOSING = 2_000;

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
  readonly #canaryChannel: string;
  /** Tells our canaries from those of another process with our id. */
  readonly #nonce: string = crypto.randomUUID();
  readonly #canary = new Canary();
  readonly #outgoing = new Outgoing();
  readonly #inFlight: InFlight;
  /** By channel. */
  readonly #wanted = new Map<string, Wanted>();
  readonly #wishes: Wishes;
  readonly #complaints: Complaints;
  #sink!: BrokerSink;
  #state: TopicsState = "down";
  #connected = false;
  /** Counts connections and attempts, so that an old one does nothing any more. */
  #attempt = 0;
  /** Whether an attempt waits for the engine to take note of what is wanted. */
  #subscribing = false;
  #canaryBack: Deferred<void> | undefined;
  readonly #timers: (() => void)[] = [];
  #closed = false;

  /** `id`: 16 hexadecimal digits that no other process has. */
  constructor(engine: Engine, clock: Clock, id: string = randomId()) {
    this.#engine = engine;
    this.#clock = clock;
    this.#id = id;
    this.#canaryChannel = engine.channel("canary", id);
    this.#inFlight = new InFlight(engine.name, clock, (topic) => this.#outgoing.lost(topic));
    this.#wishes = new Wishes(engine, clock, (channel) => this.#wanted.has(channel));
    this.#complaints = new Complaints(clock, (error) => this.#sink.error(error));
  }

  get maxPayload(): number {
    return Math.max(0, this.#engine.maxPayload - HEADER);
  }

  get state(): TopicsState {
    return this.#state;
  }

  start(sink: BrokerSink): void {
    this.#sink = sink;
    this.#timers.push(
      this.#clock.every(CANARY_PERIOD / 2, () => this.#look()),
      this.#clock.every(BEACON_PERIOD, () => this.#sendBeacons()),
    );
    this.#engine.start({
      connected: () => {
        this.#connected = true;
        // First of all, so that others know what is missing before anything else comes.
        this.#sendBeacons(true);
        this.#bringUp();
      },
      disconnected: (cause) => this.#disconnected(cause),
      message: (channel, bytes) => this.#take(channel, bytes),
      error: (error) => {
        if (!this.#closed) this.#complain(error);
      },
    });
  }

  /** Subscribes to everything that is wanted, and waits until messages are seen to come back. */
  async #bringUp(): Promise<void> {
    const attempt = ++this.#attempt;
    this.#canary.reset();
    this.#subscribing = true;
    try {
      await this.#wishes.all([this.#canaryChannel]);
      // Clients may name topics: one that is refused must not keep the process off its engine.
      await this.#wishes.most([...this.#wanted.keys()], (_, error) => this.#complain(error));
      if (attempt !== this.#attempt) return;
      this.#subscribing = false;
      this.#canaryBack = new Deferred();
      this.#sendCanary();
      await this.#canaryBack.promise;
      if (attempt === this.#attempt) this.#up();
    } catch (error) {
      if (attempt !== this.#attempt) return;
      // The next look tries again.
      this.#subscribing = false;
      this.#become("suspect", error);
    }
  }

  #up(): void {
    this.#complaints.forget();
    this.#become("up");
    for (const wanted of this.#wanted.values()) this.#tellGap(wanted);
  }

  #disconnected(cause: unknown): void {
    this.#connected = this.#subscribing = false;
    this.#attempt++;
    this.#lost();
    this.#inFlight.cut(cause);
    this.#wishes.cut();
    this.#become("down", cause);
  }

  /** Whatever was published from now on may not have come. */
  #lost(): void {
    for (const wanted of this.#wanted.values()) {
      wanted.gap = true;
      wanted.incoming.cut();
    }
  }

  #become(state: TopicsState, cause?: unknown): void {
    if (state === this.#state || this.#closed) return;
    this.#state = state;
    this.#sink.state(state, cause);
  }

  #tellGap(wanted: Wanted): void {
    if (!wanted.gap) return;
    wanted.gap = false;
    this.#sink.gap({ topic: wanted.topic, cause: "engine-reconnect" });
  }

  /** Half a canary's period is over. */
  #look(): void {
    if (!this.#connected || this.#subscribing) return;
    switch (this.#canary.step()) {
      case "wait":
        // Nothing is on its way: an attempt has failed before its canary.
        if (this.#state === "suspect") this.#bringUp();
        return;
      case "send":
        return this.#sendCanary();
      case "alarm": {
        const { name } = this.#engine;
        const cause = new Error(`Messages to ${name} are taken, but do not come back`);
        this.#lost();
        this.#become("suspect", cause);
        this.#engine.reconnect?.();
        this.#bringUp();
      }
    }
  }

  #sendCanary(): void {
    const sequence = this.#canary.next();
    const packet = this.#encode("canary", { sequence, restarted: false }, this.#nonce);
    // Whether it comes back is what counts.
    this.#engine.publish(this.#canaryChannel, packet).catch(() => {});
  }

  #sendBeacons(all = false): void {
    if (!this.#connected) return;
    for (const { topic, last, lost } of this.#outgoing.quiet(all)) {
      const packet = this.#encode("beacon", { sequence: last, restarted: false }, `${lost}`);
      const untold = () => this.#outgoing.lost(topic, lost);
      this.#engine.publish(this.#engine.channel("topic", topic), packet).catch(untold);
    }
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
    if (this.#closed || (wanted === undefined && channel !== this.#canaryChannel)) return;
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
  #takeOwn({ kind, sequence, data }: Envelope, wanted: Wanted | undefined): void {
    if (wanted === undefined) {
      const ours = kind === "canary" && data === this.#nonce && this.#canary.came(sequence);
      if (!ours) return this.#doubled();
      if (this.#canary.back) this.#canaryBack?.resolve();
      return;
    }
    const last = this.#outgoing.last(wanted.topic);
    if (last !== undefined && sequence > last) this.#doubled();
  }

  /** Tells of a gap before what is delivered next: the one after a cut has all others in it. */
  #tellMissed(wanted: Wanted, missed: number): void {
    if (wanted.gap) return this.#tellGap(wanted);
    if (missed > 0) this.#sink.gap({ topic: wanted.topic, cause: "sequence", missed });
  }

  #complain(error: unknown): void {
    this.#complaints.tell(messageOf(error), error);
  }

  #foreign(channel: string): void {
    const where = `the channel ${JSON.stringify(channel)} of ${this.#engine.name}`;
    const expected = `messages of this version of edgesocket on ${where}`;
    this.#complaints.tell("foreign", usageError("read a message", expected, "other bytes"));
  }

  #doubled(): void {
    const error = usageError(
      "tell processes apart",
      "a random id for each process",
      `${this.#id} twice: is one of them a copy of a running process?`,
    );
    this.#complaints.tell("doubled", error);
  }

  subscribe(topic: string): Promise<void> | undefined {
    const channel = this.#engine.channel("topic", topic);
    const isUp = this.#state === "up";
    this.#wanted.set(channel, { topic, incoming: new Incoming(), gap: !isUp });
    // Away or not, subscribers of this process get what is published here. The rest comes later.
    if (!this.#connected) return;
    const known = this.#wishes.change(channel);
    if (isUp) return known.catch((error) => this.#refused(channel, error));
    known.catch((error) => this.#connected && this.#complain(error));
  }

  /** Those that were cut off are subscribed with all others as soon as the engine is back. */
  #refused(channel: string, error: unknown): void {
    if (!this.#connected) return;
    this.#wanted.delete(channel);
    throw error;
  }

  unsubscribe(topic: string): void {
    const channel = this.#engine.channel("topic", topic);
    if (!this.#wanted.delete(channel) || !this.#connected) return;
    this.#wishes.change(channel).catch(() => {});
  }

  publish(topic: string, data: Message, origin: string): Promise<Published> {
    // It counts even if it does not go out, so that others notice that they have not got it.
    const count = this.#outgoing.next(topic);
    if (!this.#connected || this.#closed) return this.#unsent(topic, "a connection", "none");
    if (this.#inFlight.full) {
      return this.#unsent(topic, "an engine that keeps up", "4 MiB under way");
    }
    const packet = this.#encode("message", count, data, origin);
    const answer = this.#engine.publish(this.#engine.channel("topic", topic), packet);
    return this.#inFlight.add(topic, packet.length, answer);
  }

  #unsent(topic: string, expected: string, got: string): Promise<Published> {
    this.#outgoing.lost(topic);
    const error = usageError(`publish over ${this.#engine.name}`, expected, got, Error);
    return Promise.resolve({ relayed: false, error });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#sendBeacons(true);
    for (const stop of this.#timers) stop();
    const channels = [this.#canaryChannel, ...this.#wanted.keys()];
    this.#wanted.clear();
    this.#closed = true;
    this.#attempt++;
    if (this.#connected) {
      const late = new Deferred<void>();
      const stop = this.#clock.after(CLOSING, () => late.resolve());
      const left = Promise.all([this.#inFlight.drained(), this.#wishes.leave(channels)]);
      await Promise.race([left.catch(() => {}), late.promise]);
      stop();
    }
    this.#wishes.cut();
    this.#inFlight.close();
    this.#engine.close();
    this.#state = "down";
  }
}

function randomId(): string {
  return crypto.randomUUID().replaceAll("-", "").slice(-16);
}
