import { contain, isPromise, messageOf } from "../base/contain.ts";
import { Deferred } from "../base/deferred.ts";
import { usageError } from "../base/usage_error.ts";
import {
  broken,
  checkClose,
  type CloseCause,
  type CloseInfo,
  RECEIVE_QUEUE_FULL,
  SEND_QUEUE_FULL,
  TOO_LARGE,
} from "./close.ts";
import type { Connection, ConnectionRequest } from "./connection.ts";
import type { ConnectionInit } from "./connection_init.ts";
import { ConnectionView, type EndListener, type Viewed } from "./connection_view.ts";
import type { Reporter, WebSocketEvents } from "./events.ts";
import { Inbox } from "./inbox.ts";
import type { Limits } from "./limits.ts";
import { checkSendData, exceeds, type Message, type SendData } from "./message.ts";
import type { Registered, Registry } from "./registry.ts";
import type { Abilities, Socket } from "./socket.ts";
import { watchdogStep } from "./watchdog.ts";

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

/** Milliseconds that the runtime may take from the 101 to the open socket. */
const OPENING = 10_000;

/** The smaller part of a server that its connections need. */
export interface ConnectionServer {
  readonly registry: Registry;
  readonly abilities: Abilities;
  readonly report: Reporter;
  /** Gives back what was reserved for one connection. */
  release(): void;
}

/** What there is to read before the adapter has said more. */
const NO_REQUEST: ConnectionRequest = { url: "", headers: new Headers(), remoteAddress: "" };

/**
 * The life of one socket: open once, messages, close once, whatever the runtime does.
 *
 * The adapter sets `request` and calls `opened`, `received`, `alive`, `lost`, `drainedNow` and
 * `ended`; the registry calls `look`, `shutdown` and `terminate`; the rest is what users see through
 * a `ConnectionView`.
 *
 * It has two ends: the one for users (`onClose`, once), and the moment when the runtime has let go
 * of it, when its place on the server is given back.
 */
export class ServerConnection implements Viewed, Registered {
  request: ConnectionRequest = NO_REQUEST;
  readonly protocol: string;
  data: unknown;
  readonly #events: WebSocketEvents;
  readonly #limits: Limits;
  readonly #server: ConnectionServer;
  #id: string | undefined;
  #socket: Socket | undefined;
  #state: 0 | 1 | 2 | 3 = CONNECTING;
  /** Whether `onOpen` was called. */
  #announced = false;
  /** How we mean to end it, and once it is closed: how it ended. */
  #end: CloseInfo | undefined;
  #closed: Deferred<CloseInfo> | undefined;
  #drained: Deferred<void> | undefined;
  #inbox: Inbox | undefined;
  #view: ConnectionView | undefined;
  #endListeners: Set<EndListener> | undefined;
  /** Whether the client gave a sign of life since the last look. */
  #alive = false;
  /** Whether its place on the server is still taken. */
  #reserved = true;

  slot = -1;
  /** Since when we have been waiting: for the open socket, for the client, for its close frame. */
  waitingSince: number;
  /** For the watchdog. */
  pingedAt = 0;

  /** Takes over the place that was reserved for it on `server`. */
  constructor({ protocol, data, events, limits }: ConnectionInit, server: ConnectionServer) {
    this.protocol = protocol;
    this.data = data;
    this.#events = events;
    this.#limits = limits;
    this.#server = server;
    this.waitingSince = server.registry.clock.now();
    server.registry.add(this);
  }

  /** What users are handed: the same object each time. */
  get view(): Connection {
    return this.#view ??= new ConnectionView(this);
  }

  get endListeners(): Set<EndListener> | undefined {
    return this.#state === CLOSED ? undefined : this.#endListeners ??= new Set();
  }

  get id(): string {
    return this.#id ??= crypto.randomUUID();
  }

  get url(): URL {
    return new URL(this.request.url);
  }

  get binaryType(): "arraybuffer" {
    return "arraybuffer";
  }

  get raw(): unknown {
    return this.#socket?.raw;
  }

  get readyState(): 0 | 1 | 2 | 3 {
    return this.#state;
  }

  get bufferedAmount(): number {
    return this.#state === CLOSED ? 0 : this.#socket?.bufferedAmount ?? 0;
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
    const result = socket.send(data, this.#limits.maxBackpressure);
    if (result !== "full") return result === "sent";
    this.lost(SEND_QUEUE_FULL);
    socket.close(SEND_QUEUE_FULL.code, SEND_QUEUE_FULL.reason);
    return false;
  }

  drained(): Promise<void> {
    if (this.bufferedAmount === 0) return Promise.resolve();
    this.#drained ??= new Deferred();
    this.#socket?.awaitDrain?.(() => this.drainedNow());
    return this.#drained.promise;
  }

  close(code = 1000, reason = ""): void {
    this.#close({ ...checkClose(code, reason), wasClean: true, cause: "local" });
  }

  terminate(): void {
    this.lost(this.#unfinished("local"));
    this.#socket?.terminate();
  }

  shutdown(): void {
    this.#close({ code: 1001, reason: "Server shutting down", wasClean: true, cause: "shutdown" });
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Message, undefined> {
    if (this.#events.onMessage) {
      throw usageError("iterate", "events without onMessage", "onMessage, which gets the messages");
    }
    const inbox = this.#openInbox();
    if (inbox.looped) throw usageError("iterate", "one loop for each connection", "a second one");
    inbox.looped = true;
    return inbox.loop(
      () => {
        if (!inbox.paused || !inbox.hasRoom) return;
        inbox.paused = false;
        if (this.#state === OPEN) this.#socket?.resume?.();
      },
      // A throw in the loop gets here first and to `onOpen`'s promise next: that is 1011.
      () => setTimeout(() => this.close()),
    );
  }

  /** The runtime has opened the socket. */
  opened(socket: Socket): void {
    if (this.#state === CLOSED) return socket.terminate();
    this.#socket = socket;
    this.#state = OPEN;
    this.waitingSince = this.#server.registry.clock.now();
    queueMicrotask(() => this.#announce());
  }

  /** A whole message came. */
  received(data: Message): void {
    this.alive();
    if (this.#state !== OPEN) return;
    if (!this.#announced) this.#announce();
    if (exceeds(data, this.#limits.maxPayloadLength)) return this.#close(TOO_LARGE);
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

  /** The runtime may have got rid of what was sent. */
  drainedNow(): void {
    if (this.#drained === undefined || this.bufferedAmount > 0) return;
    this.#drained.resolve();
    this.#drained = undefined;
  }

  /** The runtime has let go of the connection. What we had decided before has precedence. */
  ended(info: CloseInfo): void {
    this.lost(this.#end ?? info);
    this.#release();
  }

  /** The connection has ended for users, once, whatever the runtime still holds of it. */
  lost(info: CloseInfo): void {
    if (this.#state === CLOSED) return;
    this.#state = CLOSED;
    this.#end = info;
    this.#server.registry.delete(this);
    this.#inbox?.end();
    this.#drained?.resolve();
    this.#closed?.resolve(info);
    for (const listener of this.#endListeners ?? []) listener.connectionEnded(this.view);
    this.#endListeners = undefined;
    // Without a socket there is nothing that the runtime could let go of.
    if (this.#socket === undefined) return this.#release();
    queueMicrotask(() => {
      this.#announce();
      this.#call(() => this.#events.onClose?.({ type: "close", ...info }, this.view));
    });
  }

  look(now: number): void {
    const { idleTimeout, closeTimeout } = this.#limits;
    const socket = this.#socket;
    if (this.#state !== OPEN || socket === undefined) {
      const patience = this.#state === CONNECTING ? OPENING : closeTimeout;
      if (now - this.waitingSince < patience) return;
      this.lost(this.#unfinished("network"));
      return socket?.terminate();
    }
    if (idleTimeout === 0) return;
    socket.checkLiveness?.();
    // While we have stopped reading, the silence is ours.
    const alive = this.#alive || this.#inbox?.paused === true;
    this.#alive = false;
    if (this.readyState === CLOSED) return;
    const step = watchdogStep(this, alive, now, idleTimeout);
    if (step === "ping") socket.ping?.();
    if (step === "drop") {
      this.lost(broken("idle-timeout"));
      if (socket.bufferedAmount > 0) socket.terminate();
      else socket.close(1001, "Idle timeout");
    }
  }

  #announce(): void {
    if (this.#announced) return;
    this.#announced = true;
    this.#call(() => this.#events.onOpen?.({ type: "open" }, this.view));
    if (this.#end && this.#state === OPEN) this.#startClosing(this.#end);
  }

  #enqueue(message: Message): void {
    const inbox = this.#openInbox();
    inbox.push(message);
    if (!inbox.full || inbox.paused) return;
    if (!inbox.looped) {
      this.#server.report(
        new Error(
          "Messages wait unread: expected onMessage in the events, or a loop over the connection",
        ),
        this.view,
      );
    }
    if (!this.#server.abilities.pause) return this.#close(RECEIVE_QUEUE_FULL);
    inbox.paused = true;
    this.#socket?.pause?.();
  }

  #openInbox(): Inbox {
    if (this.#inbox === undefined) {
      this.#inbox = new Inbox(this.#limits.maxQueue);
      if (this.#state === CLOSED) this.#inbox.end();
    }
    return this.#inbox;
  }

  #close(info: CloseInfo): void {
    if (this.#end || this.#state >= CLOSING) return;
    this.#end = info;
    if (this.#announced) this.#startClosing(info);
  }

  #startClosing({ code, reason }: CloseInfo): void {
    this.#state = CLOSING;
    this.waitingSince = this.#server.registry.clock.now();
    this.#socket?.close(code, reason);
  }

  /** What a connection comes to that is cut off: the close that we had begun, or none. */
  #unfinished(cause: CloseCause): CloseInfo {
    return this.#end ? { ...this.#end, wasClean: false } : broken(cause);
  }

  #release(): void {
    if (!this.#reserved) return;
    this.#reserved = false;
    this.#server.release();
  }

  #call(handler: () => unknown): void {
    contain(handler, (error) => this.#fail(error));
  }

  /** A handler failed: tells `onError` and the server's reporter, and ends this connection. */
  #fail(error: unknown): void {
    const report = (fault: unknown) => this.#server.report(fault, this.view);
    report(error);
    contain(
      () => this.#events.onError?.({ type: "error", error, message: messageOf(error) }, this.view),
      report,
    );
    this.#close({ code: 1011, reason: "", wasClean: true, cause: "handler-error" });
  }
}
