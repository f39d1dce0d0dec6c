import type { Clock } from "../base/clock.ts";
import { PING } from "../wire/message.ts";
import type { CheckedHubLimits } from "./limits.ts";
import { Broadcast } from "./broadcast.ts";
import { errorText, texts } from "./hub_error.ts";
import type { Session } from "./session.ts";

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

/** Whoever of a hub is connected to one server: pings and timeouts. */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #limits: CheckedHubLimits;
  readonly #clients = new Set<Beating>();
  #stop: (() => void) | undefined;
  #lookedAt = 0;

  constructor(clock: Clock, limits: CheckedHubLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  add(client: Beating): void {
    this.#clients.add(client);
    if (this.#stop !== undefined) return;
    this.#lookedAt = this.#clock.now();
    this.#stop = this.#clock.every(PERIOD, () => this.#look());
  }

  delete(client: Beating): void {
    this.#clients.delete(client);
    if (this.#clients.size > 0 || this.#stop === undefined) return;
    this.#stop();
    this.#stop = undefined;
  }

  #look(): void {
    const now = this.#clock.now();
    const late = now - this.#lookedAt > LATE;
    this.#lookedAt = now;
    const ping = new Broadcast(PING);
    for (const client of [...this.#clients]) {
      const { session } = client;
      if (late) session.pulse.forgive(now);
      const due = session.pulse.look(now, this.#limits);
      if (due === "late") client.late();
      if (!session.transport.pings) continue;
      session.acknowledge();
      if (due === "ping") {
        session.sendCopy(ping);
        session.flush();
      }
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
}
