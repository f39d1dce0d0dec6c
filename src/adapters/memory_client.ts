import { Queue } from "../base/queue.ts";
import { usageError } from "../base/usage_error.ts";
import { broken, checkClose, closedByPeer } from "../connection/close.ts";
import {
  byteLength,
  checkSendData,
  copyOf,
  type Message,
  type SendData,
} from "../connection/message.ts";
import type { ServerConnection } from "../connection/server_connection.ts";
import type { Socket } from "../connection/socket.ts";
import { type MemoryReceiver, MemorySocket } from "./memory_socket.ts";
import type { MemoryLink } from "./memory_link.ts";

/** How a connection ended for its client: 1006 stands for no close frame. */
export interface MemoryClose {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

/** Somebody who waits for a message. */
interface Reader {
  readonly resolve: (message: Message) => void;
  readonly reject: (error: Error) => void;
}

/** `readyState` of a connection that has ended for users. */
const CLOSED = 3;

/** The client's half of a connection in memory. */
export class MemoryClient {
  /** The response to its handshake. */
  readonly response: Response;
  /** The subprotocol that was agreed on; `""` for none. */
  readonly protocol: string;
  /** Resolves when the connection has ended for the client. */
  readonly closed: Promise<MemoryClose>;
  readonly #connection: ServerConnection;
  readonly #link: MemoryLink;
  readonly #messages: Message[] = [];
  readonly #readers: Reader[] = [];
  #mute = false;
  #reading = true;
  /** What came while it does not read. */
  readonly #unread: (() => void)[] = [];
  #unreadBytes = 0;
  /** What has arrived at the server, which may not read. */
  readonly #arrived = new Queue<() => void>();
  #serverReads = true;
  #close: MemoryClose | undefined;
  #resolve!: (close: MemoryClose) => void;

  private constructor(
    connection: ServerConnection,
    link: MemoryLink,
    response: Response,
    protocol: string,
  ) {
    this.#connection = connection;
    this.#link = link;
    this.response = response;
    this.protocol = protocol;
    this.closed = new Promise((resolve) => this.#resolve = resolve);
  }

  /** Both halves of a connection; the server's is opened once the 101 has gone out. */
  static open(
    connection: ServerConnection,
    link: MemoryLink,
    response: Response,
    protocol: string,
  ): MemoryClient {
    const client = new MemoryClient(connection, link, response, protocol);
    link.send(() => connection.opened(client.#socket()));
    return client;
  }

  /**
   * Sends a message; after the end of the connection it does nothing.
   *
   * @throws {TypeError} If it is neither a string nor an `ArrayBuffer` nor a view of one.
   */
  send(data: SendData): void {
    checkSendData(data);
    const message = copyOf(data);
    this.#send(() => this.#connection.received(message));
  }

  /** The next message; rejects once the connection has ended and all are read. */
  message(): Promise<Message> {
    const message = this.#messages.shift();
    if (message !== undefined) return Promise.resolve(message);
    if (this.#close) return Promise.reject(noMessage(this.#close));
    return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
  }

  /**
   * Sends a close frame; without a code by default.
   *
   * @throws {TypeError} If the code is not a number or the reason not a string.
   * @throws {RangeError} If the code is one that nobody may send.
   */
  close(code?: number, reason = ""): void {
    const frame = code === undefined ? { code: 1005, reason: "" } : checkClose(code, reason);
    this.#send(() => this.#end(frame.code, frame.reason));
  }

  /** Reads no more: neither messages nor pings nor close frames. */
  pause(): void {
    this.#reading = false;
  }

  /** Reads on. */
  resume(): void {
    this.#reading = true;
    this.#unreadBytes = 0;
    const unread = this.#unread.splice(0);
    for (const task of unread) task();
    if (unread.length > 0) this.#connection.drain();
  }

  /** Answers neither pings nor close frames from now on. */
  mute(): void {
    this.#mute = true;
  }

  /** Is gone without a close frame, as a client whose network is lost. */
  vanish(): void {
    this.#send(() => this.#cut());
  }

  /** Sends what no client may send, for which the server fails the connection: RFC 6455 §7.1.7. */
  breakRules(): void {
    this.#send(() => this.#cut(1002));
  }

  #socket(): Socket {
    const receiver: MemoryReceiver = {
      unread: () => this.#unreadBytes,
      message: (message) => this.#receive(() => this.#take(message), byteLength(message)),
      ping: (payload) => this.#receive(() => this.#answerPing(payload)),
      close: (code, reason) => this.#closing(code, reason),
      cut: () => this.#cut(),
      read: (reads) => this.#read(reads),
    };
    return new MemorySocket(receiver, this);
  }

  #answerPing(payload: string): void {
    if (!this.#mute) this.#send(() => this.#connection.ponged(payload));
  }

  #take(message: Message): void {
    const reader = this.#readers.shift();
    if (reader) reader.resolve(message);
    else this.#messages.push(message);
  }

  /** The server sends a close frame. */
  #closing(code: number, reason: string): void {
    // A server that waits for no answer lets go of the connection, whatever its client does.
    const waits = this.#connection.readyState !== CLOSED;
    const ended = () => this.#connection.ended(closedByPeer(code, reason));
    if (!waits) this.#later(ended);
    this.#receive(() =>
      this.#later(() => {
        this.#see({ code, reason, wasClean: !this.#mute });
        if (!this.#mute) ended();
      })
    );
  }

  /** The client's own close frame reaches the server, which answers it. */
  #end(code: number, reason: string): void {
    this.#see({ code, reason, wasClean: true });
    this.#connection.ended(closedByPeer(code, reason));
  }

  /** The connection is cut, from whichever side. */
  #cut(code = 1006): void {
    this.#unread.length = this.#unreadBytes = 0;
    this.#see({ code, reason: "", wasClean: false });
    this.#connection.ended(broken("network"));
  }

  /** What the server sends reaches the client, if the client reads. */
  #receive(task: () => void, bytes = 0): void {
    if (this.#reading) return task();
    this.#unread.push(task);
    this.#unreadBytes += bytes;
  }

  /** What the client does reaches the server, if the server reads. */
  #send(task: () => void): void {
    this.#later(() => {
      this.#arrived.push(task);
      this.#arrive();
    });
  }

  /** The server reads no more, or reads on. */
  #read(reads: boolean): void {
    this.#serverReads = reads;
    if (reads) this.#later(() => this.#arrive());
  }

  /** The server takes the next of what has arrived; what is left, in turns of its own. */
  #arrive(): void {
    if (!this.#serverReads) return;
    this.#arrived.shift()?.();
    if (this.#arrived.length > 0) this.#later(() => this.#arrive());
  }

  #later(task: () => void): void {
    this.#link.send(() => {
      if (this.#close === undefined) task();
    });
  }

  /** The end as the client sees it, once. */
  #see(close: MemoryClose): void {
    if (this.#close) return;
    this.#close = close;
    this.#resolve(close);
    for (const { reject } of this.#readers.splice(0)) reject(noMessage(close));
  }
}

function noMessage({ code, reason }: MemoryClose): Error {
  const end = reason === "" ? `${code}` : `${code} ${JSON.stringify(reason)}`;
  return usageError("read a message", "an open connection", `one that ended with ${end}`, Error);
}
