import type { Clock } from "../base/clock.ts";

/** What a client was promised when it negotiated. */
export interface Ticket {
  /** What others may know of the connection. */
  readonly id: string;
  /** What only its client knows. */
  readonly token: string;
  /** Whether the client may come back after a cut. */
  readonly resumable: boolean;
  /** The process that is to be asked whether nobody else has come with it; none if that is settled. */
  readonly from?: string | undefined;
}

/** Milliseconds after which nobody can connect with a token any more. */
const LIFETIME = 15_000;

/** A name that nobody can guess: 16 random bytes, in base64 that URLs leave as it is. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_")
    .replace(/=+$/, "");
}

/**
 * Tokens that were handed out and that nobody has connected with yet. There are no more than `most`:
 * the oldest go first, which a client that connects at once is never among, whoever floods us.
 */
export class Tokens {
  readonly #most: number;
  /** In the order in which they were handed out. */
  readonly #unclaimed = new Map<string, { readonly ticket: Ticket; readonly madeAt: number }>();
  /** Those that a client is connected with. */
  readonly #claimed = new Map<string, { readonly resumable: boolean }>();
  #resumable = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** With how many of them a client is connected that may come back. */
  get resumable(): number {
    return this.#resumable;
  }

  /** How many are kept. */
  get size(): number {
    return this.#unclaimed.size;
  }

  /** Hands out a token. In version 0 of negotiation the id is the token. */
  make(clock: Clock, version: 0 | 1, resumable = false): Ticket {
    this.#expire(clock);
    const token = randomId();
    const ticket = { id: version === 0 ? token : randomId(), token, resumable };
    this.#unclaimed.set(token, { ticket, madeAt: clock.now() });
    return ticket;
  }

  /** What was promised to whoever has this token; `undefined` if nothing was, or too long ago. */
  find(clock: Clock, token: string): Ticket | undefined {
    const entry = this.#unclaimed.get(token);
    return entry && clock.now() - entry.madeAt < LIFETIME ? entry.ticket : undefined;
  }

  /** Whether a client is connected with this token. */
  isClaimed(token: string): boolean {
    return this.#claimed.has(token);
  }

  /** A client is connected with this token from now on. Says whether it is the only one. */
  claim(token: string, resumable = false): boolean {
    this.#unclaimed.delete(token);
    if (this.isClaimed(token)) return false;
    this.#claimed.set(token, { resumable });
    if (resumable) this.#resumable++;
    return true;
  }

  /** Whether a client is connected with this token that may come back after a cut. */
  isResumable(token: string): boolean {
    return this.#claimed.get(token)?.resumable === true;
  }

  /** That client is gone, and its token is worth nothing any more. */
  release(token: string): void {
    if (this.isResumable(token)) this.#resumable--;
    this.#claimed.delete(token);
  }

  /** Forgets what is too old, and makes room for one more. */
  #expire(clock: Clock): void {
    const now = clock.now();
    for (const [token, { madeAt }] of this.#unclaimed) {
      if (now - madeAt < LIFETIME && this.size < this.#most) return;
      this.#unclaimed.delete(token);
    }
  }
}
