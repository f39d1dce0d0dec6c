import {
  broken,
  checkCloseCode,
  type CloseInfo,
  NOT_READ,
  OVERRUN,
  TOO_LARGE,
  truncateReason,
} from "./close.ts";
import type { Connection, ConnectionRequest, Reporter, WebSocketEvents } from "./connection.ts";
import { Deferred } from "./deferred.ts";
import { Inbox } from "./inbox.ts";
import { exceeds, type Limits } from "./limits.ts";
import type { Registered, Registry } from "./registry.ts";
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

/** What was agreed on in the opening handshake. */
export interface Agreement {
  readonly events: WebSocketEvents;
  readonly protocol: string;
  readonly limits: Limits;
  readonly data: unknown;
}

/**
 * The life of one socket: open once, messages, close once, whatever the runtime does.
 *
 * The adapter calls `opened`, `received`, `drainedNow` and `ended`; the registry calls `sweep`,
 * `shutdown` and `terminate`; the rest is for users.
 */
export class ServerConnection implements Connection, Registered {
  readonly request: ConnectionRequest;
  readonly #agreed: Agreement;
  readonly #host: ConnectionHost;
  #id: string | undefined;
  #socket: Socket | undefined;
  #state: 0 | 1 | 2 | 3 = CONNECTING;
  #announced = false;
  /** How the closing handshake was started by us. */
  #closing: CloseInfo | undefined;
  /** When the current wait for the runtime or the client is over. */
  #deadline: number;
  #info: CloseInfo | undefined;
  #closed: Deferred<CloseInfo> | undefined;
  #drained: Deferred<void> | undefined;
  #inbox: Inbox | undefined;
  #iterated = false;
  #paused = false;

  data: unknown;
  readonly binaryType = "arraybuffer";
  /** Whether anything came from the client since the last sweep. */
  heard = false;
  /** For the watchdog. */
  since = 0;
  /** For the watchdog. */
  pingedAt = 0;

  constructor(
    request: ConnectionRequest,
    agreed: Agreement,
    host: ConnectionHost,
  ) {
    this.request = request;
    this.#agreed = agreed;
    this.#host = host;
    this.data = agreed.data;
    this.#deadline = host.registry.clock.now() + OPENING;
    host.registry.add(this);
  }

  get id(): string {
    return this.#id ??= crypto.randomUUID();
  }

  get url(): URL {
    return new URL(this.request.url);
  }

  get protocol(): string {
    return this.#agreed.protocol;
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
    if (this.#closed === undefined) {
      this.#closed = new Deferred();
      if (this.#info) this.#closed.resolve(this.#info);
    }
    return this.#closed.promise;
  }

  send(data: SendData): boolean {
    if (typeof data !== "string" && !isBytes(data)) {
      throw new TypeError(
        `Cannot send: expected a string, an ArrayBuffer or a view of one, got ${nameOf(data)}`,
      );
    }
    const socket = this.#socket;
    if (this.#state !== OPEN || socket === undefined) return false;
    if (!socket.send(data, this.#agreed.limits.maxBackpressure)) {
      this.#drop(NOT_READ);
      socket.close(NOT_READ.code, NOT_READ.reason);
      return false;
    }
    return true;
  }

  drained(): Promise<void> {
    if (this.bufferedAmount === 0) return Promise.resolve();
    this.#drained ??= new Deferred();
    this.#socket?.awaitDrain?.(() => this.drainedNow());
    return this.#drained.promise;
  }

  close(code = 1000, reason = ""): void {
    if (typeof reason !== "string") {
      throw new TypeError(
        `Cannot close: reason must be a string, got ${typeof reason}`,
      );
    }
    this.#close({
      code: checkCloseCode(code),
      reason: truncateReason(reason),
      wasClean: true,
      cause: "local",
    });
  }

  terminate(): void {
    this.#drop(this.#closing ? { ...this.#closing, wasClean: false } : broken("local"));
    this.#socket?.terminate();
  }

  shutdown(): void {
    this.#close({ code: 1001, reason: "Server shutting down", wasClean: true, cause: "shutdown" });
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Message, undefined> {
    if (this.#agreed.events.onMessage) {
      throw new TypeError(
        "Cannot iterate: expected events without onMessage, which gets the messages",
      );
    }
    if (this.#iterated) {
      throw new TypeError(
        "Cannot iterate: expected one loop for each connection, got a second one",
      );
    }
    this.#iterated = true;
    const inbox = this.#openInbox();
    return {
      next: async () => {
        const result = await inbox.next();
        if (this.#paused && inbox.hasRoom) this.#resume();
        return result;
      },
      return: () => {
        inbox.clear();
        // A throw in the loop gets here first and to `onOpen`'s promise next: that is 1011.
        setTimeout(() => this.close());
        return Promise.resolve({ value: undefined, done: true });
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
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
    const { events, limits } = this.#agreed;
    if (exceeds(data, limits.maxPayloadLength)) {
      return this.#close(TOO_LARGE);
    }
    if (events.onMessage === undefined) return this.#enqueue(data);
    try {
      const result = events.onMessage({ type: "message", data }, this);
      if (isPromise(result)) this.#contain(result);
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
    this.#drop(this.#closing ?? info);
  }

  sweep(now: number): void {
    if (this.#state !== OPEN) {
      if (now < this.#deadline) return;
      this.#drop(
        this.#closing ? { ...this.#closing, wasClean: false } : broken("network"),
      );
      return this.#socket?.terminate();
    }
    const socket = this.#socket!;
    const { idleTimeout } = this.#agreed.limits;
    if (idleTimeout === 0) return;
    const pulse = socket.pulse?.() ?? "unknown";
    // While we have stopped reading, the silence is ours.
    const heard = this.heard || this.#paused || pulse === "alive";
    this.heard = false;
    const step = pulse === "lost" ? "drop" : watchdogStep(this, heard, now, idleTimeout);
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
    this.#call(() => this.#agreed.events.onOpen?.({ type: "open" }, this));
    if (this.#closing && this.#state === OPEN) {
      this.#startClosing(this.#closing);
    }
  }

  #enqueue(message: Message): void {
    const inbox = this.#openInbox();
    inbox.push(message);
    if (!inbox.full || this.#paused) return;
    if (!this.#iterated) {
      this.#host.report(
        new Error(
          "Messages wait unread: expected onMessage in the events, or a loop over the connection",
        ),
        this,
      );
    }
    if (this.#socket?.pause === undefined) {
      return this.#close(OVERRUN);
    }
    this.#paused = true;
    this.#socket.pause();
  }

  #resume(): void {
    this.#paused = false;
    if (this.#state === OPEN) this.#socket?.resume?.();
  }

  #openInbox(): Inbox {
    if (this.#inbox === undefined) {
      this.#inbox = new Inbox(this.#agreed.limits.maxQueue);
      if (this.#state === CLOSED) this.#inbox.end();
    }
    return this.#inbox;
  }

  #close(info: CloseInfo): void {
    if (this.#closing || this.#state >= CLOSING) return;
    this.#closing = info;
    if (this.#announced) this.#startClosing(info);
  }

  #startClosing({ code, reason }: CloseInfo): void {
    this.#state = CLOSING;
    const { clock } = this.#host.registry;
    this.#deadline = clock.now() + this.#agreed.limits.closeTimeout;
    this.#socket?.close(code, reason);
  }

  /** The end, once: whatever the socket still does is no longer reported. */
  #drop(info: CloseInfo): void {
    if (this.#state === CLOSED) return;
    const accepted = this.#socket !== undefined;
    this.#state = CLOSED;
    this.#info = info;
    this.#host.registry.delete(this);
    this.#inbox?.end();
    this.#drained?.resolve();
    this.#closed?.resolve(info);
    if (!accepted) return;
    queueMicrotask(() => {
      this.#announce();
      this.#call(() => this.#agreed.events.onClose?.({ type: "close", ...info }, this));
    });
  }

  /** Runs a handler; nothing that it throws gets out. */
  #call(handler: () => unknown): void {
    try {
      const result = handler();
      if (isPromise(result)) this.#contain(result);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Keeps the rejection of what a handler returned inside this connection. */
  #contain(result: PromiseLike<unknown>): void {
    result.then(undefined, (error) => this.#fail(error));
  }

  /** A handler failed: tells `onError` and the server's reporter, and ends this connection. */
  #fail(error: unknown): void {
    const { events } = this.#agreed;
    const report = (fault: unknown) => this.#host.report(fault, this);
    report(error);
    try {
      const result = events.onError?.({ type: "error", error, message: messageOf(error) }, this);
      if (isPromise(result)) result.then(undefined, report);
    } catch (fault) {
      report(fault);
    }
    this.#close({ code: 1011, reason: "", wasClean: true, cause: "handler-error" });
  }
}

/** Anything can be thrown, even what cannot be made a string. */
function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return "unknown error";
  }
}

function isPromise(result: unknown): result is PromiseLike<unknown> {
  return typeof result === "object" && result !== null && "then" in result &&
    typeof result.then === "function";
}

function isBytes(data: unknown): boolean {
  return data instanceof ArrayBuffer ||
    (ArrayBuffer.isView(data) && data.buffer instanceof ArrayBuffer);
}

function nameOf(value: unknown): string {
  if (value === null || typeof value !== "object") {
    return value === null ? "null" : typeof value;
  }
  if (ArrayBuffer.isView(value)) {
    return `${value.constructor.name} of a ${value.buffer.constructor.name}`;
  }
  return value.constructor?.name ?? "an object without constructor";
}
