import { pathOf } from "../base/path.ts";
import type { CloseCause } from "../connection/close.ts";
import type { Connection, ConnectionRequest } from "../connection/connection.ts";
import { batch, type InnerEvents, SHUTTING_DOWN } from "../connection/connection_view.ts";
import type { ConnectionDiagnostics } from "../connection/diagnostics.ts";
import type { CloseEvent, MessageEvent, OpenEvent } from "../connection/events.ts";
import type { ServerState } from "../server/server_state.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { HubState } from "./hub_state.ts";
import { Reception } from "./reception.ts";
import { type Identity, Session } from "./session.ts";
import { randomId, type Ticket } from "./tokens.ts";
import type { HubTransport, Transport } from "./transport.ts";
import { Waiting } from "./waiting.ts";

/** What a WebSocket of a hub begins with. */
export interface HubSocketInit {
  readonly hub: HubState;
  readonly server: ServerState;
  readonly heartbeat: Heartbeat;
  readonly user: unknown;
  /** What the client was promised when it negotiated; `undefined` if it did not. */
  readonly ticket: Ticket | undefined;
}

/** One WebSocket as a transport of a hub. */
class WebSocketTransport implements Transport {
  readonly name: HubTransport = "webSockets";
  readonly #connection: Connection;
  readonly #server: ServerState;

  constructor(connection: Connection, server: ServerState) {
    this.#connection = connection;
    this.#server = server;
  }

  get request(): ConnectionRequest {
    return this.#connection.request;
  }

  get diagnostics(): ConnectionDiagnostics {
    const { id, request: { url, remoteAddress } } = this.#connection;
    return { connectionId: id, path: pathOf(url), remoteAddress };
  }

  get bufferedAmount(): number {
    return this.#connection.bufferedAmount;
  }

  now(): number {
    return this.#server.clock.now();
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    // Whoever cannot be sent to has ended, or ends for it by the limits of the connection.
    this.#connection.send(data);
  }

  batch(task: () => void): void {
    batch(this.#connection, task);
  }

  drained(): Promise<void> {
    return this.#connection.drained();
  }

  close(code: number): void {
    this.#connection.close(code);
  }

  report(error: unknown): void {
    this.#server.report(error, this.#connection);
  }

  limited(cause: CloseCause, message: string): void {
    this.#note("closed", cause, message);
  }

  refused(message: string): void {
    this.#note("call", "arguments", message);
  }

  #note(kind: "closed" | "call", cause: string, message: string): void {
    const connection = this.#connection;
    const { remoteAddress } = connection.request;
    this.#server.note({ kind, cause, message, connection, remoteAddress });
  }
}

/** The events of one WebSocket of a hub. */
export class HubSocket implements InnerEvents {
  readonly #init: HubSocketInit;
  #reception: Reception | undefined;

  constructor(init: HubSocketInit) {
    this.#init = init;
  }

  onOpen(_event: OpenEvent, connection: Connection): void {
    const { hub, server, heartbeat, user, ticket } = this.#init;
    // Before the token is claimed: what user code throws would keep it for good.
    const userId = hub.options.userId(user as never);
    // Another one was faster with the same token.
    if (ticket !== undefined && !hub.tokens.claim(ticket.token)) return connection.close(1008);
    const { limits } = hub.options;
    const transport = new WebSocketTransport(connection, server);
    const identity: Identity = {
      id: ticket?.id ?? randomId(),
      user,
      userId,
    };
    const session = new Session(identity, transport, limits, server.clock.now());
    const tooMuch = () => reception.overflow();
    const waiting = new Waiting(limits.maxQueue, server.budget, tooMuch);
    const reception = this.#reception = new Reception(hub, session, waiting);
    heartbeat.add(reception);
    if (hub.closed) session.close({ cause: "shutdown", allowReconnect: true });
  }

  onMessage({ data }: MessageEvent): void {
    this.#reception?.receive(typeof data === "string" ? data : new Uint8Array(data));
  }

  /** The server closes the connection itself, once the client knows that it may come back. */
  [SHUTTING_DOWN](): void {
    this.#reception?.session.farewell(undefined, true);
  }

  onClose({ cause }: CloseEvent): void {
    const reception = this.#reception;
    if (reception === undefined) return;
    const { hub, heartbeat, ticket } = this.#init;
    if (ticket !== undefined) hub.tokens.release(ticket.token);
    heartbeat.delete(reception);
    reception.ended(cause);
  }
}
