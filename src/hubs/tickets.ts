import type { Clock } from "../base/clock.ts";
import { randomId } from "../brokers/process_id.ts";
import type { Claims } from "./claims.ts";
import type { Elsewhere } from "./elsewhere.ts";
import { type Sealed, Seals } from "./seals.ts";
import type { Ticket, Tokens } from "./tokens.ts";

/**
 * Why somebody may not connect with a token. `stranger`: it is another user's. `elsewhere`: it is
 * signed by us, but good for nothing here.
 */
export type NoTicket = "unknown" | "stranger" | "elsewhere";

/** What a hub knows of those that have negotiated: in this process, or signed, in all. */
export class Tickets {
  readonly #tokens: Tokens;
  readonly #claims: Claims;
  readonly #elsewhere: Elsewhere | undefined;
  readonly #process: string;
  readonly #seals: Seals | undefined;

  /** @param secrets None if tokens are good for this process only. */
  constructor(
    tokens: Tokens,
    claims: Claims,
    elsewhere: Elsewhere | undefined,
    name: string,
    secrets: readonly string[],
    now?: () => number,
  ) {
    this.#tokens = tokens;
    this.#claims = claims;
    this.#elsewhere = elsewhere;
    this.#process = elsewhere?.id ?? randomId();
    this.#seals = secrets.length === 0 ? undefined : new Seals(name, this.#process, secrets, now);
  }

  /** Hands out a token to a user. */
  make(
    clock: Clock,
    version: 0 | 1,
    resumable: boolean,
    user: string | undefined,
  ): Ticket | Promise<Ticket> {
    return this.#seals?.make(version, resumable, user) ??
      this.#tokens.make(clock, version, resumable);
  }

  /**
   * What was promised to whoever has this token and connects with it, for the first time.
   *
   * @param exclusive Whether to make sure first that it is not connected to another process: polls
   * look alike, the first one and all others, and so do WebSockets of clients that may come back.
   */
  async find(
    clock: Clock,
    token: string,
    user: () => string | undefined,
    exclusive = false,
  ): Promise<Ticket | NoTicket> {
    if (this.#seals === undefined) return this.#tokens.find(clock, token) ?? "unknown";
    const sealed = await this.#seals.open(token, user());
    if (sealed === undefined) return "unknown";
    if (!sealed.mine) return "stranger";
    if (!sealed.fresh || this.#claims.has(sealed.id)) return "elsewhere";
    const { id, resumable, process } = sealed;
    const ticket: Ticket = { id, token, resumable };
    if (process === this.#process) return ticket;
    // A poll may be a later one, of a client that is connected there.
    if (this.#elsewhere === undefined) return exclusive ? "elsewhere" : ticket;
    if (!exclusive && !resumable) return { ...ticket, from: process };
    const first = await this.#elsewhere.claim(process, id);
    if (first === true) return ticket;
    // Without the other process nobody knows. WebSockets take the chance.
    return first === undefined && !exclusive ? { ...ticket, from: process } : "elsewhere";
  }

  /** A client is connected with this ticket from now on. Says whether it is the only one. */
  claim(ticket: Ticket): boolean {
    if (this.#seals !== undefined && !this.#claims.take(ticket.id)) return false;
    return this.#tokens.claim(ticket.token, ticket.resumable);
  }

  /** Asks the process that has handed out a ticket. Calls `taken` if somebody else was faster. */
  check({ id, from }: Ticket, taken: () => void): void {
    if (from === undefined) return;
    this.#elsewhere?.claim(from, id).then((first) => {
      if (first === false) taken();
    });
  }

  /** A token that is signed, however old it is; `undefined` if it is none of ours. */
  async read(token: string, user: string | undefined): Promise<Sealed | undefined> {
    return await this.#seals?.open(token, user);
  }
}
