import { broken, closedByPeer, type CloseInfo, TOO_LARGE } from "../connection/close.ts";
import type { Message, SendData } from "../connection/message.ts";
import type { ServerConnection } from "../connection/server_connection.ts";
import type { SendResult, Socket } from "../connection/socket.ts";
import type { NodeStream } from "./node_http.ts";

/** Where other people's sockets carry ours: listeners of their own would take more memory. */
const OURS = Symbol("edgesocket");

interface Owned {
  [OURS]?: NodeSocket;
}

/** The part of `WebSocket` of `ws` that we use. */
export interface WsSocket extends Owned {
  readonly readyState: number;
  readonly bufferedAmount: number;
  /** What the handshake has agreed on, such as `permessage-deflate`; `""` for nothing. */
  readonly extensions: string;
  binaryType: string;
  on(event: string, listener: (this: WsSocket, ...args: never[]) => void): unknown;
  send(data: SendData, options?: { readonly compress: boolean }, done?: () => void): void;
  close(code: number, reason: string): void;
  terminate(): void;
  ping(payload?: string): void;
  pause(): void;
  resume(): void;
}

/**
 * Bytes that Node is handed at most, but for a message that is larger: it writes all that waits as
 * one, so that nobody would see that some of it goes out.
 */
export const HANDED: number = 256 * 1024;

const OPEN = 1;
const CLOSED = 3;

/**
 * Milliseconds that a client who broke the rules has to read what it is told: while it still sends,
 * cutting the connection would take that away from it.
 */
const LINGER = 1_000;

/** The streams that something was sent on in this turn. */
let held: NodeStream[] = [];

/** What is sent on a stream until the end of this turn shares a system call. */
export function hold(stream: NodeStream): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  if (held.push(stream) === 1) queueMicrotask(letGo);
}

function letGo(): void {
  const streams = held;
  held = [];
  for (const stream of streams) stream.uncork();
}

/** An open socket of `ws`: it queues whatever it is handed, pauses, and pings when it is told to. */
export class NodeSocket implements Socket {
  readonly raw: WsSocket;
  readonly connection: ServerConnection;
  readonly #stream: NodeStream;
  /** For the watchdog: bytes that had come at its last look. */
  #received = 0;
  /** Bytes of the write under way that the system has not taken: at the last look, and at most. */
  #queue = 0;
  #longest = 0;

  constructor(raw: WsSocket, stream: NodeStream, connection: ServerConnection) {
    this.raw = raw;
    this.connection = connection;
    this.#stream = stream;
    raw[OURS] = this;
    (stream as Owned)[OURS] = this;
    raw.binaryType = "arraybuffer";
    raw.on("message", onMessage);
    raw.on("ping", onSign);
    raw.on("pong", onPong);
    raw.on("error", onError);
    raw.on("close", onClose);
    stream.on("drain", onDrain);
    stream.once("finish", onFinish);
  }

  /** Where next to nothing waits, Node does not say when it is out: that counts as nothing. */
  get bufferedAmount(): number {
    if (!this.#stream.writableNeedDrain) return 0;
    return Math.max(1, this.raw.bufferedAmount - this.#written());
  }

  /**
   * Bytes of the write under way that have gone out. Node counts a write as a whole, so that a long
   * message to a slow client would seem to stand still; its own timeouts look at the same number.
   */
  #written(): number {
    const queue = this.#stream._handle?.writeQueueSize ?? 0;
    this.#longest = queue > this.#queue ? queue : this.#longest;
    this.#queue = queue;
    return this.#longest - queue;
  }

  send(data: SendData): SendResult {
    const { raw } = this;
    if (raw.readyState !== OPEN) return "gone";
    const stream = this.#stream;
    if (stream.writableNeedDrain && raw.bufferedAmount >= HANDED) return "full";
    hold(stream);
    raw.send(data);
    if (!stream.writableNeedDrain) return "sent";
    // So much that it is worth a system call of its own.
    stream.uncork();
    return raw.bufferedAmount > 0 ? "queued" : "sent";
  }

  batch(task: () => void): void {
    this.#stream.cork();
    try {
      task();
    } finally {
      this.#stream.uncork();
    }
  }

  close(code: number, reason: string): void {
    this.raw.close(code, reason);
    // Where the connection has ended already, nobody waits for the answer.
    if (this.connection.readyState === CLOSED) this.#stream.destroySoon();
  }

  terminate(): void {
    this.#stream.uncork();
    this.raw.terminate();
  }

  ping(payload = ""): void {
    this.raw.ping(payload);
  }

  /** A frame that is still on its way is a sign of life. */
  checkLiveness(): void {
    const { bytesRead } = this.#stream;
    if (bytesRead === this.#received) return;
    this.#received = bytesRead;
    this.connection.alive();
  }

  pause(): void {
    this.raw.pause();
  }

  resume(): void {
    this.raw.resume();
  }
}

function onMessage(this: WsSocket, data: ArrayBuffer | object, isBinary: boolean): void {
  this[OURS]?.connection.received(isBinary ? data as Message : `${data}`);
}

function onSign(this: WsSocket): void {
  this[OURS]?.connection.alive();
}

function onPong(this: WsSocket, payload: object): void {
  this[OURS]?.connection.ponged(`${payload}`);
}

function onDrain(this: Owned): void {
  this[OURS]?.connection.drain();
}

/** The client broke the rules; `ws` has sent the close frame that says so. */
function onError(this: WsSocket, error: { readonly code?: string }): void {
  const tooLarge = error.code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH";
  this[OURS]?.connection.lost(tooLarge ? TOO_LARGE : broken("network"));
}

function onClose(this: WsSocket, code: number, reason: Uint8Array): void {
  this[OURS]?.connection.ended(closeInfo(code, reason));
}

function closeInfo(code: number, reason: Uint8Array): CloseInfo {
  return code === 1006 ? broken("network") : closedByPeer(code, `${reason}`);
}

/**
 * Our half of the TCP connection has ended. `ws` would wait half a minute for the other half, but
 * the server ends first: RFC 6455 §7.1.1. Behind two close frames, there is nothing left to read.
 */
function onFinish(this: NodeStream & Owned): void {
  if (this[OURS]?.connection.readyState !== CLOSED) this.destroy();
  else this.setTimeout(LINGER, () => this.destroy());
}
