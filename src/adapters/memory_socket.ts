import { copyOf, type Message, type SendData } from "../connection/message.ts";
import type { SendResult, Socket } from "../connection/socket.ts";

/** What a client in memory does with what its server sends. */
export interface MemoryReceiver {
  /** Bytes that it has not read. */
  unread(): number;
  message(message: Message): void;
  ping(payload: string): void;
  close(code: number, reason: string): void;
  /** The server cuts the connection. */
  cut(): void;
  /** The server reads no more, or reads on. */
  read(reads: boolean): void;
}

/** The server's half of a connection in memory. */
export class MemorySocket implements Socket {
  readonly raw: unknown;
  readonly #receiver: MemoryReceiver;

  /** @param raw What users find as `connection.raw`. */
  constructor(receiver: MemoryReceiver, raw: unknown) {
    this.#receiver = receiver;
    this.raw = raw;
  }

  get bufferedAmount(): number {
    return this.#receiver.unread();
  }

  send(data: SendData): SendResult {
    this.#receiver.message(copyOf(data));
    return this.#receiver.unread() > 0 ? "queued" : "sent";
  }

  batch(task: () => void): void {
    task();
  }

  close(code: number, reason: string): void {
    this.#receiver.close(code, reason);
  }

  terminate(): void {
    this.#receiver.cut();
  }

  ping(payload = ""): void {
    this.#receiver.ping(payload);
  }

  pause(): void {
    this.#receiver.read(false);
  }

  resume(): void {
    this.#receiver.read(true);
  }
}
