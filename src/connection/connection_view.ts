import type { CloseInfo } from "./close.ts";
import type { Connection, ConnectionRequest } from "./connection.ts";
import type { WebSocketEvents } from "./events.ts";
import type { Message, SendData, Sent } from "./message.ts";

/** An upper floor that wants to know when connections end, such as topics. */
export interface EndListener {
  /** Called once for each connection that it listens to, before `onClose`. Must not throw. */
  connectionEnded(connection: Connection): void;
}

/** The key of what an upper floor is told: users cannot have it by accident. */
export const SHUTTING_DOWN: unique symbol = Symbol("shuttingDown");

/** Events of an upper floor, such as hubs. */
export interface InnerEvents extends WebSocketEvents {
  /** Called just before an open connection is closed because the server goes away. Must not throw. */
  [SHUTTING_DOWN]?(): void;
}

/** What a view shows a part of. */
export interface Viewed extends Omit<Connection, "id" | "url" | "binaryType" | "send"> {
  send(data: SendData): boolean;
  /** Bytes that may wait for its client before it ends. */
  readonly maxBackpressure: number;
  /** Whoever wants to know when it ends; `undefined` once it has ended. */
  readonly endListeners: Set<EndListener> | undefined;
  /** Runs `task`, whose sends share a system call where the runtime can do that. */
  batch(task: () => void): void;
}

/** The connection behind a view. Set by the class itself, which alone can see it. */
let viewedBy: (connection: object) => Viewed | undefined;

/**
 * What users see of a connection: the documented members and nothing else. Whatever they hang on
 * it, or overwrite, is theirs and does no harm.
 */
export class ConnectionView implements Connection {
  readonly #viewed: Viewed;
  #id: string | undefined;

  static {
    viewedBy = (connection) => #viewed in connection ? connection.#viewed : undefined;
  }

  constructor(viewed: Viewed) {
    this.#viewed = viewed;
  }

  get id(): string {
    return this.#id ??= crypto.randomUUID();
  }

  get request(): ConnectionRequest {
    return this.#viewed.request;
  }

  get url(): URL {
    return new URL(this.#viewed.request.url);
  }

  get protocol(): string {
    return this.#viewed.protocol;
  }

  get binaryType(): "arraybuffer" {
    return "arraybuffer";
  }

  get data(): unknown {
    return this.#viewed.data;
  }

  set data(value: unknown) {
    this.#viewed.data = value;
  }

  get raw(): unknown {
    return this.#viewed.raw;
  }

  get readyState(): 0 | 1 | 2 | 3 {
    return this.#viewed.readyState;
  }

  get bufferedAmount(): number {
    return this.#viewed.bufferedAmount;
  }

  get closed(): Promise<CloseInfo> {
    return this.#viewed.closed;
  }

  send(data: SendData): Sent {
    return this.#viewed.send(data) as Sent;
  }

  drained(): Promise<void> {
    return this.#viewed.drained();
  }

  ping(): Promise<number> {
    return this.#viewed.ping();
  }

  close(code?: number, reason?: string): void {
    this.#viewed.close(code, reason);
  }

  terminate(): void {
    this.#viewed.terminate();
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Message, undefined> {
    return this.#viewed[Symbol.asyncIterator]();
  }
}

/**
 * Lets an upper floor know when a connection ends, until the returned function is called. One list
 * for each connection, whatever its subscriptions: no promise for each of them.
 *
 * @returns `undefined` if the connection has ended already, or is none of ours.
 */
export function listenForEnd(
  connection: object,
  listener: EndListener,
): (() => void) | undefined {
  const listeners = viewedBy(connection)?.endListeners;
  if (listeners === undefined) return;
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/**
 * Runs `task`, whose sends to the connection share a system call where the runtime can do that.
 * Whatever is none of ours is sent to as it is.
 */
export function batch(connection: object, task: () => void): void {
  const viewed = viewedBy(connection);
  if (viewed === undefined) task();
  else viewed.batch(task);
}

/** Bytes that may wait for the client of a connection; `undefined` if it is none of ours. */
export function maxBackpressureOf(connection: object): number | undefined {
  return viewedBy(connection)?.maxBackpressure;
}
