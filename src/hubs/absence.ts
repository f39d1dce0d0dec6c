import type { Clock } from "../base/clock.ts";
import { Deferred } from "../base/deferred.ts";
import type { CloseCause } from "../connection/close.ts";
import type { Connection, ConnectionRequest } from "../connection/connection.ts";
import { type Arrival, leave } from "./arrival.ts";
import type { ServerState } from "../server/server_state.ts";
import { Place } from "./place.ts";
import type { Reception } from "./reception.ts";

/** Milliseconds in which a client that was cut off may come back. */
const WINDOW = 15_000;

/** What carries a client, from one WebSocket to the next. */
export interface Carrier {
  /**
   * There is no WebSocket any more. Meanwhile, `closed` is called if we end the client, and `missed`
   * when it is sent what does not reach it.
   */
  detach(closed: () => void, missed: () => void): void;
  /** Here is the next one, of this server. */
  attach(connection: Connection, server: ServerState): void;
}

/** A client that is connected over WebSockets. */
export interface Attendance {
  readonly arrival: Arrival;
  readonly reception: Reception;
  readonly carrier: Carrier;
}

/** Milliseconds for which a client waits whose first WebSocket nobody knows yet to be cut. */
const PATIENCE = 1_000;

/** A client on a WebSocket that nobody knows yet to be cut. */
export interface Presence {
  readonly userId: string | undefined;
  /** Takes the WebSocket for cut. */
  cut(): void;
}

/** Those that may come back, by their tokens. */
export class Absences {
  readonly #all = new Map<string, Absence>();
  /** Those that are here. */
  readonly #present = new Map<string, Presence>();
  /** Whoever is back before we know that it was away. */
  readonly #expected = new Map<string, Deferred<void>>();
  /** Servers whose shutdown ends theirs: one listener for each, because Node warns of many. */
  readonly #heard = new WeakSet<AbortSignal>();

  /** How many there are. */
  get size(): number {
    return this.#all.size;
  }

  get(token: string): Absence | undefined {
    return this.#all.get(token);
  }

  /** Ends all. */
  end(cause: CloseCause): void {
    for (const absence of [...this.#all.values()]) absence.end(cause);
  }

  /** A client is here that may come back; `undefined` if it is no longer. */
  note(token: string, presence: Presence | undefined): void {
    if (presence === undefined) this.#present.delete(token);
    else this.#present.set(token, presence);
  }

  /**
   * The absence that is there, or that begins within a second. After that, the client is believed:
   * its WebSocket is dead, though nobody has noticed here, and the next one takes its place.
   */
  async expect(
    token: string,
    clock: Clock,
    userId: string | undefined,
  ): Promise<Absence | undefined> {
    if (!this.#all.has(token)) {
      const begun = this.#expected.get(token) ?? new Deferred<void>();
      this.#expected.set(token, begun);
      const cancel = clock.after(PATIENCE, () => begun.resolve());
      await begun.promise;
      cancel();
      this.#expected.delete(token);
      const present = this.#present.get(token);
      if (present !== undefined && present.userId === userId) present.cut();
      // Its end is told right behind this.
      await Promise.resolve();
    }
    return this.#all.get(token);
  }

  add(token: string, absence: Absence): void {
    this.#all.set(token, absence);
    this.#expected.get(token)?.resolve();
    const { shutdown } = absence;
    if (this.#heard.has(shutdown)) return;
    this.#heard.add(shutdown);
    shutdown.addEventListener("abort", () => {
      for (const each of [...this.#all.values()]) {
        if (each.shutdown === shutdown) each.end("shutdown");
      }
    });
  }

  delete(token: string): void {
    this.#all.delete(token);
  }
}

/** The absence of a client that was cut off: it keeps its place, and may come back for a while. */
export class Absence {
  readonly #attendance: Attendance;
  readonly #all: Absences;
  readonly #cause: CloseCause;
  readonly #cancel: () => void;
  readonly #place: Place;
  #over = false;

  /**
   * Begins, if the client can come back; says whether it can.
   *
   * @param all Where it is found by its token.
   * @param cause Why it was cut off.
   * @param request That of the WebSocket, for the limits of its server.
   */
  static begin(
    all: Absences,
    attendance: Attendance,
    cause: CloseCause,
    request?: ConnectionRequest,
  ): boolean {
    const { arrival: { hub, server }, reception } = attendance;
    if (!mayComeBack(reception) || hub.closed) return false;
    const place = Place.take(server, request);
    if (place === undefined) return false;
    new Absence(all, attendance, cause, place);
    return true;
  }

  private constructor(all: Absences, attendance: Attendance, cause: CloseCause, place: Place) {
    const { arrival, reception, carrier } = attendance;
    const { server, heartbeat, ticket } = arrival;
    this.#all = all;
    this.#attendance = attendance;
    this.#cause = cause;
    this.#place = place;
    this.#cancel = server.clock.after(WINDOW, () => this.end());
    heartbeat.delete(reception);
    carrier.detach(() => this.end(), () => this.#missed());
    reception.suspend();
    all.add(ticket!.token, this);
  }

  /** Aborts when its server shuts down. */
  get shutdown(): AbortSignal {
    return this.#attendance.arrival.server.signal;
  }

  /** The name of the user that may come back. */
  get userId(): string | undefined {
    return this.#attendance.reception.session.userId;
  }

  /** Somebody asks for it, most likely its client: for a second, its place is free for that. */
  lend(): void {
    this.#place.lend(() => this.end());
  }

  /**
   * The client is back, on another WebSocket; `undefined` if it is too late.
   *
   * @param place The server that it has come to, and who looks after its clients.
   */
  comeBack(
    connection: Connection,
    { server, heartbeat }: Pick<Arrival, "server" | "heartbeat">,
  ): Attendance | undefined {
    const { arrival, reception, carrier } = this.#attendance;
    if (!mayComeBack(reception)) this.end();
    if (!this.#finish()) return undefined;
    carrier.attach(connection, server);
    reception.session.pulse.restart(server.clock.now());
    heartbeat.add(reception);
    reception.resume();
    return { arrival: { ...arrival, server, heartbeat }, reception, carrier };
  }

  /** It does not come back. */
  end(cause: CloseCause = this.#cause): void {
    if (!this.#finish()) return;
    const { arrival, reception } = this.#attendance;
    leave(arrival, reception, cause);
  }

  #missed(): void {
    // Whoever sends is in the middle of something.
    if (!mayComeBack(this.#attendance.reception)) queueMicrotask(() => this.end());
  }

  /** Says whether it was not over yet. */
  #finish(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#cancel();
    this.#all.delete(this.#attendance.arrival.ticket!.token);
    this.#place.end();
    return true;
  }
}

/** Whether everything is there that the client may lack, and we have not ended it. */
function mayComeBack({ session }: Reception): boolean {
  return session.open && session.continuity?.sent.complete === true;
}
