import { Duplex } from "node:stream";
import { contain } from "../base/contain.ts";
import { usageError } from "../base/usage_error.ts";
import { SEND_QUEUE_FULL } from "../connection/close.ts";
import type { Connection } from "../connection/connection.ts";
import { maxBackpressureOf } from "../connection/connection_view.ts";
import type { Message } from "../connection/message.ts";
import { checkConnection } from "./check.ts";
import { faultsOf, type InteropOptions, type TakeFault } from "./faults.ts";
import { brokenOff, written } from "./sending.ts";
import { bufferOf, bytesOf } from "./ws_data.ts";

/** The part of a `Duplex` of `node:stream` that most stacks use. There is more of it. */
export interface NodeDuplex extends AsyncIterable<Uint8Array<ArrayBuffer>> {
  /** Whether it has been destroyed. */
  readonly destroyed: boolean;
  /** Adds a listener, such as to `data`, `end`, `error` and `close`. */
  on(event: string, listener: (...args: never[]) => unknown): this;
  /** Adds a listener that is called once. */
  once(event: string, listener: (...args: never[]) => unknown): this;
  /** Sends a chunk as a binary message; `false`: wait for `drain` before the next one. */
  write(chunk: string | Uint8Array, done?: (error?: Error | null) => void): boolean;
  /** Sends what waits, and closes the connection with 1000. */
  end(): this;
  /** Closes the connection: with 1011 for an error, else with 1000. */
  destroy(error?: Error): this;
  /** Hands all chunks on to another stream. */
  pipe<T extends object>(to: T): T;
}

const OPTIONS = {
  allowHalfOpen: false,
  // One message at a time: streams of Deno hand out one chunk, whatever they have read ahead.
  readableHighWaterMark: 1,
};

/** A connection in the clothes of a `Duplex`. */
class ConnectionDuplex extends Duplex {
  readonly #connection: Connection;
  readonly #messages: AsyncIterableIterator<Message, undefined>;
  readonly #fail: TakeFault;
  /** Bytes that may wait for the client, those of this stream too. */
  readonly #most: number;

  constructor(connection: Connection, options: InteropOptions) {
    super(OPTIONS);
    this.#fail = faultsOf("duplexOf", connection, options);
    this.#connection = connection;
    this.#most = maxBackpressureOf(connection) ?? Infinity;
    this.#messages = connection[Symbol.asyncIterator]();
    // Without a listener an error would end the process, also that of a client that has left.
    this.on("error", () => {});
    // Who only writes is to hear of the end, as of a socket of Node.
    connection.closed.then(() => this.read(0));
  }

  get remoteAddress(): string {
    return this.#connection.request.remoteAddress;
  }

  override _read(): void {
    this.#readOne().catch(this.#fail);
  }

  async #readOne(): Promise<void> {
    const { done, value } = await this.#messages.next();
    if (this.destroyed) return;
    if (!done) return void this.push(typeof value === "string" ? bufferOf(value) : bytesOf(value));
    const info = await this.#connection.closed;
    if (!info.wasClean) return void this.destroy(brokenOff("read on", info));
    this.push(null);
    this.read(0);
  }

  override _write(
    chunk: Uint8Array<ArrayBuffer>,
    _encoding: string,
    done: (error?: Error | null) => void,
  ): void {
    written(this.#connection, chunk).then(() => done(), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#connection.close(1000);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#connection.close(error === null ? 1000 : 1011);
    this.#messages.return!();
    this.#connection.closed.then(() => done(error));
  }

  /** Streams call listeners whenever they like: what one of them throws would end the process. */
  override emit(name: string | symbol, ...args: unknown[]): boolean {
    const listeners = this.rawListeners(name);
    for (const listener of listeners) this.#contain(() => Reflect.apply(listener, this, args));
    return listeners.length > 0;
  }

  override write(chunk: unknown, ...rest: unknown[]): boolean {
    const waiting = this.writableLength;
    const goesOn = super.write(chunk, ...this.#contained(rest) as []);
    // What waits here is no part of what the connection itself bounds. One message may be larger.
    if (waiting > this.#most) {
      const { code, reason } = SEND_QUEUE_FULL;
      this.#connection.close(code, reason);
      this.destroy(usageError("write", `at most ${this.#most} bytes that wait`, "more", Error));
    }
    return goesOn;
  }

  override end(...all: unknown[]): this {
    return super.end(...this.#contained(all) as []);
  }

  #contain(run: () => unknown): void {
    contain(run, (fault) => {
      this.#fail(fault);
      this.destroy();
    });
  }

  /** Callbacks of whoever writes are called by the stream, too. */
  #contained(args: readonly unknown[]): unknown[] {
    return args.map((arg) =>
      typeof arg === "function"
        ? (...told: unknown[]) => this.#contain(() => Reflect.apply(arg, this, told))
        : arg
    );
  }
}

/**
 * A connection as a `Duplex` of `node:stream`, for stacks that speak over any stream of bytes, such
 * as MQTT: each message is a chunk, each chunk that is written a binary message. Call it in `onOpen`,
 * of events without `onMessage`.
 *
 * A write is done when next to nothing waits for the client (64 KiB), and one message is read ahead:
 * what else waits is bounded by the limits of the route: who writes on without waiting for `drain`
 * ends with 1013 at `maxBackpressure`. `end()` closes with 1000, as `destroy()`
 * does, and `destroy(error)` with 1011; a connection that breaks is an `error`, which does no harm if
 * nobody listens to it. An empty message has no bytes, and so is no chunk.
 *
 * @example An echo of chunks
 * ```ts
 * import { serve, upgradeWebSocket } from "@edgesocket/edgesocket";
 * import { duplexOf } from "@edgesocket/edgesocket/interop";
 *
 * serve({
 *   fetch: (request) =>
 *     upgradeWebSocket(request, {
 *       onOpen(_event, connection) {
 *         const stream = duplexOf(connection);
 *         stream.pipe(stream);
 *       },
 *     }),
 * });
 * ```
 *
 * @typeParam T The type by which the stack knows it, such as `Duplex` of `node:stream`.
 * @param connection A connection whose events have no `onMessage`.
 * @param options Who is told what listeners throw.
 * @returns The stream.
 * @throws {TypeError} If the events have an `onMessage`, somebody else reads the messages, it is no
 * connection, or an option is unknown.
 */
export function duplexOf<T extends object = NodeDuplex>(
  connection: Connection,
  options: InteropOptions = {},
): T {
  checkConnection("duplexOf", connection);
  return new ConnectionDuplex(connection, options) as unknown as T;
}
