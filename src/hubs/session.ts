import type { CloseCause } from "../connection/close.ts";
import { type HubMessage, MessageType } from "../wire/message.ts";
import type { HubProtocol } from "../wire/protocol.ts";
import type { Broadcast } from "./broadcast.ts";
import { ClientResults } from "./client_results.ts";
import type { CheckedHubLimits } from "./limits.ts";
import { type Continuity, isNumbered } from "./continuity.ts";
import { Outbox } from "./outbox.ts";
import { Pulse } from "./pulse.ts";
import type { Transport } from "./transport.ts";

/** How we end a connection. */
export interface SessionEnd {
  /** What made us do it. */
  readonly cause: CloseCause;
  /** What the client is told. */
  readonly error?: string | undefined;
  /** Whether it may connect again by its own policy. */
  readonly allowReconnect: boolean;
  /**
   * The close code.
   *
   * @default {1000}
   */
  readonly code?: number;
}

/** Who a client is: what was known when it connected. */
export interface Identity {
  /** What others may know of the connection. */
  readonly id: string;
  readonly user: unknown;
  /** The name that the user is sent to by. */
  readonly userId: string | undefined;
}

/** One client of a hub, however it is connected: who it is, what goes to it, how it ends. */
export class Session {
  readonly id: string;
  readonly user: unknown;
  readonly userId: string | undefined;
  readonly transport: Transport;
  readonly limits: CheckedHubLimits;
  readonly pulse: Pulse;
  /** The encoding that it has asked for; `undefined` before it has. */
  protocol: HubProtocol | undefined;
  /** What lets it go on after a cut; `undefined` if it has not asked for that. */
  readonly continuity: Continuity | undefined;
  /** The groups that it is in. */
  groups: Set<string> | undefined;
  readonly #outbox: Outbox;
  #results: ClientResults | undefined;
  #items: Map<unknown, unknown> | undefined;
  #abort: AbortController | undefined;
  #state: "open" | "closing" | "ended" = "open";
  #end: SessionEnd | undefined;

  constructor(
    identity: Identity,
    transport: Transport,
    limits: CheckedHubLimits,
    now: number,
    continuity?: Continuity,
  ) {
    this.continuity = continuity;
    this.id = identity.id;
    this.user = identity.user;
    this.userId = identity.userId;
    this.transport = transport;
    this.limits = limits;
    this.pulse = new Pulse(now);
    this.#outbox = new Outbox(transport);
  }

  /** Whether messages can be sent to it. */
  get open(): boolean {
    return this.#state === "open" && this.protocol !== undefined;
  }

  /** Whether it is gone. */
  get gone(): boolean {
    return this.#state === "ended";
  }

  /** Whether a handler has sent it away: nothing more of it begins. */
  get aborted(): boolean {
    return this.#end?.cause === "local";
  }

  /** How we have ended it, if it was us. */
  get end(): SessionEnd | undefined {
    return this.#end;
  }

  /** What users keep with the connection. */
  get items(): Map<unknown, unknown> {
    return this.#items ??= new Map();
  }

  /** The answers that it owes us. */
  get results(): ClientResults {
    if (this.#results === undefined) {
      this.#results = new ClientResults(this.limits.maxClientResults);
    }
    return this.#results;
  }

  /** Aborts when it is gone. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.gone) this.#abort.abort();
    return this.#abort.signal;
  }

  /**
   * Sends a message. One that is gone is sent nothing.
   *
   * @throws {TypeError} If it has values in it that would be lost.
   */
  send(message: HubMessage): void {
    if (!this.open) return;
    this.#add(this.protocol!.encode(message), message.type);
  }

  /** The same for a message that goes to others, too. */
  sendCopy(broadcast: Broadcast): void {
    if (!this.open) return;
    this.#add(broadcast.in(this.protocol!), broadcast.type);
  }

  #add(encoded: string | Uint8Array<ArrayBuffer>, type: HubMessage["type"]): void {
    if (this.continuity !== undefined && isNumbered(type)) this.continuity.keep(encoded);
    this.#outbox.add(encoded);
    this.pulse.sent();
  }

  /** Tells the client what has come from it, if it does not know. */
  acknowledge(): void {
    const sequenceId = this.continuity?.received.acknowledgement();
    if (sequenceId !== undefined) this.send({ type: MessageType.ack, sequenceId });
  }

  /** There is no way to the client for now: what it was sent and may lack is kept elsewhere. */
  suspend(): void {
    this.#outbox.clear();
  }

  /** The client is back: it gets what it may lack, as numbered messages. */
  resume({ sent, received }: Continuity): void {
    this.#outbox.clear();
    received.wait();
    this.send({ type: MessageType.sequence, sequenceId: sent.first });
    for (const encoded of sent) this.#outbox.add(encoded);
    this.#outbox.flush();
  }

  /** Bytes, about, that wait for the client, here and below. */
  get unsent(): number {
    return this.#outbox.size + this.transport.bufferedAmount;
  }

  /** Sends at once what would wait for the end of this turn. */
  flush(): void {
    this.#outbox.flush();
  }

  /** The client has shaken hands: sends our half, and goes on in this encoding. */
  begin(protocol: HubProtocol, handshake: string): void {
    this.transport.send(handshake);
    this.protocol = protocol;
    this.pulse.greeted();
    this.pulse.sent();
  }

  /** The client has not shaken hands as it should: tells it so, and ends the connection. */
  refuse(handshake: string): void {
    if (this.#state !== "open") return;
    this.transport.send(handshake);
    this.close({ cause: "network", allowReconnect: false });
  }

  /** Ends the connection, after what was sent. Only the first time counts. */
  close(end: SessionEnd): void {
    if (this.#state !== "open") return;
    this.#end = end;
    const { error, allowReconnect, code = 1000 } = end;
    this.farewell(error, allowReconnect);
    this.#state = "closing";
    this.transport.close(code);
  }

  /** Tells the client that this is the end, and leaves it to somebody else to end the connection. */
  farewell(error: string | undefined, allowReconnect: boolean): void {
    this.send({
      type: MessageType.close,
      ...error === undefined ? undefined : { error },
      ...allowReconnect ? { allowReconnect } : undefined,
    });
    this.#outbox.flush();
  }

  /** The client is gone. */
  ended(): void {
    this.#state = "ended";
    this.#outbox.clear();
    this.continuity?.end();
    this.#results?.end();
    this.#abort?.abort();
  }
}
