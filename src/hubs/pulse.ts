import type { CheckedHubLimits } from "./limits.ts";

/** What is due for one client. */
export type Due = "ping" | "lost" | "late" | undefined;

/** The part of the limits that a pulse needs, in milliseconds. */
export type PulseLimits = Pick<
  CheckedHubLimits,
  "handshakeTimeout" | "keepAliveInterval" | "clientTimeoutInterval"
>;

/**
 * When one client and we have last heard of each other. What happens between two looks counts as of
 * the second one, so that nobody asks the clock for each message.
 */
export class Pulse {
  #sentAt: number;
  #heardAt: number;
  #sent = false;
  #heard = false;
  /** Whether the client has shaken hands, and whether it has promised to go on pinging. */
  #greeted = false;
  #pings = false;

  constructor(now: number) {
    this.#sentAt = now;
    this.#heardAt = now;
  }

  /** Something was sent to the client. */
  sent(): void {
    this.#sent = true;
  }

  /** Something came from it. */
  heard(): void {
    this.#heard = true;
  }

  /** It has said in which encoding it goes on. */
  greeted(): void {
    this.#greeted = true;
  }

  /** It has sent a ping: clients that do, do so for ever. */
  pinged(): void {
    this.#pings = true;
  }

  /** What is due now. */
  look(now: number, limits: PulseLimits): Due {
    if (this.#sent) this.#sentAt = now;
    if (this.#heard) this.#heardAt = now;
    this.#sent = this.#heard = false;
    // Half a handshake is none.
    if (!this.#greeted) return now - this.#sentAt >= limits.handshakeTimeout ? "late" : undefined;
    if (this.#pings && now - this.#heardAt >= limits.clientTimeoutInterval) return "lost";
    return now - this.#sentAt >= limits.keepAliveInterval ? "ping" : undefined;
  }

  /** It is looked after by another clock from now on. */
  restart(now: number): void {
    this.#sentAt = this.#heardAt = now;
  }

  /** The whole process was paused: what came meanwhile has not been read yet. */
  forgive(now: number): void {
    this.#heardAt = now;
  }
}
