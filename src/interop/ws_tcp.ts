import type { Connection } from "../connection/connection.ts";
import type { Pump } from "./pump.ts";
import { type HandshakeSocket, handshakeSocketOf } from "./request.ts";

/**
 * The TCP connection behind a `ws`, as far as stacks reach through to it. What is not here is
 * `undefined`; what would set an option of the operating system does nothing.
 */
export class WsTcp implements HandshakeSocket {
  readonly remoteAddress: string;
  readonly encrypted: boolean;
  readonly #connection: Connection;
  readonly #pump: Pump;

  constructor(connection: Connection, pump: Pump) {
    const { remoteAddress, encrypted } = handshakeSocketOf(connection);
    this.remoteAddress = remoteAddress;
    this.encrypted = encrypted;
    this.#connection = connection;
    this.#pump = pump;
  }

  get destroyed(): boolean {
    return this.#connection.readyState === 3;
  }

  get writableLength(): number {
    return this.#connection.bufferedAmount;
  }

  /** The same, by its older name. */
  get bufferSize(): number {
    return this.#connection.bufferedAmount;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  pause(): this {
    this.#pump.pause();
    return this;
  }

  resume(): this {
    this.#pump.resume();
    return this;
  }

  destroy(): this {
    this.#connection.terminate();
    return this;
  }
}
