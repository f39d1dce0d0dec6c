import { Deferred } from "../base/deferred.ts";
import { pathOf } from "../base/path.ts";
import {
  type CloseCause,
  type CloseInfo,
  SEND_QUEUE_FULL,
  TOO_OFTEN,
} from "../connection/close.ts";
import type { ConnectionRequest } from "../connection/connection.ts";
import type { ConnectionDiagnostics } from "../connection/diagnostics.ts";
import type { Limits } from "../connection/limits.ts";
import type { Meter } from "../connection/meter.ts";
import type { Registered } from "../connection/registry.ts";
import { type Arrival, arrive, leave } from "./arrival.ts";
import { Delivery } from "./delivery.ts";
import type { Reception } from "./reception.ts";
import type { HubTransport, Transport } from "./transport.ts";

/** What a client begins with that is connected by requests. */
export interface RequestClientInit {
  readonly arrival: Arrival;
  /** The name of the user that it belongs to. */
  readonly userId: string | undefined;
  /** The first request, as it was. */
  readonly request: ConnectionRequest;
  readonly limits: Pick<
    Limits,
    "maxBackpressure" | "backpressureTimeout" | "closeTimeout" | "limits"
  >;
  /** Called when nothing is left of it: requests for it find nobody any more. */
  readonly forgotten: () => void;
}

/** Milliseconds after which a body of which nothing comes any more is taken for half of one. */
const SILENT = 30_000;

/** Requests of one client that may wait until what it sent before was read. Clients send one by one. */
const MOST_WAITING = 100;

/**
 * The status that answers what a client has sent: 404 if it is gone, 408 if the rest does not come, 429
 * if too much waits.
 */
export type Taken = 200 | 400 | 404 | 408 | 429;

const encoder = new TextEncoder();

/** One client of a hub that is connected by requests: what all ways of that have in common. */
export abstract class RequestClient implements Transport, Registered {
  abstract readonly name: HubTransport;
  abstract readonly binary: boolean;
  abstract readonly pings: boolean;
  slot = -1;
  readonly request: ConnectionRequest;
  /** What waits for the client. */
  protected readonly delivery: Delivery;
  readonly #init: RequestClientInit;
  /** What counts what it sends. */
  readonly #meters: readonly Meter[];
  #reception: Reception | undefined;
  /** The last request that brings something; each waits for the one before it. */
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  /** The body that is being read. */
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  /** Since when nothing of it has come; `undefined` if it is over by now. */
  #silentSince: number | undefined;
  #endedAt: number | undefined;

  constructor(init: RequestClientInit) {
    const { arrival: { server }, limits, request } = init;
    this.#init = init;
    this.request = request;
    this.delivery = new Delivery(server, limits, () => this.#drop(SEND_QUEUE_FULL));
    this.#meters = limits.limits.map((limit) => limit.meter(server.clock.now()));
  }

  /** The client is connected from now on. */
  open(): void {
    const { arrival, userId } = this.#init;
    arrival.server.registry.add(this);
    this.#reception = arrive(arrival, this, userId);
  }

  /** Whether it is gone for users. */
  get ended(): boolean {
    return this.#endedAt !== undefined;
  }

  /** The name of the user that it belongs to. */
  get userId(): string | undefined {
    return this.#init.userId;
  }

  get diagnostics(): ConnectionDiagnostics {
    const { remoteAddress, url } = this.request;
    const { ticket } = this.#init.arrival;
    return { connectionId: ticket?.id ?? "", path: pathOf(url), remoteAddress };
  }

  now(): number {
    return this.#init.arrival.server.clock.now();
  }

  get bufferedAmount(): number {
    return this.delivery.size;
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    this.delivery.add(typeof data === "string" ? encoder.encode(data) : data);
  }

  batch(task: () => void): void {
    task();
  }

  drained(): Promise<void> {
    return this.delivery.drained();
  }

  close(): void {
    this.delivery.end();
    // Whoever closes is in the middle of something.
    queueMicrotask(() => this.end("local"));
  }

  report(error: unknown): void {
    this.#init.arrival.server.report(error, undefined);
  }

  limited(cause: CloseCause, message: string): void {
    this.#note("closed", cause, message);
  }

  refused(message: string): void {
    this.#note("call", "arguments", message);
  }

  /** Takes the body of a request as what the client sends, after those of the requests before it. */
  async take(body: ReadableStream<Uint8Array> | null): Promise<Taken> {
    if (this.#waiting >= MOST_WAITING) return 429;
    this.#waiting++;
    const before = this.#last;
    const done = new Deferred<void>();
    this.#last = done.promise;
    try {
      await before;
      return await this.#read(body);
    } finally {
      this.#waiting--;
      done.resolve();
    }
  }

  /** Looks whether anything is due. Ways to connect that have more to look at do so in `due`. */
  look(now: number): void {
    if (this.#endedAt === undefined) {
      // Not all runtimes end requests that are silent.
      const since = this.#silentSince;
      if (since !== undefined && now - since >= SILENT) this.#giveUp();
      if (this.delivery.stuck(now)) this.#drop(SEND_QUEUE_FULL);
      else this.due(now);
    } else if (now - this.#endedAt >= this.#init.limits.closeTimeout) this.forget();
  }

  shutdown(): void {
    this.#reception?.session.close({ cause: "shutdown", allowReconnect: true });
  }

  terminate(): void {
    this.forget();
  }

  /** Looks whether anything is due for a client that is there. */
  protected abstract due(now: number): void;

  /** Ends what is under way for the client. */
  protected abstract cut(): void;

  /** The client is gone for users, who hear of it at once; what waits for it can still be taken. */
  protected end(cause: CloseCause): void {
    if (this.#endedAt !== undefined || this.#reception === undefined) return;
    const { arrival } = this.#init;
    this.#endedAt = this.now();
    this.delivery.end();
    this.#reader?.cancel().catch(() => {});
    leave(arrival, this.#reception, cause);
  }

  /** Nothing is left of it. */
  protected forget(cause: CloseCause = "network"): void {
    if (this.slot < 0) return;
    const { arrival: { server }, forgotten } = this.#init;
    this.end(cause);
    this.delivery.clear();
    this.cut();
    server.registry.delete(this);
    forgotten();
  }

  async #read(body: ReadableStream<Uint8Array> | null): Promise<Taken> {
    if (this.ended) return 404;
    if (body === null) return 200;
    const reader = this.#reader = body.getReader();
    for (let begun = false;; begun = true) {
      this.#silentSince = this.now();
      const read = await reader.read().catch(() => undefined);
      if (this.#silentSince === undefined) {
        if (begun) this.forget("idle-timeout");
        return 408;
      }
      this.#silentSince = undefined;
      // What it has sent may have been its goodbye.
      if (this.ended) return begun ? 200 : 404;
      if (read === undefined) {
        // Half of a message may have come: what follows makes no sense.
        if (begun) this.forget();
        return 400;
      }
      if (read.done) return 200;
      if (this.#mayTake(read.value)) this.#reception?.receive(read.value);
      else this.#drop(TOO_OFTEN);
    }
  }

  /** The rest of a body does not come. */
  #giveUp(): void {
    this.#silentSince = undefined;
    this.#reader?.cancel().catch(() => {});
  }

  #mayTake(piece: Uint8Array): boolean {
    if (this.#meters.length === 0) return true;
    const { buffer } = piece.slice();
    const now = this.now();
    return this.#meters.every((meter) => meter.takes(buffer, now));
  }

  /** It does not take what we send, or sends more than it may. */
  #drop({ cause, reason }: CloseInfo): void {
    this.delivery.clear();
    this.limited(cause, reason);
    this.#reception?.session.close({ cause, allowReconnect: true });
  }

  #note(kind: "closed" | "call", cause: string, message: string): void {
    const { remoteAddress } = this.request;
    this.#init.arrival.server.note({ kind, cause, message, remoteAddress });
  }
}
