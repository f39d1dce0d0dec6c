import { messageOf } from "../base/contain.ts";
import { broken, closedByPeer, TOO_LARGE } from "../connection/close.ts";
import { copyOf, type Message, type SendData } from "../connection/message.ts";
import type { ServerConnection } from "../connection/server_connection.ts";
import type { SendResult, Socket } from "../connection/socket.ts";
import type { WorkersClose, WorkersWebSocket } from "./workers_api.ts";

const OPEN = 1;
const CLOSED = 3;

/** What stands for a close frame without a code: RFC 6455 §7.4.1. */
const NO_CODE = 1005;

const PROTOCOL_ERROR = 1002;

/** How the runtime refuses what belongs to another request, or to another Durable Object. */
const STRANGE = /on behalf of a different/;

/** What a socket tells whoever has made it. */
export interface WorkersSocketOwner {
  /** A closing handshake has begun. */
  closing(connection: ServerConnection): void;
  /** Somebody has used it from another request, or from another Durable Object. */
  strange(): void;
}

/**
 * The server's half of a pair: a queue that nobody can see, no pause, no pings. It may be used only
 * in the request that opened it, or in its Durable Object: the runtime throws elsewhere.
 *
 * Source: https://developers.cloudflare.com/workers/runtime-apis/websockets/
 */
export class WorkersSocket implements Socket {
  readonly raw: WorkersWebSocket;
  readonly connection: ServerConnection;
  readonly #owner: WorkersSocketOwner;

  constructor(raw: WorkersWebSocket, connection: ServerConnection, owner: WorkersSocketOwner) {
    this.raw = raw;
    this.connection = connection;
    this.#owner = owner;
  }

  /** The runtime does not tell. */
  get bufferedAmount(): number {
    return 0;
  }

  send(data: SendData): SendResult {
    let open = false;
    this.#try(() => {
      open = this.raw.readyState === OPEN;
      // The runtime shares the bytes until they are written, which may be much later.
      if (open) this.raw.send(copyOf(data));
    }, () => open = false);
    return open ? "sent" : "gone";
  }

  close(code: number, reason: string): void {
    this.#try(() => this.raw.close(code, reason));
    this.#owner.closing(this.connection);
  }

  /** There is no way to cut a connection. */
  terminate(): void {
    this.close(1001, "");
  }

  /** Nobody can ping: who is silent may be there, and whose network is gone is noticed by the edge. */
  checkLiveness(): void {
    this.connection.alive();
  }

  /** A message came. */
  received(data: unknown): void {
    this.connection.received(data as Message);
  }

  /** A close frame came, or the connection is gone without one. */
  ended({ code, reason, wasClean }: WorkersClose): void {
    if (wasClean) this.#answer(code, reason);
    this.connection.ended(wasClean ? closedByPeer(code, reason) : broken("network"));
  }

  /** What the client sent is against the rules, or longer than the runtime takes. */
  failed(error: unknown): void {
    const large = /too (large|big)/i.test(messageOf(error));
    this.connection.ended(large ? TOO_LARGE : broken("network"));
  }

  /** Answers a close frame, where the runtime has not done that: before 2026-04-07. */
  #answer(code: number, reason: string): void {
    this.#try(() => {
      if (this.raw.readyState === CLOSED) return;
      if (code === NO_CODE) this.raw.close();
      else this.raw.close(code, reason);
    }, () => {
      // The runtime sends no code that is reserved; whoever does breaks the rules: RFC 6455 §7.4.1.
      this.#try(() => this.raw.close(PROTOCOL_ERROR));
    });
  }

  #try(task: () => void, failed = () => {}): void {
    try {
      task();
    } catch (error) {
      failed();
      if (STRANGE.test(messageOf(error))) this.#owner.strange();
    }
  }
}

/** Has a socket hear of its own events, in the request that it belongs to. */
export function listenTo(socket: WorkersSocket): void {
  const { raw } = socket;
  raw.binaryType = "arraybuffer";
  raw.addEventListener("message", ({ data }) => socket.received(data));
  raw.addEventListener("close", (event) => socket.ended(event));
  raw.addEventListener("error", ({ message }) => socket.failed(message));
  raw.accept();
}
