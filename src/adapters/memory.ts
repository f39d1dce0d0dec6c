import { sweep } from "../connection/clockwork.ts";
import { broken, closedByPeer } from "../connection/close.ts";
import { copyOf, type Message, type SendData } from "../connection/message.ts";
import type { ServerConnection } from "../connection/server_connection.ts";
import type { SendResult, Socket } from "../connection/socket.ts";
import { openingOf } from "../handshake/opening.ts";
import type { Adapter } from "../server/adapter.ts";
import { type Placeholder, switchingProtocols } from "../server/placeholder.ts";

/**
 * What is passed to fetch beside a request where there is no network: the adapter puts the client's
 * half of the connection into it.
 */
export interface MemoryContext {
  client?: MemoryClient;
}

/** How a connection ended for its client: 1006 stands for no close frame. */
export interface MemoryClose {
  readonly code: number;
  readonly reason: string;
}

const ADDRESS = "127.0.0.1";

/** `readyState` of a connection that has ended. */
const CLOSED = 3;

/**
 * An adapter without a network: both halves of a connection are in this process, and what one of
 * them does reaches the other in a later turn of the event loop.
 *
 * @param placeholder The one of runtimes that can construct a 101, or of those that cannot.
 */
export function memoryAdapter(placeholder: Placeholder = switchingProtocols): Adapter {
  return {
    abilities: {
      pause: true,
      pings: "watchdog",
      bufferedAmount: true,
      drain: "event",
      compression: false,
      terminate: "cut",
    },
    clockwork: sweep,
    placeholder,

    opening: (request) => openingOf(request, () => ADDRESS),

    upgrade({ request: { url, headers }, context, response, protocol }, connection): Response {
      connection.request = { url, headers: new Headers(headers), remoteAddress: ADDRESS };
      const client = new MemoryClient(connection, protocol);
      (context as MemoryContext).client = client;
      setTimeout(() => connection.opened(new MemorySocket(client)));
      return response;
    },
  };
}

/** The client's half of a connection. */
export class MemoryClient {
  /** The subprotocol that was agreed on; `""` for none. */
  readonly protocol: string;
  /** Resolves when the connection has ended for the client. */
  readonly closed: Promise<MemoryClose>;
  /** Whether it answers pings and close frames. */
  mute = false;
  readonly #connection: ServerConnection;
  readonly #messages: Message[] = [];
  readonly #readers: ((message: Message | undefined) => void)[] = [];
  #reading = true;
  /** What waits on the way to the client while it does not read. */
  readonly #unread: Message[] = [];
  /** The bytes of that. */
  unread = 0;
  /** What waits on the way to the server while that does not read. */
  #held: (() => void)[] | undefined;
  #close: MemoryClose | undefined;
  #resolve!: (close: MemoryClose) => void;

  constructor(connection: ServerConnection, protocol: string) {
    this.#connection = connection;
    this.protocol = protocol;
    this.closed = new Promise((resolve) => this.#resolve = resolve);
  }

  /** Sends a message. */
  send(data: SendData): void {
    const message = copyOf(data);
    this.#arrive(() => this.#connection.received(message));
  }

  /** The next message; `undefined` once the connection has ended and all are read. */
  message(): Promise<Message | undefined> {
    const message = this.#messages.shift();
    if (message !== undefined || this.#close) return Promise.resolve(message);
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  /** Sends a close frame; without a code by default. */
  close(code = 1005, reason = ""): void {
    this.#arrive(() => {
      this.#see({ code, reason });
      this.#connection.ended(closedByPeer(code, reason));
    });
  }

  /** Ends without a close frame, as a client does whose network is gone. */
  vanish(): void {
    this.#arrive(() => this.cut());
  }

  /** Stops reading: what is sent to it waits. */
  pause(): void {
    this.#reading = false;
  }

  /** Reads on. */
  resume(): void {
    this.#reading = true;
    this.unread = 0;
    for (const message of this.#unread.splice(0)) this.deliver(message);
    this.#connection.drain();
  }

  /** The server sends a message. */
  deliver(message: Message): void {
    if (!this.#reading) {
      this.unread += sizeOf(message);
      this.#unread.push(message);
      return;
    }
    const reader = this.#readers.shift();
    if (reader) reader(message);
    else this.#messages.push(message);
  }

  /** The server sends a ping. */
  ping(): void {
    if (!this.mute) this.#arrive(() => this.#connection.alive());
  }

  /** The server sends a close frame. */
  closing(code: number, reason: string): void {
    this.#later(() => {
      this.#see({ code, reason });
      // Whoever is mute sees it and says nothing; a server that waits for nothing more does not care.
      const waited = this.#connection.readyState !== CLOSED;
      if (!this.mute || !waited) this.#connection.ended(closedByPeer(code, reason));
    });
  }

  /** The connection is cut, from whichever side. */
  cut(): void {
    this.#see({ code: 1006, reason: "" });
    this.#connection.ended(broken("network"));
  }

  /** The server stops reading. */
  hold(): void {
    this.#held ??= [];
  }

  /** The server reads on. */
  letGo(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const task of held) this.#arrive(task);
  }

  /** What the client does reaches the server, if the server reads. */
  #arrive(task: () => void): void {
    this.#later(() => this.#held ? void this.#held.push(task) : task());
  }

  #later(task: () => void): void {
    setTimeout(() => {
      if (this.#close === undefined) task();
    });
  }

  /** The end as the client sees it, once. */
  #see(close: MemoryClose): void {
    if (this.#close) return;
    this.#close = close;
    this.#resolve(close);
    for (const reader of this.#readers.splice(0)) reader(undefined);
  }
}

class MemorySocket implements Socket {
  readonly raw: MemoryClient;

  constructor(client: MemoryClient) {
    this.raw = client;
  }

  get bufferedAmount(): number {
    return this.raw.unread;
  }

  send(data: SendData): SendResult {
    this.raw.deliver(copyOf(data));
    return this.raw.unread > 0 ? "queued" : "sent";
  }

  batch(task: () => void): void {
    task();
  }

  close(code: number, reason: string): void {
    this.raw.closing(code, reason);
  }

  terminate(): void {
    this.raw.cut();
  }

  ping(): void {
    this.raw.ping();
  }

  pause(): void {
    this.raw.hold();
  }

  resume(): void {
    this.raw.letGo();
  }
}

function sizeOf(message: Message): number {
  return typeof message === "string" ? message.length : message.byteLength;
}
