import type { Told } from "./message.ts";

/** Connections, and things told of each, that are remembered until it is known which one it is. */
const MOST_CANDIDATES = 32;
const MOST_TOLD = 64;

/** What a claim comes to. */
export interface ClaimOwner {
  /** It is known which connection it is; `undefined`: none, the handshake was refused. */
  matched(connection: string | undefined, told: readonly Told[]): void;
  /** It cannot be told which one it is, among so many. */
  unmatched(candidates: number): void;
}

/** A connection that may be the one. */
interface Candidate {
  readonly protocol: string;
  readonly told: Told[];
}

/**
 * A page's word that it is about to connect, and what the server sees from then on until the page
 * says how that went. Nothing is put into the handshake by which to know it again, because that would
 * be another handshake: it is the one that came to this path, from the page's own address, in these
 * milliseconds, before the page had its answer. If there are several, nobody is told of any of them.
 */
export class Claim {
  readonly #path: string;
  readonly #address: string;
  readonly #owner: ClaimOwner;
  readonly #handshakes: Told[] = [];
  readonly #candidates = new Map<string, Candidate>();
  #surplus = 0;
  /** The subprotocol that the page sees; `undefined` as long as it sees no connection. */
  #protocol: string | undefined;
  /** When the page had its answer. */
  #at = Infinity;
  #settled = false;

  constructor(path: string, address: string, owner: ClaimOwner) {
    this.#path = path;
    this.#address = address;
    this.#owner = owner;
  }

  /** A handshake was answered. */
  handshake(path: string, address: string, told: Told): void {
    if (this.#settled || !this.#fits(path, address)) return;
    if (this.#handshakes.length < MOST_CANDIDATES) this.#handshakes.push(told);
  }

  /** A connection is open. */
  open(connection: string, path: string, address: string, protocol: string, told: Told): void {
    if (this.#settled || !this.#fits(path, address)) return;
    if (this.#candidates.size < MOST_CANDIDATES) {
      this.#candidates.set(connection, { protocol, told: [told] });
    } else this.#surplus++;
    if (this.#protocol !== undefined) this.#match();
  }

  /** Something else happened to a connection. */
  tell(connection: string, told: Told): void {
    const candidate = this.#candidates.get(connection);
    if (candidate && candidate.told.length < MOST_TOLD) candidate.told.push(told);
  }

  /** Another page has this one. */
  taken(connection: string): void {
    this.#candidates.delete(connection);
  }

  /** The page has had a connection since `at`. If the server has none yet, the next one will be it. */
  opened(protocol: string, at: number): void {
    this.#protocol = protocol;
    this.#at = at;
    if (this.#candidates.size + this.#surplus > 0) this.#match();
  }

  /** The page knew at `at` that it gets none. */
  failed(at: number): void {
    if (this.#protocol === undefined) this.#at = at;
    this.#match();
  }

  /** The server has seen nothing of it for long. */
  expire(): void {
    this.#match();
  }

  #fits(path: string, address: string): boolean {
    return path === this.#path && sameAddress(address, this.#address);
  }

  #match(): void {
    if (this.#settled) return;
    this.#settled = true;
    const opened = this.#protocol !== undefined;
    // What was asked after the page had its answer is not what it was answered.
    const handshakes = this.#handshakes.filter((told) =>
      askedAt(told) <= this.#at && (!opened || told.verdict === "accepted")
    );
    const accepted = opened || handshakes.some(({ verdict }) => verdict === "accepted");
    const open = [...this.#candidates].filter(([, { protocol }]) =>
      accepted && (!opened || protocol === this.#protocol)
    );
    const count = Math.max(accepted ? open.length + this.#surplus : 0, handshakes.length);
    const [connection, candidate] = open[0] ?? [];
    this.#candidates.clear();
    // What came by no handshake of ours, or of which there are several, is not known.
    if (count !== 1) return this.#owner.unmatched(count);
    const told = [...handshakes, ...candidate?.told ?? []].sort((a, b) => a.at - b.at);
    this.#owner.matched(connection, told);
  }
}

/**
 * When a handshake came, at the earliest. That it was answered is told a moment after that: the page
 * may know before. Durations are of a clock of whole milliseconds.
 */
function askedAt({ at, duration }: Told): number {
  return at - (typeof duration === "number" ? duration + 1 : 0);
}

/** Whether two addresses are of the same machine; whatever nobody knows may be. */
function sameAddress(one: string, other: string): boolean {
  return one === other || one === "" || other === "" || (isLoopback(one) && isLoopback(other));
}

function isLoopback(address: string): boolean {
  return /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(address);
}
