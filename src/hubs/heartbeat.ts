import type { Clock } from "../base/clock.ts";
import { PING } from "../wire/message.ts";
import type { CheckedHubLimits } from "./limits.ts";
import { Broadcast } from "./broadcast.ts";
import { errorText, texts } from "./hub_error.ts";
import type { Session } from "./session.ts";

/** The part of a server that this needs. */
export interface HeartbeatServer {
  readonly clock: Clock;
  /** Aborts when the server begins to shut down. */
  readonly signal: AbortSignal;
}

/** Milliseconds between two looks: what every time is rounded to. */
const PERIOD = 1_000;

/** Milliseconds after the last look that make the next one late: the process was paused. */
const LATE = 5_000;

/** One client that is looked after. */
export interface Beating {
  readonly session: Session;
  /** It has had its time to shake hands. */
  late(): void;
}

/** Whoever of a hub is connected to one server: pings, timeouts, and the end of the server. */
export class Heartbeat {
  readonly #server: HeartbeatServer;
  readonly #limits: CheckedHubLimits;
  readonly #clients = new Set<Beating>();
  readonly #shutdown = () => this.#farewell();
  #stop: (() => void) | undefined;
  #lookedAt = 0;

  constructor(server: HeartbeatServer, limits: CheckedHubLimits) {
    this.#server = server;
    this.#limits = limits;
  }

  add(client: Beating): void {
    this.#clients.add(client);
    if (this.#stop !== undefined) return;
    const { clock, signal } = this.#server;
    this.#lookedAt = clock.now();
    this.#stop = clock.every(PERIOD, () => this.#look());
    signal.addEventListener("abort", this.#shutdown);
  }

  delete(client: Beating): void {
    this.#clients.delete(client);
    if (this.#clients.size > 0 || this.#stop === undefined) return;
    this.#stop();
    this.#stop = undefined;
    this.#server.signal.removeEventListener("abort", this.#shutdown);
  }

  #look(): void {
    const now = this.#server.clock.now();
    const late = now - this.#lookedAt > LATE;
    this.#lookedAt = now;
    const ping = new Broadcast(PING);
    for (const client of [...this.#clients]) {
      const { session } = client;
      if (late) session.pulse.forgive(now);
      const due = session.pulse.look(now, this.#limits);
      if (due === "ping") {
        session.sendCopy(ping);
        session.flush();
      }
      if (due === "late") client.late();
      if (due === "lost") this.#lost(session);
    }
  }

  #lost(session: Session): void {
    const seconds = this.#limits.clientTimeoutInterval / 1000;
    const error = new Error(`expected a message or a ping within ${seconds} seconds, got none`);
    session.close({
      cause: "idle-timeout",
      error: errorText(texts.closed, error, this.#limits.enableDetailedErrors),
      allowReconnect: true,
    });
  }

  /** The server closes the connections itself, once we have told their clients that it is no fault. */
  #farewell(): void {
    for (const { session } of this.#clients) session.farewell(undefined, true);
  }
}
