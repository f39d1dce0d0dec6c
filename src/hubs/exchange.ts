import type { Clock } from "../base/clock.ts";
import { contain } from "../base/contain.ts";
import { Deferred } from "../base/deferred.ts";
import { usageError } from "../base/usage_error.ts";
import { utf8Length } from "../base/utf8.ts";
import type { Gap } from "../brokers/gap.ts";
import type { BrokerPort } from "../brokers/port.ts";
import { randomId } from "../brokers/process_id.ts";
import type { TopicsState } from "../brokers/state.ts";
import { Channels } from "./hub_channels.ts";
import { type Answer, type CallParcel, type Claim, type Matter, read, write } from "./parcel.ts";
import type { Parcel, Question } from "./parcel.ts";
import { Peers, SIGN_PERIOD } from "./peers.ts";
import { type Answered, Questions } from "./questions.ts";

/** Milliseconds between two looks at what has waited for too long. */
const PERIOD = 1_000;

/** Milliseconds after the last look that make the next one late: this process was paused. */
const LATE = 4_000;

/** Milliseconds in which whoever is new has heard of all others. */
const INTRODUCTION = 500;

/** Why is for whoever runs the server. */
const NOT_TAKEN = "the engine has not taken a question to another process";

/** Answers a question; behind `taken`, once more. */
export type Reply = (answer: Pick<Answer, "verdict" | "error">, body?: string) => void;

/** What an exchange tells whoever has it. */
export interface ExchangeOwner {
  /** A call came; its arguments are the body. */
  called(topic: string, call: CallParcel, body: string): void;
  asked(question: Question, body: string, reply: Reply): void;
  /** Another process is lost; `left`: it has said goodbye. */
  lost(process: string, left: boolean): void;
  /** Something on a channel did not come. */
  missed(gap: Gap): void;
  state(state: TopicsState, cause: unknown): void;
  error(error: unknown): void;
  /** A second is over. */
  look(now: number): void;
}

/**
 * Where the processes of a hub exchange parcels: each knows which others are there, asks them, and
 * notices when one is lost.
 */
export class Exchange {
  /** What others know this process by. */
  readonly id: string = randomId();
  readonly channels: Channels;
  readonly peers: Peers = new Peers();
  readonly #port: BrokerPort;
  readonly #clock: Clock;
  readonly #owner: ExchangeOwner;
  readonly #questions = new Questions();
  /** Channels of its own that the engine has refused. */
  readonly #refused = new Set<string>();
  #introduced: Deferred<void> | undefined;
  #stopIntroducing: (() => void) | undefined;
  #stop: (() => void) | undefined;
  #lookedAt = 0;
  #signedAt = 0;
  #closed = false;

  /** @param name That of the hub. */
  constructor(port: BrokerPort, name: string, clock: Clock, owner: ExchangeOwner) {
    this.#port = port;
    this.channels = new Channels(name);
    this.#clock = clock;
    this.#owner = owner;
  }

  /** Begins, once. */
  start(): void {
    this.#lookedAt = this.#clock.now();
    this.#port.start({
      // Others may be of another version, whose parcels are not what they seem.
      deliver: (topic, { data }) =>
        contain(() => this.#take(topic, data), (error) => this.#owner.error(error)),
      state: (state, cause) => this.#become(state, cause),
      gap: (gap) => this.#missed(gap),
      error: (error) => this.#owner.error(error),
    });
    for (const topic of [this.channels.all, this.#own]) this.#want(topic);
    this.#stop = this.#clock.every(PERIOD, () => this.#look());
  }

  get state(): TopicsState {
    return this.#port.state;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Resolves when all others are known, for whoever has to ask each of them. */
  get introduced(): Promise<void> | undefined {
    return this.#introduced?.promise;
  }

  /**
   * Sends a parcel to whoever listens to a channel.
   *
   * @throws {Error} If it is too large for the engine.
   */
  send(topic: string, parcel: Parcel, body = ""): void {
    if (this.#closed) return;
    const data = write(parcel, body);
    this.#check(data);
    void this.#port.publish(topic, data, "");
  }

  /**
   * Asks some processes over a channel.
   *
   * @returns The answer of the one that it concerns; `undefined` if it concerns none of them.
   * @throws {HubError} If there is none, or none in time: as a rejection.
   */
  ask(
    topic: string,
    asked: Iterable<string>,
    matter: Matter | Claim,
    body: string,
  ): Promise<Answered | undefined> {
    return this.#questions.ask(asked, this.#clock.now(), (number) => {
      const data = write({ kind: "question", from: this.id, number, matter }, body);
      this.#check(data);
      this.#port.publish(topic, data, "").then(({ relayed, error }) => {
        if (!relayed) this.#questions.failed(number, NOT_TAKEN, error);
      });
    });
  }

  /** Says goodbye. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#stop?.();
    this.#stopIntroducing?.();
    this.#introduced?.resolve();
    this.send(this.channels.all, { kind: "bye", from: this.id });
    this.#closed = true;
    this.#questions.end("the hub is closed");
    await this.#port.close();
  }

  get #own(): string {
    return this.channels.to(this.id);
  }

  #check(data: string): void {
    const { maxPayload } = this.#port;
    if (data.length * 3 <= maxPayload) return;
    const size = utf8Length(data);
    if (size <= maxPayload) return;
    throw usageError("reach other processes", `at most ${maxPayload} bytes`, size, Error);
  }

  #want(topic: string): void {
    this.#refused.delete(topic);
    this.#port.subscribe(topic)?.catch(() => this.#refused.add(topic));
  }

  #sign(): void {
    this.#signedAt = this.#clock.now();
    this.send(this.channels.all, { kind: "here", from: this.id });
  }

  #become(state: TopicsState, cause: unknown): void {
    if (state === "up") {
      this.peers.forgive(this.#clock.now());
      this.#sign();
      this.#introduce();
    } else {
      this.#questions.end(`the engine is ${state}: nobody knows how far other processes were`);
    }
    this.#owner.state(state, cause);
  }

  #introduce(): void {
    // Whoever waits for one that the engine has cut short waits for this one.
    const introduced = this.#introduced ??= new Deferred<void>();
    this.#stopIntroducing?.();
    this.#stopIntroducing = this.#clock.after(INTRODUCTION, () => {
      introduced.resolve();
      this.#introduced = undefined;
    });
  }

  #look(): void {
    const now = this.#clock.now();
    const late = now - this.#lookedAt >= LATE;
    this.#lookedAt = now;
    // Answers may have come meanwhile, too, and are not read yet.
    if (!late) this.#questions.look(now);
    this.#owner.look(now);
    for (const topic of [...this.#refused]) this.#want(topic);
    if (this.state !== "up") return;
    if (now - this.#signedAt >= SIGN_PERIOD) this.#sign();
    // What others have said meanwhile has not been read yet.
    if (late) return this.peers.forgive(now);
    for (const process of this.peers.lost(now)) this.#lost(process, false);
  }

  #lost(process: string, left: boolean): void {
    this.#questions.lost(process, left);
    this.#owner.lost(process, left);
  }

  #missed(gap: Gap): void {
    // Answers may be among it.
    if (gap.topic === this.channels.all || gap.topic === this.#own) {
      this.#questions.doubt("an answer of another process may have been lost");
    }
    this.#owner.missed(gap);
  }

  #take(topic: string, data: unknown): void {
    const found = typeof data === "string" ? read(data) : undefined;
    if (found === undefined || this.#closed) return;
    const { parcel, body } = found;
    switch (parcel.kind) {
      case "call":
        return this.#owner.called(topic, parcel, body);
      case "question":
        return this.#asked(parcel, body);
      case "answer":
        this.#heard(parcel.from);
        return this.#questions.answered(parcel, body);
      case "here":
        return this.#heard(parcel.from);
      case "bye":
        this.peers.delete(parcel.from);
        return this.#lost(parcel.from, true);
    }
  }

  #asked(question: Question, body: string): void {
    const { from, number } = question;
    this.#heard(from);
    this.#owner.asked(question, body, (answer, body) => {
      const parcel: Answer = { kind: "answer", from: this.id, number, ...answer };
      this.send(this.channels.to(from), parcel, body);
    });
  }

  /** One that is new is told of this one. */
  #heard(process: string): void {
    if (this.peers.heard(process, this.#clock.now())) this.#sign();
  }
}
