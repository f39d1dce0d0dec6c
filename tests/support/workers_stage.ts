import type { WorkersWebSocket } from "../../src/adapters/workers_api.ts";
import { handshakeRequest } from "./memory.ts";

/** Bytes that an attachment may have, as JSON here. */
const ATTACHMENT = 16 * 1024;

type Listener = (event: never) => void;

/**
 * The server's half of a pair where there is no Cloudflare, for units: what it really does is for the
 * suites, which run on workerd.
 */
export class StagedSocket implements WorkersWebSocket {
  readyState = 1;
  binaryType = "blob";
  accepted = false;
  readonly sent: unknown[] = [];
  readonly closes: unknown[][] = [];
  /** What whatever is done to it throws. */
  fault: Error | undefined;
  attachment: unknown = null;
  readonly #listeners = new Map<string, Listener>();

  accept(): void {
    this.accepted = true;
  }

  send(data: unknown): void {
    if (this.fault) throw this.fault;
    this.sent.push(data);
  }

  close(...told: unknown[]): void {
    if (this.fault) throw this.fault;
    this.closes.push(told);
    if (this.readyState === 1) this.readyState = 2;
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, listener);
  }

  emit(type: string, event: object): void {
    this.#listeners.get(type)!(event as never);
  }

  serializeAttachment(value: unknown): void {
    if (this.fault) throw this.fault;
    const copy = structuredClone(value);
    const size = JSON.stringify(copy).length;
    if (size > ATTACHMENT) throw new Error(`'attachment' was ${size} bytes.`);
    this.attachment = copy;
  }

  deserializeAttachment(): unknown {
    return structuredClone(this.attachment);
  }
}

/** The client's half of a pair, which the runtime takes over unless the client has left. */
export class StagedHalf {
  closed = false;
  readonly #taken: () => boolean;

  constructor(taken: () => boolean) {
    this.#taken = taken;
  }

  accept(): void {
    if (this.#taken()) throw new TypeError("Can't accept() WebSocket that was already used");
  }

  close(): void {
    this.closed = true;
  }
}

/** The state of a Durable Object, with its sockets. */
export class StagedState {
  sockets: unknown[] = [];
  automatic: unknown;

  acceptWebSocket(socket: unknown): void {
    this.sockets.push(socket);
  }

  getWebSockets(): unknown[] {
    return this.sockets;
  }

  setWebSocketAutoResponse(pair: unknown): void {
    this.automatic = pair;
  }
}

/** Puts what we use of the runtime's global scope in place, until it is disposed. */
export class WorkersStage implements Disposable {
  /** The server's halves of the pairs that were made. */
  readonly sockets: StagedSocket[] = [];
  /** The clients' halves. */
  readonly halves: StagedHalf[] = [];
  /** Whether clients have left when the runtime gets their responses. */
  left = false;

  constructor() {
    const { sockets, halves } = this;
    const taken = () => !this.left;
    Object.assign(globalThis, {
      WebSocketPair: class {
        readonly 0 = new StagedHalf(taken);
        readonly 1 = new StagedSocket();
        constructor() {
          sockets.push(this[1]);
          halves.push(this[0]);
        }
      },
      WebSocketRequestResponsePair: class {
        constructor(readonly request: string, readonly response: string) {}
      },
    });
  }

  get last(): StagedSocket {
    return this.sockets.at(-1)!;
  }

  [Symbol.dispose](): void {
    for (const name of ["WebSocketPair", "WebSocketRequestResponsePair"]) {
      Reflect.deleteProperty(globalThis, name);
    }
  }
}

/** An opening handshake as Cloudflare hands it on. */
export function edgeRequest(path = "/ws", headers: Record<string, string> = {}): Request {
  return handshakeRequest(path, { "cf-connecting-ip": "192.0.2.1", ...headers });
}
