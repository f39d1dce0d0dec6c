import { contain } from "../base/contain.ts";
import type { CloseInfo } from "../connection/close.ts";
import type { Connection } from "../connection/connection.ts";
import type { Message, SendData } from "../connection/message.ts";
import { checkConnection } from "./check.ts";
import { faultsOf, type InteropOptions, type TakeFault } from "./faults.ts";
import { Pump } from "./pump.ts";

/** The events of a WebSocket, for whose handlers it has attributes such as `onmessage`. */
const EVENTS = ["open", "message", "close", "error"];

/** Of no event of the web by name: programs may have several types of that name. */
type Listener = ((event: never) => unknown) | { handleEvent(event: never): unknown };
type Handler = (event: unknown) => unknown;
type Binary = "arraybuffer" | "blob";

/** The close event of the web, which not every runtime has a class for. */
class ClosedEvent extends Event {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;

  constructor({ code, reason, wasClean }: CloseInfo) {
    super("close");
    this.code = code;
    this.reason = reason;
    this.wasClean = wasClean;
  }
}

/** A connection in the clothes of a `WebSocket` of the web. */
class ConnectionWebSocket extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readonly CLOSED = 3;
  readonly extensions = "";
  readonly #connection: Connection;
  readonly #pump: Pump;
  readonly #fail: TakeFault;
  /** What is called in place of each listener: a listener that throws would end the process. */
  readonly #guards = new WeakMap<Listener, Handler>();
  /** The handlers of attributes that were ever set, by their events. */
  readonly #handlers = new Map<string, Handler | null>();
  #binaryType: Binary = "arraybuffer";
  /** Whether a dispatch looks for what it has to call. */
  #looking = false;

  static {
    for (const type of EVENTS) {
      Object.defineProperty(this.prototype, `on${type}`, {
        get(this: ConnectionWebSocket) {
          // workerd calls what it finds there by itself, beside our guard.
          return this.#looking ? null : this.#handlers.get(type) ?? null;
        },
        set(this: ConnectionWebSocket, handler: unknown) {
          this.#setHandler(type, handler);
        },
      });
    }
  }

  constructor(connection: Connection, options: InteropOptions) {
    super();
    this.#connection = connection;
    const faults = faultsOf("webSocketOf", connection, options);
    this.#fail = (fault) => {
      faults(fault);
      this.#pump.stop();
    };
    // Stacks that begin with the event `open` are to have it, and before all messages.
    queueMicrotask(() => this.dispatchEvent(new Event("open")));
    this.#pump = new Pump(connection, {
      message: (message) => this.#receive(message),
      ended: (info) => void this.dispatchEvent(new ClosedEvent(info)),
    });
  }

  get url(): string {
    return this.#connection.request.url.replace(/^http/, "ws");
  }

  get protocol(): string {
    return this.#connection.protocol;
  }

  get readyState(): number {
    return this.#connection.readyState;
  }

  get bufferedAmount(): number {
    return this.#connection.bufferedAmount;
  }

  get binaryType(): Binary {
    return this.#binaryType;
  }

  set binaryType(type: Binary) {
    // As in browsers, what is none of them changes nothing.
    if (type === "arraybuffer" || type === "blob") this.#binaryType = type;
  }

  send(data: SendData): void {
    this.#connection.send(data);
  }

  close(code?: number, reason?: string): void {
    this.#connection.close(code, reason);
  }

  override addEventListener(
    type: string,
    listener: Listener | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    // Who has given up before is never called, so that messages go on waiting.
    if (!listener || (typeof options === "object" && options.signal?.aborted)) return;
    super.addEventListener(type, this.#guardOf(listener), options);
    if (type === "message") this.#pump.start();
  }

  override removeEventListener(
    type: string,
    listener: Listener | null,
    options?: boolean | EventListenerOptions,
  ): void {
    const guard = listener === null ? undefined : this.#guards.get(listener);
    if (guard) super.removeEventListener(type, guard, options);
  }

  override dispatchEvent(event: Event): boolean {
    this.#looking = true;
    try {
      return super.dispatchEvent(event);
    } finally {
      this.#looking = false;
    }
  }

  #guardOf(listener: Listener): Handler {
    const known = this.#guards.get(listener);
    if (known) return known;
    const guard = (event: unknown) => {
      this.#looking = false;
      contain(
        () =>
          typeof listener === "function"
            ? Reflect.apply(listener, this, [event])
            : Reflect.apply(listener.handleEvent, listener, [event]),
        this.#fail,
      );
    };
    this.#guards.set(listener, guard);
    return guard;
  }

  #setHandler(type: string, value: unknown): void {
    const handler = typeof value === "function" ? value as Handler : null;
    const isNew = !this.#handlers.has(type);
    if (isNew && handler === null) return;
    this.#handlers.set(type, handler);
    // Its turn among the listeners stays the same, whatever takes its place.
    if (isNew) {
      this.addEventListener(type, (event: unknown) => this.#handlers.get(type)?.call(this, event));
    }
  }

  #receive(message: Message): void {
    const isBlob = typeof message !== "string" && this.#binaryType === "blob";
    const data = isBlob ? new Blob([message]) : message;
    this.dispatchEvent(new MessageEvent("message", { data }));
  }
}

/**
 * A connection as a `WebSocket` of the web, for stacks that are written for that: an `EventTarget`
 * with `onmessage`, `binaryType`, a string as `url`, and `extensions`. Call it in `onOpen`, of
 * events without `onMessage`. It is open by then; the event `open` follows at once, and messages wait
 * until somebody listens to them.
 *
 * What differs from a browser's: `binaryType` is `"arraybuffer"` at first; `send` takes no `Blob`;
 * `close()` without a code sends 1000, and codes that only servers may send are allowed; there is no
 * event `error`: how the connection ended is in `close`. A listener that throws, or rejects, ends its
 * connection with 1011 and nothing else.
 *
 * Source: WHATWG WebSockets §3.
 *
 * @example An echo that is written for browsers
 * ```ts
 * import { serve, upgradeWebSocket } from "@edgesocket/edgesocket";
 * import { webSocketOf } from "@edgesocket/edgesocket/interop";
 *
 * // What a protocol's stack brings.
 * function handle(socket: WebSocket): void {
 *   socket.onmessage = (event) => socket.send(event.data);
 * }
 *
 * serve({
 *   fetch: (request) =>
 *     upgradeWebSocket(request, {
 *       onOpen: (_event, connection) => handle(webSocketOf(connection)),
 *     }),
 * });
 * ```
 *
 * @param connection A connection whose events have no `onMessage`.
 * @param options Who is told what listeners throw.
 * @returns The socket.
 * @throws {TypeError} If the events have an `onMessage`, somebody else reads the messages, or an
 * option is unknown.
 */
export function webSocketOf(connection: Connection, options: InteropOptions = {}): WebSocket {
  checkConnection("webSocketOf", connection);
  return new ConnectionWebSocket(connection, options) as unknown as WebSocket;
}
