/** Processes that are remembered. */
const MOST = 1_000;

/** Times of its lease for which a process is remembered of which nothing is heard. */
const MEMORY = 10;

interface Lease {
  /** Milliseconds for which it is believed in. */
  ttl: number;
  /** When something was heard of it, by the clock of this process. */
  heard: number;
  silent: boolean;
}

/** What a look at the leases has found. */
export interface Ended {
  /** Nothing was heard of them for as long as they said. They may come back. */
  readonly silent: readonly string[];
  /** Nothing was heard of them for so long that they are forgotten. */
  readonly forgotten: readonly string[];
}

/** Other processes, and until when each of them is believed in. */
export class Leases {
  readonly #ttl: number;
  readonly #leases = new Map<string, Lease>();

  /** `ttl`: milliseconds, for a process that has not said its own. */
  constructor(ttl: number) {
    this.#ttl = ttl;
  }

  /**
   * A process lives: whether it was thought not to. `full`: there are too many, and it is none of those
   * that are known.
   */
  hear(process: string, now: number, ttl?: number): "known" | "back" | "full" {
    const known = this.#leases.get(process);
    if (known === undefined) {
      if (this.#leases.size >= MOST) return "full";
      this.#leases.set(process, { ttl: ttl ?? this.#ttl, heard: now, silent: false });
      return "known";
    }
    const { silent } = known;
    known.ttl = ttl ?? known.ttl;
    known.heard = now;
    known.silent = false;
    return silent ? "back" : "known";
  }

  /** This process could hear nothing until now, which says nothing of others. */
  renew(now: number): void {
    for (const lease of this.#leases.values()) if (!lease.silent) lease.heard = now;
  }

  /** Finds those whose time is over. */
  look(now: number): Ended {
    const ended = { silent: [] as string[], forgotten: [] as string[] };
    for (const [process, lease] of this.#leases) {
      const quiet = now - lease.heard;
      if (quiet >= MEMORY * lease.ttl) {
        this.#leases.delete(process);
        ended.forgotten.push(process);
      } else if (quiet >= lease.ttl && !lease.silent) {
        lease.silent = true;
        ended.silent.push(process);
      }
    }
    return ended;
  }

  /** A process has ended. */
  delete(process: string): void {
    this.#leases.delete(process);
  }
}
