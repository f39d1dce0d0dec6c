import type { Clock } from "../base/clock.ts";
import type { Gap } from "../brokers/gap.ts";
import type { BrokerPort } from "../brokers/port.ts";
import type { TopicsState } from "../brokers/state.ts";
import type { ElsewhereNotices, HubGap } from "./elsewhere_notices.ts";
import { Exchange, type ExchangeOwner, type Reply } from "./exchange.ts";
import { HubError } from "./hub_error.ts";
import { Interests } from "./interests.ts";
import type { CallParcel, Matter, Question } from "./parcel.ts";
import type { Answered } from "./questions.ts";
import { ALL, type Audience } from "./audience.ts";
import { Whereabouts } from "./whereabouts.ts";

/** What other processes want of this one. */
export interface Here {
  /** A call came for clients of this process; the body has its arguments. */
  called(audience: Audience, call: CallParcel, body: string): void;
  asked(question: Question, body: string, reply: Reply): void;
  /** A process is lost. */
  lost(process: string): void;
  /** Whether there is anybody whom such a call would be for. */
  has(audience: Audience): boolean;
}

/** The clients of a hub that are connected to other processes, by way of a broker. */
export class Elsewhere implements ExchangeOwner {
  readonly #exchange: Exchange;
  readonly #interests: Interests;
  readonly #whereabouts = new Whereabouts();
  readonly #here: Here;
  readonly #notices: ElsewhereNotices;

  /** @param name That of the hub. */
  constructor(port: BrokerPort, name: string, here: Here, clock: Clock, notices: ElsewhereNotices) {
    this.#here = here;
    this.#notices = notices;
    this.#exchange = new Exchange(port, name, clock, this);
    const late = (topic: string) => this.#tellGap(topic, { cause: "slow", missed: undefined });
    this.#interests = new Interests(port, clock, late);
    this.#exchange.start();
  }

  /** What other processes know this one by. */
  get id(): string {
    return this.#exchange.id;
  }

  /** Whether they can be reached. */
  get status(): TopicsState {
    return this.#exchange.state;
  }

  /** How many there are. */
  get size(): number {
    return this.#exchange.peers.size;
  }

  /**
   * Calls the clients of all other processes.
   *
   * @param body The arguments, as text.
   * @throws {Error} If it is too large for the engine.
   */
  call(audience: Audience, target: string, except: ReadonlySet<string>, body: string): void {
    const { channels } = this.#exchange;
    const topic = audience.to === "group" ? channels.group(audience.name) : channels.all;
    // In a group of such a name nobody is.
    if (topic === undefined) return;
    const user = audience.to === "user" ? audience.name : undefined;
    const left = except.size > 0 ? [...except] : undefined;
    this.#exchange.send(topic, { kind: "call", target, user, except: left }, body);
  }

  /**
   * Asks the process that has a connection.
   *
   * @returns What it answers; `undefined` if no process has it.
   * @throws {HubError} If the engine is away, if no answer comes in five seconds, or if the process
   * gets lost, or is known to be: as a rejection.
   */
  async ask(matter: Matter, body = ""): Promise<Answered | undefined> {
    this.#checkState();
    const { channels, peers } = this.#exchange;
    const home = this.#whereabouts.get(matter.id);
    const isKnown = home !== undefined && peers.has(home);
    if (!isKnown && this.#exchange.introduced !== undefined) {
      await this.#exchange.introduced;
      this.#checkState();
    }
    if (home !== undefined && !peers.has(home)) {
      throw new HubError("the process that the client was connected to is lost");
    }
    if (!isKnown && peers.size === 0) return undefined;
    const answered = isKnown
      ? await this.#exchange.ask(channels.to(home), [home], matter, body)
      : await this.#exchange.ask(channels.all, peers.all(), matter, body);
    if (answered === undefined) this.#whereabouts.delete(matter.id);
    // One of more processes than are known is not to be taken for lost.
    else if (peers.has(answered.from)) this.#whereabouts.set(matter.id, answered.from);
    return answered;
  }

  /**
   * Asks the process that has handed out a token whether this one is the first to use it.
   *
   * @returns `false` if it is not; `undefined` if nobody can say.
   */
  async claim(process: string, id: string): Promise<boolean | undefined> {
    const { channels, peers } = this.#exchange;
    if (this.status !== "up" || !peers.has(process)) return undefined;
    try {
      const topic = channels.to(process);
      const answered = await this.#exchange.ask(topic, [process], { op: "claim", id }, "");
      return answered !== undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * Somebody of this process is in a group.
   *
   * @returns What resolves when calls from elsewhere reach it; `undefined` if there is nothing to wait
   * for.
   * @throws {HubError} If the name is too long for an engine.
   */
  joined(group: string): Promise<void> | undefined {
    const topic = this.#exchange.channels.group(group);
    if (this.#exchange.closed) return undefined;
    if (topic !== undefined) return this.#interests.add(topic);
    throw new HubError(
      "expected a group whose name has at most 255 bytes of UTF-8, got another one",
    );
  }

  /** Nobody of this process is in it any more. */
  left(group: string): void {
    const topic = this.#exchange.channels.group(group);
    if (topic !== undefined) this.#interests.delete(topic);
  }

  /** Says goodbye. */
  close(): Promise<void> {
    return this.#exchange.close();
  }

  called(topic: string, call: CallParcel, body: string): void {
    const name = this.#exchange.channels.groupOf(topic);
    if (name !== undefined) return this.#here.called({ to: "group", name }, call, body);
    const { user } = call;
    const audience: Audience = user === undefined ? ALL : { to: "user", name: user };
    this.#here.called(audience, call, body);
  }

  asked(question: Question, body: string, reply: Reply): void {
    this.#here.asked(question, body, reply);
  }

  lost(process: string, left: boolean): void {
    if (left) this.#whereabouts.leave(process);
    this.#here.lost(process);
  }

  missed({ topic, cause, missed }: Gap): void {
    this.#tellGap(topic, { cause, missed });
  }

  state(state: TopicsState, cause: unknown): void {
    this.#notices.state(state, cause);
  }

  error(error: unknown): void {
    this.#notices.error(error);
  }

  look(now: number): void {
    this.#interests.look(now);
  }

  #tellGap(topic: string, gap: Pick<HubGap, "cause" | "missed">): void {
    const { channels } = this.#exchange;
    const group = channels.groupOf(topic);
    // What is missing on the channel of a process is told whoever has asked for it.
    if (topic !== channels.all && group === undefined) return;
    const audience: Audience = group === undefined ? ALL : { to: "group", name: group };
    if (this.#here.has(audience)) this.#notices.gap({ group, ...gap });
  }

  #checkState(): void {
    if (this.#exchange.closed) throw new HubError("the hub is closed");
    const { status } = this;
    if (status === "up") return;
    throw new HubError(
      `expected an engine that leads to other processes, got one that is ${status}`,
    );
  }
}
