import type { Agreement } from "./connection_init.ts";
import {
  broken,
  checkClose,
  type CloseCause,
  type CloseInfo,
  NOT_READ,
  OVERRUN,
  TOO_LARGE,
} from "./close.ts";
import type { Connection, ConnectionRequest, Reporter, WebSocketEvents } from "./connection.ts";
import { contained, isPromise, messageOf } from "../base/contain.ts";
import { Deferred } from "../base/deferred.ts";
import { Inbox } from "./inbox.ts";
import { exceeds, type Limits } from "./limits.ts";
import { mismatch } from "../base/usage_error.ts";
import type { Registered, Registry } from "./registry.ts";
import { checkSendData } from "./message.ts";
import type { Message, SendData, Socket } from "./socket.ts";
import { watchdogStep } from "./watchdog.ts";

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

/** Milliseconds that the runtime may take from the 101 to the open socket. */
const OPENING = 10_000;

/** What a connection needs of its server. */
export interface ConnectionHost {
  readonly registry: Registry;
  readonly report: Reporter;
}

/**
 * The life of one socket: open once, messages, close once, whatever the runtime does.
 *
 * The adapter calls `opened`, `received`, `drainedNow` and `ended`; the registry calls `sweep`,
 * `shutdown` and `terminate`; the rest is for users.
 */
export class ServerConnection implements Connection, Registered {
  readonly request: ConnectionRequest;
  readonly protocol: string;
  data: unknown;
  readonly #events: WebSocketEvents;
  readonly #limits: Limits;
  readonly #host: ConnectionHost;
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

  slot = -1;
  /** Whether anything came from the client since the last sweep. */
  heard = false;
  /** Since when we have been waiting: for the open socket, for the client, for its close frame. */
  since: number;
  /** For the watchdog. */
  pingedAt = 0;

  constructor(request: ConnectionRequest, agreed: Agreement, host: ConnectionHost) {
    this.request = request;
    this.protocol = agreed.protocol;
    this.data = agreed.data;
    this.#events = agreed.events;
    this.#limits = agreed.limits;
    this.#host = host;
    this.since = host.registry.clock.now();
    host.registry.add(this);
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
    if (socket.send(data, this.#limits.maxBackpressure)) return true;
    this.#drop(NOT_READ);
    socket.close(NOT_READ.code, NOT_READ.reason);
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
    this.#drop(this.#unfinished("local"));
    this.#socket?.terminate();
  }

  shutdown(): void {
    this.#close({ code: 1001, reason: "Server shutting down", wasClean: true, cause: "shutdown" });
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Message, undefined> {
    if (this.#events.onMessage) {
      throw mismatch("iterate", "events without onMessage", "onMessage, which gets the messages");
    }
    const inbox = this.#openInbox();
    if (inbox.looped) throw mismatch("iterate", "one loop for each connection", "a second one");
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
    this.since = this.#host.registry.clock.now();
    queueMicrotask(() => this.#announce());
  }

  /** A whole message came. */
  received(data: Message): void {
    this.heard = true;
    if (this.#state !== OPEN) return;
    if (!this.#announced) this.#announce();
    if (exceeds(data, this.#limits.maxPayloadLength)) return this.#close(TOO_LARGE);
    const events = this.#events;
    if (events.onMessage === undefined) return this.#enqueue(data);
    // Written out, as a closure for each message would cost.
    try {
      const result = events.onMessage({ type: "message", data }, this);
      if (isPromise(result)) this.#call(() => result);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The runtime may have got rid of what was sent. */
  drainedNow(): void {
    if (this.#drained === undefined || this.bufferedAmount > 0) return;
    this.#drained.resolve();
    this.#drained = undefined;
  }

  /** The runtime says that the connection has ended. What we had decided before has precedence. */
  ended(info: CloseInfo): void {
    this.#drop(this.#end ?? info);
  }

  sweep(now: number): void {
    const { idleTimeout, closeTimeout } = this.#limits;
    const socket = this.#socket;
    if (this.#state !== OPEN || socket === undefined) {
      if (now - this.since < (this.#state === CONNECTING ? OPENING : closeTimeout)) return;
      this.#drop(this.#unfinished("network"));
      return socket?.terminate();
    }
    if (idleTimeout === 0) return;
    const pulse = socket.pulse?.();
    // While we have stopped reading, the silence is ours.
    const heard = this.heard || this.#inbox?.paused || pulse === "alive";
    this.heard = false;
    const step = pulse === "lost" ? "drop" : watchdogStep(this, heard === true, now, idleTimeout);
    if (step === "ping") socket.ping?.();
    if (step === "drop") {
      this.#drop(broken("idle-timeout"));
      if (socket.bufferedAmount > 0) socket.terminate();
      else socket.close(1001, "Idle timeout");
    }
  }

  #announce(): void {
    if (this.#announced) return;
    this.#announced = true;
    this.#call(() => this.#events.onOpen?.({ type: "open" }, this));
    if (this.#end && this.#state === OPEN) this.#startClosing(this.#end);
  }

  #enqueue(message: Message): void {
    const inbox = this.#openInbox();
    inbox.push(message);
    if (!inbox.full || inbox.paused) return;
    if (!inbox.looped) {
      this.#host.report(
        new Error(
          "Messages wait unread: expected onMessage in the events, or a loop over the connection",
        ),
        this,
      );
    }
    if (this.#socket?.pause === undefined) return this.#close(OVERRUN);
    inbox.paused = true;
    this.#socket.pause();
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
    this.since = this.#host.registry.clock.now();
    this.#socket?.close(code, reason);
  }

  /** What a connection comes to that is cut off: the close that we had begun, or none. */
  #unfinished(cause: CloseCause): CloseInfo {
    return this.#end ? { ...this.#end, wasClean: false } : broken(cause);
  }

  /** The end, once: whatever the socket still does is no longer reported. */
  #drop(info: CloseInfo): void {
    if (this.#state === CLOSED) return;
    this.#state = CLOSED;
    this.#end = info;
    this.#host.registry.delete(this);
    this.#inbox?.end();
    this.#drained?.resolve();
    this.#closed?.resolve(info);
    if (this.#socket === undefined) return;
    queueMicrotask(() => {
      this.#announce();
      this.#call(() => this.#events.onClose?.({ type: "close", ...info }, this));
    });
  }

  #call(handler: () => unknown): void {
    contained(handler, (error) => this.#fail(error));
  }

  /** A handler failed: tells `onError` and the server's reporter, and ends this connection. */
  #fail(error: unknown): void {
    const report = (fault: unknown) => this.#host.report(fault, this);
    report(error);
    contained(
      () => this.#events.onError?.({ type: "error", error, message: messageOf(error) }, this),
      report,
    );
    this.#close({ code: 1011, reason: "", wasClean: true, cause: "handler-error" });
  }
}
