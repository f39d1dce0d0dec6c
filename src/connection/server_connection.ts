import { contain, isPromise, messageOf } from "../base/contain.ts";
import type { Channel } from "../base/channel.ts";
import { Deferred } from "../base/deferred.ts";
import { pathOf } from "../base/path.ts";
import { usageError } from "../base/usage_error.ts";
import {
  broken,
  checkClose,
  type CloseCause,
  type CloseInfo,
  RECEIVE_QUEUE_FULL,
  SEND_QUEUE_FULL,
  TOO_LARGE,
  TOO_OFTEN,
} from "./close.ts";
import type { Connection, ConnectionRequest } from "./connection.ts";
import type { ConnectionInit } from "./connection_init.ts";
import type { ConnectionServer } from "./connection_server.ts";
import {
  ConnectionView,
  type EndListener,
  type InnerEvents,
  SHUTTING_DOWN,
  type Viewed,
} from "./connection_view.ts";
import type { ConnectionChannels, LimitDiagnostics, Told } from "./diagnostics.ts";
import type { WebSocketEvents } from "./events.ts";
import { Flow, type FlowOwner } from "./flow.ts";
import type { Limits } from "./limits.ts";
import { byteLength, checkSendData, exceeds, type Message, type SendData } from "./message.ts";
import type { Meter } from "./meter.ts";
import { pongs } from "./pongs.ts";
import type { Registered } from "./registry.ts";
import type { Socket } from "./socket.ts";
import { watchdogStep } from "./watchdog.ts";

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

/** Milliseconds that the runtime may take from the 101 to the open socket: no network is involved. */
const OPENING = 3_000;

/** Milliseconds after which it is likely that it never will. */
const OPENING_LATE = 500;

/** The causes that are limits of the route. */
const LIMITED = /^(payload-too-large|backpressure|rate-limit)$/;

/** Bytes of messages. */
interface Bytes {
  received: number;
  sent: number;
}

/** What there is to read before the adapter has said more. */
const NO_REQUEST: ConnectionRequest = { url: "", headers: new Headers(), remoteAddress: "" };

/**
 * The life of one socket: open once, messages, close once, whatever the runtime does.
 *
 * The adapter sets `request` and calls `opened`, `received`, `alive`, `lost`, `drain` and
 * `ended`; the registry calls `look`, `shutdown` and `terminate`; the rest is what users see through
 * a `ConnectionView`.
 *
 * It has two ends: the one for users (`onClose`, once), and the moment when the runtime has let go
 * of it, when its place on the server is given back.
 */
export class ServerConnection implements Viewed, Registered, FlowOwner {
  request: ConnectionRequest = NO_REQUEST;
  readonly protocol: string;
  data: unknown;
  readonly #events: WebSocketEvents;
  readonly #limits: Limits;
  readonly #ended: (() => void) | undefined;
  readonly #released: (() => void) | undefined;
  readonly #server: ConnectionServer;
  #socket: Socket | undefined;
  #state: 0 | 1 | 2 | 3 = CONNECTING;
  /** The last of `onOpen` and `onClose` that was called. */
  #told: "nothing" | "open" | "close" = "nothing";
  /** How we mean to end it, and once it is closed: how it ended. */
  #end: CloseInfo | undefined;
  #closed: Deferred<CloseInfo> | undefined;
  #flow: Flow | undefined;
  readonly #meters: readonly Meter[] | undefined;
  /** While `onOpen` runs: settles when it has, and never rejects. */
  #running: Promise<unknown> | undefined;
  #view: ConnectionView | undefined;
  #endListeners: Set<EndListener> | undefined;
  /** Whether the client gave a sign of life since the last look. */
  #alive = false;
  /** Whether its place on the server is still taken. */
  #reserved = true;
  /** For diagnostics: what went over it while somebody listened, and when the socket opened. */
  #bytes: Bytes | undefined;
  #openedAt = 0;

  slot = -1;
  /** Since when we have been waiting: for the open socket, for the client, for its close frame. */
  waitingSince: number;
  /** For the watchdog. */
  pingedAt = 0;

  /** Takes over the place that was reserved for it on `server`. */
  constructor(init: ConnectionInit, server: ConnectionServer) {
    const { protocol, data, events, limits, ended, released } = init;
    this.protocol = protocol;
    this.data = data;
    this.#events = events;
    this.#limits = limits;
    this.#ended = ended;
    this.#released = released;
    this.#server = server;
    const now = this.waitingSince = server.clock.now();
    if (limits.limits.length > 0) this.#meters = limits.limits.map((limit) => limit.meter(now));
    server.registry.add(this);
  }

  /** What users are handed: the same object each time. */
  get view(): Connection {
    return this.#view ??= new ConnectionView(this);
  }

  get endListeners(): Set<EndListener> | undefined {
    return this.#state === CLOSED ? undefined : this.#endListeners ??= new Set();
  }

  get raw(): unknown {
    return this.#socket?.raw;
  }

  get readyState(): 0 | 1 | 2 | 3 {
    return this.#state;
  }

  get bufferedAmount(): number {
    if (this.#state === CLOSED || this.#socket === undefined) return 0;
    return this.#socket.bufferedAmount + (this.#flow?.backlog?.queued ?? 0);
  }

  get maxBackpressure(): number {
    return this.#limits.maxBackpressure;
  }

  get closed(): Promise<CloseInfo> {
    this.#closed ??= new Deferred();
    if (this.#state === CLOSED) this.#closed.resolve(this.#end!);
    return this.#closed.promise;
  }

  send(data: SendData): boolean {
    checkSendData(data);
    const socket = this.#socket;
    if (this.#state !== OPEN || socket === undefined) return false;
    const backlog = this.#flow?.backlog;
    if (backlog === undefined || backlog.size === 0) {
      const result = socket.send(data);
      if (result === "gone") return false;
      if (result !== "sent") {
        this.#openFlow().openBacklog(socket).add(data, result);
        if (this.#server.channels.backpressure.hasSubscribers) {
          this.#tell("backpressure", { bufferedAmount: this.bufferedAmount });
        }
      }
    } else {
      const result = backlog.send(data);
      if (result === "full") this.drop(SEND_QUEUE_FULL);
      if (result !== "sent") return false;
    }
    // Whoever waits the longest may have been ended for it.
    if (this.readyState !== OPEN) return false;
    if (this.#server.channels.sent.hasSubscribers) this.#count("sent", data);
    return true;
  }

  batch(task: () => void): void {
    if (this.#state === OPEN && this.#socket?.batch) this.#socket.batch(task);
    else task();
  }

  drained(): Promise<void> {
    if (this.bufferedAmount === 0) return Promise.resolve();
    return this.#openFlow().drained(this.#socket!);
  }

  async ping(): Promise<number> {
    const { roundTrip } = await import("./round_trips.ts");
    const socket = this.#state === OPEN ? this.#socket : undefined;
    const ping = socket?.ping && ((payload: string) => socket.ping!(payload));
    return roundTrip(this, { closed: this.closed, ping, clock: this.#server.clock });
  }

  close(code = 1000, reason = ""): void {
    this.#close({ ...checkClose(code, reason), wasClean: true, cause: "local" });
  }

  terminate(): void {
    this.lost(this.#unfinished("local"));
    this.#socket?.terminate();
  }

  shutdown(code: 1001 | 1012 = 1001): void {
    const reason = code === 1001 ? "Server shutting down" : "Server restarting";
    if (this.#state === OPEN) (this.#events as InnerEvents)[SHUTTING_DOWN]?.();
    this.#close({ code, reason, wasClean: true, cause: "shutdown" });
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Message, undefined> {
    if (this.#events.onMessage) {
      throw usageError("iterate", "events without onMessage", "onMessage, which gets the messages");
    }
    const flow = this.#openFlow();
    if (flow.openInbox().looped) {
      throw usageError("iterate", "one loop for each connection", "a second one");
    }
    return flow.loop(() => this.#loopLeft());
  }

  /** The runtime has opened the socket. */
  opened(socket: Socket): void {
    if (this.#state === CLOSED) return socket.terminate();
    this.#socket = socket;
    this.#state = OPEN;
    this.#openedAt = this.waitingSince = this.#now();
    this.#tell("open", { protocol: this.protocol });
    queueMicrotask(() => this.#announce());
  }

  /** A whole message came. */
  received(data: Message): void {
    this.alive();
    if (this.#state !== OPEN) return;
    if (this.#server.channels.received.hasSubscribers) {
      this.#count("received", data);
    }
    if (this.#told === "nothing") {
      this.#announce();
      if (this.readyState !== OPEN) return;
    }
    if (exceeds(data, this.#limits.maxPayloadLength)) return this.#close(TOO_LARGE);
    if (this.#meters && !this.#takes(this.#meters, data)) return;
    const events = this.#events;
    if (events.onMessage === undefined) return this.#enqueue(data);
    // Written out, as a closure for each message would cost.
    try {
      const result = events.onMessage({ type: "message", data }, this.view);
      if (isPromise(result)) result.then(undefined, (error) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The client gave a sign of life: a message, a pong, a ping, or the runtime says so. */
  alive(): void {
    this.#alive = true;
  }

  /** A pong came. */
  ponged(payload: string): void {
    this.alive();
    pongs.get(this)?.(payload);
  }

  /** The runtime has got rid of some of what was sent. */
  drain(): void {
    this.#flow?.backlog?.drain(true);
  }

  /** The runtime has let go of the connection. What we had decided before has precedence. */
  ended(info: CloseInfo): void {
    const end = this.#end;
    this.lost(end ? { ...end, wasClean: end.wasClean && info.wasClean } : info);
    this.#release();
  }

  /** There is no connection after all: the upgrade was refused, and nobody was told of it. */
  refused(): void {
    this.#state = CLOSED;
    this.#end = broken("network");
    this.#server.registry.delete(this);
    this.#ended?.();
    this.#release();
  }

  /** The connection has ended for users, once, whatever the runtime still holds of it. */
  lost(info: CloseInfo): void {
    if (this.#state === CLOSED) return;
    this.#state = CLOSED;
    this.#end = info;
    this.#server.registry.delete(this);
    this.#flow?.end(this.#running !== undefined);
    this.#closed?.resolve(info);
    if (LIMITED.test(info.cause)) {
      this.#tell("limit", { limit: info.cause as LimitDiagnostics["limit"] });
      this.#server.limited(info, this.#limits, this.view);
    }
    for (const listener of this.#endListeners ?? []) listener.connectionEnded(this.view);
    this.#endListeners = undefined;
    if (this.#socket === undefined) {
      // There is nothing that the runtime could let go of.
      this.#server.failedToOpen(true);
      this.#ended?.();
      return this.#release();
    }
    const duration = this.#now() - this.#openedAt;
    this.#tell("close", { received: 0, sent: 0, ...this.#bytes, ...info, duration });
    queueMicrotask(() => {
      this.#announce();
      this.#told = "close";
      let done: unknown;
      const { code, reason, wasClean, cause } = info;
      const event = { type: "close", code, reason, wasClean, cause } as const;
      contain(
        () => done = this.#events.onClose?.(event, this.view),
        (error) => this.#fail(error, "onClose"),
      );
      if (this.#ended) Promise.allSettled([done, this.#running]).then(this.#ended);
    });
  }

  look(now: number): void {
    const { idleTimeout, closeTimeout } = this.#limits;
    const socket = this.#socket;
    if (this.#state !== OPEN || socket === undefined) {
      const opening = this.#state === CONNECTING;
      const waited = now - this.waitingSince;
      if (opening && waited >= OPENING_LATE) this.#server.failedToOpen(false);
      if (waited < (opening ? OPENING : closeTimeout)) return;
      this.lost(this.#unfinished("network"));
      return socket?.terminate();
    }
    const stuck = this.#flow?.stuck(now);
    if (stuck) return this.drop(stuck);
    if (idleTimeout === 0) return;
    socket.checkLiveness?.();
    const alive = this.#alive || this.#flow?.movedSince(this.waitingSince) === true;
    this.#alive = false;
    if (this.readyState === CLOSED) return;
    const step = watchdogStep(this, alive, now, idleTimeout);
    if (step === "ping" && socket.ping) {
      socket.ping();
      this.#tell("ping", {});
    }
    if (step === "drop") {
      this.lost(broken("idle-timeout"));
      if (socket.bufferedAmount > 0) socket.terminate();
      else socket.close(1001, "Idle timeout");
    }
  }

  wentOut(): void {
    if (this.#state === CLOSING) this.waitingSince = this.#now();
  }

  drop(info: CloseInfo): void {
    const socket = this.#socket;
    this.lost(this.#end ? { ...this.#end, wasClean: false } : info);
    // Whoever does not read will not read this, but may go.
    if (this.#server.abilities.terminate === "cut") socket?.terminate();
    else socket?.close(info.code, info.reason);
  }

  #count(direction: keyof Bytes, data: SendData): void {
    const size = byteLength(data);
    this.#bytes ??= { received: 0, sent: 0 };
    this.#bytes[direction] += size;
    this.#tell(direction, { size });
  }

  /** Tells whoever listens what has happened. */
  #tell<Key extends keyof ConnectionChannels>(key: Key, what: Told<Key>): void {
    const channel: Channel<unknown> = this.#server.channels[key];
    if (!channel.hasSubscribers) return;
    const { url, remoteAddress } = this.request;
    channel.publish({ connectionId: this.view.id, path: pathOf(url), remoteAddress, ...what });
  }

  #now(): number {
    return this.#server.clock.now();
  }

  #announce(): void {
    if (this.#told !== "nothing") return;
    this.#told = "open";
    this.#call(() => {
      const result = this.#events.onOpen?.({ type: "open" }, this.view);
      if (!isPromise(result)) return;
      const settled = () => this.#running = undefined;
      this.#running = Promise.resolve(result).catch((error) => this.#fail(error)).then(settled);
    });
    if (this.#end && this.#state === OPEN) this.#startClosing(this.#end);
  }

  /** Whether the limits of the route let a message through; if not, the connection ends. */
  #takes(meters: readonly Meter[], message: Message): boolean {
    try {
      const taken = meters.every((meter) => meter.takes(message, this.#now()));
      if (!taken) this.#close(TOO_OFTEN);
      return taken;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  #enqueue(message: Message): void {
    const flow = this.#openFlow();
    if (!flow.enqueue(message, this.#socket!)) return;
    if (!flow.openInbox().looped) {
      this.#server.report(
        new Error(
          "Messages wait unread: expected onMessage in the events, or a loop over the connection",
        ),
        this.view,
      );
    }
    if (!this.#server.abilities.pause) this.#close(RECEIVE_QUEUE_FULL);
  }

  /**
   * A loop that is left ends the connection. If it was left by a throw, that gets here first and to
   * the promise of `onOpen` next, or later if there is a `finally` that waits: that is 1011.
   */
  #loopLeft(): void {
    const close = () => this.close();
    if (this.#running === undefined) return void this.#server.clock.after(0, close);
    const stop = this.#server.clock.after(this.#limits.closeTimeout, close);
    this.#running.then(() => {
      stop();
      close();
    });
  }

  #openFlow(): Flow {
    if (this.#flow === undefined) {
      this.#flow = new Flow(this.#limits, this.#server, this);
      if (this.#state === CLOSED) this.#flow.end(true);
    }
    return this.#flow;
  }

  #close(info: CloseInfo): void {
    if (this.#end || this.#state >= CLOSING) return;
    this.#end = info;
    if (this.#told !== "nothing") this.#startClosing(info);
  }

  #startClosing(info: CloseInfo): void {
    this.#state = CLOSING;
    this.waitingSince = this.#now();
    // Nobody hears of a connection before it has a socket.
    const socket = this.#socket!;
    // A close frame behind a backlog would be cut off on Bun, and hide on Deno how much still waits.
    if (this.bufferedAmount > 0) this.#openFlow().openBacklog(socket).close(info);
    else socket.close(info.code, info.reason);
  }

  /** What a connection comes to that is cut off: the close that we had begun, or none. */
  #unfinished(cause: CloseCause): CloseInfo {
    return this.#end ? { ...this.#end, wasClean: false } : broken(cause);
  }

  #release(): void {
    if (!this.#reserved) return;
    this.#reserved = false;
    this.#flow?.release();
    this.#server.release();
    this.#released?.();
  }

  #call(handler: () => unknown): void {
    contain(handler, (error) => this.#fail(error));
  }

  /** A handler failed: tells `onError` and the server's reporter, and ends this connection. */
  #fail(error: unknown, handler?: "onClose"): void {
    const report = (fault: unknown) => this.#server.report(fault, this.view);
    report(error);
    // `onClose` is the last that a connection hears.
    if (this.#told === "close" && handler !== "onClose") return;
    contain(
      () => this.#events.onError?.({ type: "error", error, message: messageOf(error) }, this.view),
      report,
    );
    this.#close({ code: 1011, reason: "", wasClean: true, cause: "handler-error" });
  }
}
