import { pathOf } from "../base/path.ts";
import type { CloseCause } from "../connection/close.ts";
import type { Connection, ConnectionRequest } from "../connection/connection.ts";
import { batch, type InnerEvents, SHUTTING_DOWN } from "../connection/connection_view.ts";
import type { ConnectionDiagnostics } from "../connection/diagnostics.ts";
import type { CloseEvent, MessageEvent, OpenEvent } from "../connection/events.ts";
import type { ServerState } from "../server/server_state.ts";
import { type Arrival, arrive, leave } from "./arrival.ts";
import type { Reception } from "./reception.ts";
import type { HubTransport, Transport } from "./transport.ts";

/** One WebSocket as a transport of a hub. */
class WebSocketTransport implements Transport {
  readonly name: HubTransport = "webSockets";
  readonly binary = true;
  readonly pings = true;
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
  readonly #arrival: Arrival;
  #reception: Reception | undefined;

  constructor(arrival: Arrival) {
    this.#arrival = arrival;
  }

  onOpen(_event: OpenEvent, connection: Connection): void {
    const { hub, server, user, ticket } = this.#arrival;
    // Before the token is claimed: what user code throws would keep it for good.
    const userId = hub.options.userId(user as never);
    // Another one was faster with the same token.
    if (ticket !== undefined && !hub.tokens.claim(ticket.token)) return connection.close(1008);
    this.#reception = arrive(this.#arrival, new WebSocketTransport(connection, server), userId);
  }

  onMessage({ data }: MessageEvent): void {
    this.#reception?.receive(typeof data === "string" ? data : new Uint8Array(data));
  }

  /** The server closes the connection itself, once the client knows that it may come back. */
  [SHUTTING_DOWN](): void {
    this.#reception?.session.farewell(undefined, true);
  }

  onClose({ cause }: CloseEvent): void {
    if (this.#reception !== undefined) leave(this.#arrival, this.#reception, cause);
  }
}
