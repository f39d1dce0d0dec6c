import { EventEmitter } from "node:events";
import { contain } from "../base/contain.ts";
import { afterTurn } from "../base/turn.ts";
import type { CloseInfo } from "../connection/close.ts";
import type { Connection } from "../connection/connection.ts";
import type { Message, SendData } from "../connection/message.ts";
import { checkConnection } from "./check.ts";
import { faultsOf, type InteropOptions, type TakeFault } from "./faults.ts";
import { Pump } from "./pump.ts";
import { taken } from "./sending.ts";
import {
  bufferOf,
  handedOut,
  messageFrom,
  textOf,
  type WsBinaryType,
  type WsSendOptions,
} from "./ws_data.ts";
import { type WsEvent, WsListeners } from "./ws_listeners.ts";
import type { WsSocket } from "./ws_socket.ts";
import { WsTcp } from "./ws_tcp.ts";

const OPEN = 1;

/** Called when a message is on its way, or cannot be. */
type Done = (error?: Error) => void;

/** A connection in the clothes of a `WebSocket` of `ws`. */
class ConnectionWs extends EventEmitter {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readonly CLOSED = 3;
  readonly extensions = "";
  binaryType: WsBinaryType = "nodebuffer";
  readonly #connection: Connection;
  readonly #pump: Pump;
  readonly #fail: TakeFault;
  readonly #listeners: WsListeners;
  #tcp: WsTcp | undefined;
  #ended: CloseInfo | undefined;
  readonly #starts = (name: unknown): void => {
    if (name === "message") this.#pump.start();
  };

  static {
    for (const type of ["open", "message", "close", "error"]) {
      Object.defineProperty(this.prototype, `on${type}`, {
        get(this: ConnectionWs) {
          return this.#listeners.handler(type);
        },
        set(this: ConnectionWs, handler: unknown) {
          this.#listeners.setHandler(type, handler);
        },
      });
    }
  }

  constructor(connection: Connection, options: InteropOptions) {
    super();
    this.#connection = connection;
    this.#listeners = new WsListeners(this, () => this.#ended);
    const faults = faultsOf("wsOf", connection, options);
    this.#fail = (fault) => {
      faults(fault);
      this.#pump.stop();
    };
    this.#pump = new Pump(connection, {
      message: (message) => this.#receive(message),
      ended: (info) => {
        this.#ended = info;
        this.#tell("close", info.code, bufferOf(info.reason));
      },
    });
    this.on("newListener", this.#starts);
  }

  get url(): string {
    return this.#connection.request.url.replace(/^http/, "ws");
  }

  get protocol(): string {
    return this.#connection.protocol;
  }

  get readyState(): 0 | 1 | 2 | 3 {
    return this.#connection.readyState;
  }

  get bufferedAmount(): number {
    return this.#connection.bufferedAmount;
  }

  get isPaused(): boolean {
    return this.#pump.paused;
  }

  /** What `ws` keeps to itself, and stacks read all the same. */
  get _socket(): WsTcp {
    return this.#tcp ??= new WsTcp(this.#connection, this.#pump);
  }

  send(data: SendData | number, options?: WsSendOptions | Done | null, callback?: Done): void {
    const done = typeof options === "function" ? options : callback;
    const message = messageFrom(data, typeof options === "object" && options || {});
    const sent: boolean = this.#connection.send(message);
    // As `ws` does: who does not ask is not told that the connection has ended.
    if (typeof done === "function") this.#when(taken(this.#connection, sent), done);
  }

  /**
   * Answered here: edgesocket pings by itself, and ends the connection of a client that does not
   * answer. So a connection that is open is one whose client does.
   */
  ping(...args: unknown[]): void {
    this.pong(...args);
    const [data] = args;
    const payload = typeof data === "string" ? bufferOf(data) : data;
    afterTurn(() => {
      if (this.readyState !== OPEN) return;
      this.#tell("pong", ArrayBuffer.isView(payload) ? payload : bufferOf(""));
    });
  }

  /** Nobody waits for a pong that was not asked for. */
  pong(...args: unknown[]): void {
    const done = args.find((arg) => typeof arg === "function") as Done | undefined;
    if (done) this.#when(taken(this.#connection, this.readyState === OPEN), done);
  }

  pause(): void {
    this.#pump.pause();
  }

  resume(): void {
    this.#pump.resume();
  }

  close(code?: number, reason?: string | Uint8Array<ArrayBuffer>): void {
    this.#connection.close(code, typeof reason === "object" ? textOf(reason) : reason);
  }

  terminate(): void {
    this.#connection.terminate();
  }

  addEventListener(
    type: string,
    listener: (event: WsEvent) => unknown,
    { once = false }: { readonly once?: boolean } = {},
  ): void {
    this.#listeners.add(type, listener, once);
  }

  removeEventListener(type: string, listener: (event: WsEvent) => unknown): void {
    this.#listeners.remove(type, listener);
  }

  /** Stacks take all listeners away before they hand a socket on: ours stays. */
  override removeAllListeners(...name: [name?: string | symbol]): this {
    super.removeAllListeners(...name);
    this.off("newListener", this.#starts);
    return this.on("newListener", this.#starts);
  }

  #receive(message: Message): void {
    const isBinary = typeof message !== "string";
    this.#tell("message", handedOut(message, this.binaryType), isBinary);
  }

  /** Calls the listeners of an event, each of which may fail alone. */
  #tell(name: string, ...args: unknown[]): void {
    for (const listener of this.rawListeners(name)) {
      contain(() => Reflect.apply(listener, this, args), this.#fail);
    }
  }

  #when(settled: Promise<void>, done: Done): void {
    settled.then(() => done(), done).catch(this.#fail);
  }
}

/**
 * A connection as a `WebSocket` of `ws`, for the many stacks that are written for that: an
 * `EventEmitter` with `message`, `close` and `pong`, `send` with a callback, `_socket.remoteAddress`,
 * and `addEventListener` beside. Call it in `onOpen`, of events without `onMessage`. Messages wait
 * until somebody listens to them.
 *
 * What differs from `ws`: `ping()` is answered here, with a `pong` as long as the connection is open,
 * because edgesocket finds lost clients itself, unless `idleTimeout` is 0. `close()` without a code sends 1000.
 * There is no event `error`: how the connection ended is in `close`. A listener that throws, or
 * rejects, ends its connection with 1011, where `ws` would end the process.
 *
 * Source: https://github.com/websockets/ws/blob/master/doc/ws.md#class-websocket
 *
 * @example A stack that waits for connections of `ws`
 * ```ts
 * import { EventEmitter } from "node:events";
 * import { serve, upgradeWebSocket } from "@edgesocket/edgesocket";
 * import { requestOf, wsOf, type WsSocket } from "@edgesocket/edgesocket/interop";
 *
 * const sockets = new EventEmitter();
 * // What a protocol's stack does: here, an echo.
 * sockets.on("connection", (socket: WsSocket) => {
 *   socket.on("message", (data: object) => socket.send(`${data}`));
 * });
 *
 * serve({
 *   fetch: (request) =>
 *     upgradeWebSocket(request, {
 *       onOpen: (_event, connection) =>
 *         sockets.emit("connection", wsOf(connection), requestOf(connection)),
 *     }),
 * });
 * ```
 *
 * @typeParam T The type by which the stack knows it, such as `WebSocket` of `ws`.
 * @param connection A connection whose events have no `onMessage`.
 * @param options Who is told what listeners throw.
 * @returns The socket.
 * @throws {TypeError} If the events have an `onMessage`, somebody else reads the messages, it is no
 * connection, or an option is unknown.
 */
export function wsOf<T extends object = WsSocket>(
  connection: Connection,
  options: InteropOptions = {},
): T {
  checkConnection("wsOf", connection);
  return new ConnectionWs(connection, options) as unknown as T;
}
