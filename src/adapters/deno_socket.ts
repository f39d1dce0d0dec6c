import { broken, closedByPeer, type CloseInfo, TOO_LARGE } from "../connection/close.ts";
import { type Message, MESSAGE_OVERHEAD, type SendData } from "../connection/message.ts";
import type { ServerConnection } from "../connection/server_connection.ts";
import type { SendResult, Socket } from "../connection/socket.ts";

/** Where Deno's socket carries ours: listeners of its own would make each upgrade a tenth slower. */
const OURS = Symbol("edgesocket");

/** The part of `WebSocket` that we use: a server's, so that it pings and takes any close code. */
export interface DenoWebSocket {
  readonly readyState: number;
  readonly bufferedAmount: number;
  binaryType: string;
  onmessage: ((event: { readonly data: Message }) => void) | null;
  [OURS]?: DenoSocket | undefined;
  addEventListener<E>(type: string, listener: (this: DenoWebSocket, event: E) => void): void;
  send(data: SendData): void;
  close(code: number, reason: string): void;
}

interface DenoCloseEvent {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

const CONNECTING = 0;
const OPEN = 1;

/** What stands for a close frame without a code: RFC 6455 §7.4.1. */
const NO_CODE = 1005;

/** Bytes that may have been sent before it is worth a look how many of them wait. */
const UNSEEN = 128 * 1024;

/**
 * Bytes that Deno is handed at most, but for a message that is larger: what it has been handed stays
 * in memory until the client has left, whatever we do.
 */
const HANDED = 256 * 1024;

/** An open socket of Deno: a queue that it does not empty, no pause, pings of its own. */
export class DenoSocket implements Socket {
  readonly raw: DenoWebSocket;
  readonly connection: ServerConnection;
  /** What went wrong, in Deno's words. */
  fault = "";
  /** Whether a close frame of ours was sent. */
  closed = false;
  /** No more bytes than these wait: those that waited at the last look, and what was sent since. */
  #bound = 0;
  /** Messages that were handed over since nothing waited, and no less than the smallest one's bytes. */
  #messages = 0;
  #smallest = UNSEEN;
  /** For the watchdog: bytes that waited at its last look, and that were sent since. */
  #waited = 0;
  #sent = 0;
  #closing = false;

  constructor(raw: DenoWebSocket, connection: ServerConnection) {
    this.raw = raw;
    this.connection = connection;
    raw[OURS] = this;
    raw.binaryType = "arraybuffer";
    // Takes less memory than `onopen` and the like; for messages, `onmessage` is the faster one.
    raw.addEventListener("open", onOpen);
    raw.addEventListener("error", onError);
    raw.addEventListener("close", onClose);
    raw.onmessage = onMessage;
  }

  get bufferedAmount(): number {
    return this.raw.bufferedAmount;
  }

  send(data: SendData): SendResult {
    // On a socket that is closed, Deno's `send` says nothing and does nothing.
    if (this.raw.readyState !== OPEN) return "gone";
    const isText = typeof data === "string";
    const size = isText ? data.length : data.byteLength;
    const atMost = (isText ? 3 * size : size) + MESSAGE_OVERHEAD;
    if (this.#bound + atMost > UNSEEN) {
      const waiting = this.raw.bufferedAmount;
      if (waiting === 0) {
        this.#messages = 0;
        this.#smallest = UNSEEN;
      }
      // What messages cost beside their bytes counts, too: so many wait at most.
      const messages = Math.min(this.#messages, Math.ceil(waiting / this.#smallest));
      this.#bound = waiting + MESSAGE_OVERHEAD * messages;
      if (this.#bound >= HANDED) return "full";
    }
    this.raw.send(data);
    if (size < this.#smallest) this.#smallest = size;
    this.#bound += atMost;
    this.#messages++;
    this.#sent += size;
    return this.#bound > UNSEEN ? "queued" : "sent";
  }

  close(code: number, reason: string): void {
    this.closed = true;
    this.raw.close(code, reason);
  }

  /** Deno cannot cut a connection: https://github.com/denoland/deno/issues/27924 */
  terminate(): void {
    this.raw.close(1001, "");
  }

  /** Deno pings by itself and drops who sends no pong, unless what it writes is stuck. */
  checkLiveness(): void {
    if (this.raw.readyState !== OPEN) {
      // Between a close frame and its event there is a moment; two looks in a row are none.
      if (this.#closing) return this.connection.lost(broken("idle-timeout"));
      this.#closing = true;
      return this.connection.alive();
    }
    // Nothing was sent since the last look: not asking Deno halves what a look costs.
    if (this.#bound === 0) return this.connection.alive();
    const { bufferedAmount } = this.raw;
    if (bufferedAmount === 0 || bufferedAmount < this.#waited + this.#sent) this.connection.alive();
    this.#bound = this.#waited = bufferedAmount;
    this.#sent = 0;
  }
}

function onOpen(this: DenoWebSocket): void {
  const socket = this[OURS];
  socket?.connection.opened(socket);
}

function onMessage(this: DenoWebSocket, event: { readonly data: Message }): void {
  this[OURS]?.connection.received(event.data);
}

function onError(this: DenoWebSocket, event: { readonly message?: string }): void {
  const socket = this[OURS];
  if (socket === undefined) return;
  socket.fault = event.message ?? "";
  // The 101 is out, but Deno could not take the connection over: no close event will come.
  if (this.readyState === CONNECTING) socket.connection.ended(broken("network"));
}

function onClose(this: DenoWebSocket, event: DenoCloseEvent): void {
  const socket = this[OURS];
  // Deno's idle timer holds on to a broken socket, and fires this again after a timeout.
  this[OURS] = undefined;
  socket?.connection.ended(closeInfo(event, socket));
}

function closeInfo(
  { code, reason, wasClean }: DenoCloseEvent,
  { closed, fault }: DenoSocket,
): CloseInfo {
  // After a close frame of ours, Deno says the same of a reset as of an answer without a code. Our
  // frame always has one, and clients echo it: RFC 6455 §5.5.1.
  if (wasClean && !(closed && code === NO_CODE)) return closedByPeer(code, reason);
  if (reason === "No response from ping frame.") return broken("idle-timeout");
  if (fault.includes("Frame too large")) return TOO_LARGE;
  return broken("network");
}
