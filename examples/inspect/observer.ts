import { Claim } from "./claim.ts";
import { type Heard, listen } from "./diagnostics.ts";
import { connectionOf } from "./inspected.ts";
import type { Answer, Told } from "./message.ts";
import { told } from "./told.ts";
import { Watched } from "./watched.ts";

/** Milliseconds between two looks at connections. */
const LOOK = 250;

/** Milliseconds by which the server may see a connection later than the page. */
const LATE = 2_000;

/** Claims of one page at a time: of its oldest ones it has lost sight. */
const MOST = 8;

/** Those of all pages, so that no two of them take one connection for theirs. */
const observers = new Set<Observer>();

/** Sees what the server tells of all connections, and tells one page of its own. */
export class Observer {
  readonly #address: string;
  readonly #development: boolean;
  readonly #tell: (answer: Answer) => void;
  readonly #claims = new Map<number, Claim>();
  /** By the ids of connections, and these by those of the page. */
  readonly #watched = new Map<string, Watched>();
  readonly #names = new Map<number, string>();
  readonly #silence: () => void;
  readonly #looking: ReturnType<typeof setInterval>;

  readonly #late: number;

  /** For a page at this address; `development`: errors are told with what they say. */
  constructor(
    address: string,
    development: boolean,
    tell: (answer: Answer) => void,
    late = LATE,
  ) {
    this.#late = late;
    this.#address = address;
    this.#development = development;
    this.#tell = tell;
    this.#silence = listen((heard) => this.#hear(heard));
    this.#looking = setInterval(() => this.#watched.forEach((one) => one.look()), LOOK);
    observers.add(this);
  }

  /** Nobody looks any more. */
  end(): void {
    observers.delete(this);
    this.#silence();
    clearInterval(this.#looking);
  }

  /** The page is about to connect. */
  claim(id: number, path: string): void {
    const claim = new Claim(path, this.#address, {
      matched: (connection, told) => this.#matched(id, connection, told),
      unmatched: (candidates) => {
        this.#claims.delete(id);
        this.#tell({ type: "unmatched", id, candidates });
      },
    });
    this.#claims.set(id, claim);
    const [oldest] = this.#claims.keys();
    if (this.#claims.size > MOST && oldest !== undefined) this.#claims.delete(oldest);
  }

  /** The page has the connection that it claims, with this subprotocol, since `at`. */
  opened(id: number, protocol: string, at: number): void {
    const claim = this.#claims.get(id);
    claim?.opened(protocol, at);
    // It may be at another process.
    if (this.#claims.has(id)) setTimeout(() => claim?.expire(), this.#late);
  }

  /** The page knew at `at` that it gets none. */
  failed(id: number, at: number): void {
    this.#claims.get(id)?.failed(at);
  }

  /** The connection that the page has by this number. */
  watched(id: number): Watched | undefined {
    return this.#watched.get(this.#names.get(id) ?? "");
  }

  #matched(id: number, connection: string | undefined, told: readonly Told[]): void {
    this.#claims.delete(id);
    this.#tell({ type: "matched", id, connection });
    this.#tell({ type: "told", id, told });
    if (connection === undefined) return;
    for (const other of observers) {
      for (const claim of other.#claims.values()) claim.taken(connection);
    }
    if (told.some(({ event }) => event === "close")) return;
    this.#watched.set(connection, new Watched(id, () => connectionOf(connection), this.#tell));
    this.#names.set(id, connection);
  }

  #hear(heard: Heard): void {
    const { name, message } = heard;
    const claims = [...this.#claims.values()];
    if (name === "handshake") {
      const { path, remoteAddress } = message;
      const what = told(heard, this.#development);
      for (const claim of claims) claim.handshake(path, remoteAddress, what);
      return;
    }
    const id = message.connectionId;
    if (id === undefined) return;
    const watched = this.#watched.get(id);
    if (name === "received" || name === "sent") return watched?.count(name, message.size);
    if (watched === undefined && claims.length === 0) return;
    const what = told(heard, this.#development);
    if (name === "open") {
      const { path, remoteAddress, protocol } = message;
      for (const claim of claims) claim.open(id, path, remoteAddress, protocol, what);
      return;
    }
    for (const claim of claims) claim.tell(id, what);
    watched?.hear(what);
    if (name === "close") this.#forget(id);
  }

  #forget(connection: string): void {
    if (!this.#watched.delete(connection)) return;
    for (const [id, name] of this.#names) if (name === connection) this.#names.delete(id);
  }
}
