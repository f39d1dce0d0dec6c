import type { SendData } from "../connection/message.ts";
import type { SendResult, Socket } from "../connection/socket.ts";

/** The part of Bun's `ServerWebSocket` that we use. */
export interface BunServerWebSocket {
  /** Our connection. */
  data: unknown;
  /** How binary messages arrive. */
  binaryType?: string;
  /** The IP address of the TCP peer. */
  readonly remoteAddress: string;
  /** 1 while it is open. */
  readonly readyState: number;
  /** Bytes written, -1 if queued, 0 if dropped. Typed so that `Bun.serve` of `@types/bun` fits. */
  send(data: string | ArrayBuffer | Uint8Array<ArrayBuffer>, compress?: boolean): number;
  /** Bytes queued. */
  getBufferedAmount(): number;
  /** Runs `task`, whose sends share a system call. */
  cork(task: () => void): void;
  /** Sends a close frame and ends the connection. */
  close(code?: number, reason?: string): void;
  /** Ends the connection. */
  terminate(): void;
  /** Sends a ping frame. */
  ping(payload?: string): number;
  /** Stops reading. */
  pause(): void;
  /** Reads on. */
  resume(): void;
}

/** `readyState` of an open socket. */
const OPEN = 1;

/** An open socket of Bun: it queues whatever it is handed, pauses, and pings when it is told to. */
export class BunSocket implements Socket {
  readonly raw: BunServerWebSocket;

  constructor(raw: BunServerWebSocket) {
    this.raw = raw;
  }

  get bufferedAmount(): number {
    return this.raw.getBufferedAmount();
  }

  send(data: SendData): SendResult {
    // Bun takes views of every kind.
    const result = this.raw.send(data as string | ArrayBuffer | Uint8Array<ArrayBuffer>);
    if (result > 0) return "sent";
    if (result < 0) return "queued";
    // 0 is what Bun says of a message that it dropped, and of an empty one that it sent.
    return sizeOf(data) === 0 && this.raw.readyState === OPEN ? "sent" : "gone";
  }

  batch(task: () => void): void {
    this.raw.cork(task);
  }

  close(code: number, reason: string): void {
    this.raw.close(code, reason);
  }

  terminate(): void {
    this.raw.terminate();
  }

  ping(payload = ""): void {
    this.raw.ping(payload);
  }

  pause(): void {
    this.raw.pause();
  }

  resume(): void {
    this.raw.resume();
  }
}

function sizeOf(data: SendData): number {
  return typeof data === "string" ? data.length : data.byteLength;
}
