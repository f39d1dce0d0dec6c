import type { Clock } from "../base/clock.ts";
import { Leases } from "./leases.ts";
import type { PresenceTopic } from "./presence_topic.ts";
import type { PresenceMessage } from "./presence_wire.ts";

/** How many looks at leases each lease takes, and between how many of them others are told. */
const [LOOKS, BEATS] = [10, 3];

/** Topics that say something once more in one look. */
const REPEATS = 1_000;

/** What a pulse asks of whoever has the topics. */
export interface PulseOwner {
  /** The id of this process. */
  readonly process: string;
  /** Milliseconds for which processes are believed in. */
  readonly ttl: number;
  /** Whether others can be heard. */
  readonly up: boolean;
  topics(): Iterable<PresenceTopic>;
  /** Says something to all processes. */
  send(topic: "", message: PresenceMessage): void;
  /** A look is over, of so many in a lease. */
  looked(now: number): void;
}

/** That this process lives, and which others do. */
export class PresencePulse {
  readonly #owner: PulseOwner;
  readonly #clock: Clock;
  readonly #leases: Leases;
  #looked = 0;
  #looks = 0;
  #stop: (() => void) | undefined;

  constructor(owner: PulseOwner, clock: Clock) {
    this.#owner = owner;
    this.#clock = clock;
    this.#leases = new Leases(owner.ttl);
  }

  /** There is somebody to look after. */
  begin(): void {
    this.#looked = this.#clock.now();
    this.#looks = 0;
    this.#stop = this.#clock.every(this.#owner.ttl / LOOKS, () => this.#look());
  }

  /** There is nobody any more. */
  end(): void {
    this.#stop?.();
  }

  /** Something came from a process: whether it is one of those that can be known. */
  hear(process: string, ttl?: number): boolean {
    const heard = this.#leases.hear(process, this.#clock.now(), ttl);
    if (heard === "back") { for (const topic of this.#owner.topics()) topic.hear(process); }
    return heard !== "full";
  }

  /** A process has ended. */
  bye(process: string): void {
    this.#leases.delete(process);
    for (const topic of this.#owner.topics()) topic.drop(process);
  }

  /** Nothing that was known until now may be so: others were not heard for a while. */
  renew(): void {
    this.#leases.renew(this.#clock.now());
    for (const topic of this.#owner.topics()) topic.doubt();
  }

  /** Others go on believing in this process, as long as it has somebody. */
  beat(): void {
    const { process, ttl } = this.#owner;
    for (const { users } of this.#owner.topics()) {
      if (users.own.shown > 0) return this.#owner.send("", { kind: "beat", process, ttl });
    }
  }

  /** A tenth of a lease is over. */
  #look(): void {
    const now = this.#clock.now();
    // Whoever stood still has heard nobody meanwhile, and others may have given it up.
    if (now - this.#looked > this.#owner.ttl / 2) this.renew();
    this.#looked = now;
    this.#owner.looked(now);
    if (!this.#owner.up) return;
    const { silent, forgotten } = this.#leases.look(now);
    for (const topic of this.#owner.topics()) {
      for (const process of silent) topic.silence(process);
      for (const process of forgotten) topic.drop(process);
    }
    if (++this.#looks % BEATS === 0) this.beat();
    let repeats = 0;
    for (const topic of this.#owner.topics()) {
      if (topic.repeat() && ++repeats === REPEATS) return;
    }
  }
}
