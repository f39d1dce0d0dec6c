import { Deferred } from "../base/deferred.ts";
import { pathOf } from "../base/path.ts";
import type { CloseCause } from "../connection/close.ts";
import type { Connection, ConnectionRequest } from "../connection/connection.ts";
import { batch, type InnerEvents, SHUTTING_DOWN } from "../connection/connection_view.ts";
import type { ConnectionDiagnostics } from "../connection/diagnostics.ts";
import type { CloseEvent, MessageEvent, OpenEvent } from "../connection/events.ts";
import type { ServerState } from "../server/server_state.ts";
import { Absence, Absences, type Attendance, type Carrier, type Presence } from "./absence.ts";
import { type Arrival, arrive, leave } from "./arrival.ts";
import type { HubTransport, Transport } from "./transport.ts";

/** One WebSocket as a transport of a hub. */
class WebSocketTransport implements Transport, Carrier {
  readonly name: HubTransport = "webSockets";
  readonly binary = true;
  readonly pings = true;
  #connection: Connection;
  #server: ServerState;
  /** While there is no WebSocket: called if the client is ended, or sent something. */
  #closed: (() => void) | undefined;
  #missed: (() => void) | undefined;
  /** Settles when it is back. */
  #back: Deferred<void> | undefined;

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
    return this.#back === undefined ? this.#connection.bufferedAmount : Infinity;
  }

  detach(closed: () => void, missed: () => void): void {
    this.#closed = closed;
    this.#missed = missed;
    this.#back = new Deferred();
  }

  attach(connection: Connection, server: ServerState): void {
    this.#connection = connection;
    this.#server = server;
    this.#back?.resolve();
    this.#back = this.#closed = this.#missed = undefined;
  }

  now(): number {
    return this.#server.clock.now();
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.#back !== undefined) return this.#missed?.();
    // Whoever cannot be sent to has ended, or ends for it by the limits of the connection.
    this.#connection.send(data);
  }

  batch(task: () => void): void {
    batch(this.#connection, task);
  }

  drained(): Promise<void> {
    return this.#back?.promise ?? this.#connection.drained();
  }

  close(code: number): void {
    if (this.#back === undefined) return this.#connection.close(code);
    this.#back.resolve();
    // Whoever closes is in the middle of something.
    queueMicrotask(() => this.#closed?.());
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
  readonly #absences: Absences;
  readonly #absence: Absence | undefined;
  #attendance: Attendance | undefined;
  /** For limits: once it is cut off, no runtime has to know any more from where it was. */
  #request: ConnectionRequest | undefined;

  /**
   * @param absences Those whose clients may come back.
   * @param absence That of the client which does, with this WebSocket.
   */
  constructor(arrival: Arrival, absences: Absences = new Absences(), absence?: Absence) {
    this.#arrival = arrival;
    this.#absences = absences;
    this.#absence = absence;
  }

  onOpen(_event: OpenEvent, connection: Connection): void {
    this.#attendance = this.#absence === undefined
      ? this.#arrive(connection)
      : this.#absence.comeBack(connection, this.#arrival);
    // Another one was faster with the same token.
    if (this.#attendance === undefined) return connection.close(1008);
    const { arrival: { server, ticket }, reception } = this.#attendance;
    const { userId } = reception.session;
    this.#note({ userId, cut: () => connection.terminate() });
    if (!ticket?.resumable || server.options.limits.length === 0) return;
    const { url, headers, remoteAddress } = connection.request;
    this.#request = { url, headers, remoteAddress };
  }

  onMessage({ data }: MessageEvent): void {
    this.#attendance?.reception.receive(typeof data === "string" ? data : new Uint8Array(data));
  }

  /** The server closes the connection itself, once the client knows that it may come back. */
  [SHUTTING_DOWN](): void {
    this.#attendance?.reception.session.farewell(undefined, true);
  }

  onClose({ cause, wasClean }: CloseEvent): void {
    if (this.#attendance === undefined) return;
    this.#note(undefined);
    const all = this.#absences;
    if (!wasClean && Absence.begin(all, this.#attendance, cause, this.#request)) return;
    const { arrival, reception } = this.#attendance;
    leave(arrival, reception, cause);
  }

  /** Who may come back is known to be here, or not to be. */
  #note(presence: Presence | undefined): void {
    const { ticket } = this.#attendance!.arrival;
    if (ticket?.resumable) this.#absences.note(ticket.token, presence);
  }

  #arrive(connection: Connection): Attendance | undefined {
    const arrival = this.#arrival;
    const { hub, server, user, ticket } = arrival;
    // Before the token is claimed: what user code throws would keep it for good.
    const userId = hub.options.userId(user as never);
    if (ticket !== undefined && !hub.tickets.claim(ticket)) return undefined;
    const carrier = new WebSocketTransport(connection, server);
    return { arrival, reception: arrive(arrival, carrier, userId), carrier };
  }
}
