import { checkNames, checkOption } from "../base/options.ts";
import { quote } from "../base/quote.ts";
import type { ConnectionRequest } from "../connection/connection.ts";
import { refusal, type Refused } from "../handshake/verdict.ts";
import type { Admission, HandshakeLimit } from "../server/admission.ts";
import { addressKey } from "./address.ts";
import { checkAmount, checkAny, checkBurst } from "./check.ts";
import { type Bucket, Rate } from "./rate.ts";

/** What one address may take. One of the first three at least. */
export interface PerAddressOptions {
  /**
   * Connections at the same time; as many again of hubs may have been cut off, and wait for their
   * clients to come back.
   */
  readonly connections?: number | undefined;
  /** Opening handshakes per second, in the long run; to negotiate with a hub counts as one. */
  readonly handshakes?: number | undefined;
  /** Handshakes whose pipeline has not answered yet, at the same time. */
  readonly pending?: number | undefined;
  /**
   * Seconds' worth of handshakes that an address which was quiet may begin at once: 1 to 3600.
   *
   * @default {30}
   */
  readonly burst?: number | undefined;
  /**
   * Believes the last element of `X-Forwarded-For`, which your proxy has written. Only behind a proxy
   * that writes it: else clients choose their address.
   *
   * @default {false}
   */
  readonly trustProxy?: boolean | undefined;
}

const NAMES = ["connections", "handshakes", "pending", "burst", "trustProxy"];

/** Addresses that are remembered at the least, beside those with connections; twice that at most. */
const GENERATION = 32_768;

/** Seconds after which a client may try again whose address has too much open. */
const RETRY_AFTER = 5;

/** What an address has taken. */
interface Account {
  connections: number;
  /** Clients of hubs that were cut off, and may come back. */
  absent: number;
  pending: number;
  bucket: Bucket;
}

/**
 * Limits what one address may take of a server: an IPv4 address, or the /64 of an IPv6 address. Above,
 * its handshakes get 429 with `Retry-After` before any of your code runs. People behind one router
 * share an address: leave room for an office.
 *
 * The last 32,768 addresses are remembered, and all with something open, so that a flood from a million
 * of them costs some megabytes; whoever is forgotten begins anew.
 *
 * @example
 * ```ts
 * import { serve, upgradeWebSocket } from "@edgesocket/edgesocket";
 * import { perAddress } from "@edgesocket/edgesocket/limits";
 *
 * serve({
 *   limits: perAddress({ connections: 200, handshakes: 10 }),
 *   fetch: (request) =>
 *     upgradeWebSocket(request, {
 *       onMessage: (event, connection) => connection.send(event.data),
 *     }),
 * });
 * ```
 *
 * @throws {TypeError} If an option is unknown or of the wrong type, or nothing is limited.
 * @throws {RangeError} If an option is out of range.
 */
export function perAddress(options: PerAddressOptions): HandshakeLimit {
  checkNames("perAddress", options, NAMES);
  const { connections = Infinity, handshakes, pending = Infinity, burst = 30 } = options;
  checkAny("perAddress", { ...options }, ["connections", "handshakes", "pending"]);
  for (const name of ["connections", "handshakes", "pending"] as const) {
    checkAmount(name, options[name]);
  }
  checkBurst(burst);
  checkOption("trustProxy", options.trustProxy, "boolean");
  const rate = new Rate(handshakes ?? 1, burst);
  return new Accounts({ connections, pending, rate, limited: handshakes !== undefined }, options);
}

interface Bounds {
  readonly connections: number;
  readonly pending: number;
  readonly rate: Rate;
  /** Whether the rate counts. */
  readonly limited: boolean;
}

/** What the addresses have taken. Two generations, because a `Map` forgets its first slowly. */
class Accounts implements HandshakeLimit {
  #young = new Map<string, Account>();
  #old = new Map<string, Account>();
  #mostYoung = GENERATION;
  readonly #bounds: Bounds;
  readonly #trustProxy: boolean;

  constructor(bounds: Bounds, { trustProxy = false }: PerAddressOptions) {
    this.#bounds = bounds;
    this.#trustProxy = trustProxy;
  }

  admit(request: Request, remoteAddress: string, now: number): Admission | Refused | string {
    const { headers } = request;
    const address = this.#addressOf({ headers, remoteAddress });
    const key = addressKey(address);
    if (key === undefined) {
      const got = quote(address || "none");
      return `perAddress expected the client's IP address, got ${got}: it lets everybody in`;
    }
    const account = this.#account(key, now);
    const { connections, pending, rate, limited } = this.#bounds;
    if (limited && !rate.take(account.bucket, 1, now)) {
      return tooMany("handshakes", Math.ceil(rate.wait(account.bucket, 1)));
    }
    if (account.connections >= connections) return tooMany("connections", RETRY_AFTER);
    if (account.pending >= pending) return tooMany("pending handshakes", RETRY_AFTER);
    const ended = enter(account);
    account.pending++;
    let waits = true;
    const answered = () => {
      if (waits) account.pending--;
      waits = false;
    };
    return {
      answered,
      ended() {
        answered();
        ended();
      },
    };
  }

  anew(): HandshakeLimit {
    return new Accounts(this.#bounds, { trustProxy: this.#trustProxy });
  }

  resume(remoteAddress: string, now: number): Pick<Admission, "ended"> | undefined {
    // What a proxy has forwarded is not kept.
    const key = this.#trustProxy ? undefined : addressKey(remoteAddress);
    return key === undefined ? undefined : { ended: enter(this.#account(key, now)) };
  }

  /**
   * Not among the connections: an office that was cut off as a whole comes back as a whole, while each
   * of its clients is taken for absent still.
   */
  absent(request: ConnectionRequest, now: number): (() => void) | undefined {
    const key = addressKey(this.#addressOf(request));
    if (key === undefined) return () => {};
    const account = this.#account(key, now);
    if (account.absent >= this.#bounds.connections) return undefined;
    account.absent++;
    return () => void account.absent--;
  }

  #addressOf({ headers, remoteAddress }: Pick<ConnectionRequest, "headers" | "remoteAddress">) {
    return this.#trustProxy ? lastForwarded(headers) ?? remoteAddress : remoteAddress;
  }

  /** The account of an address. */
  #account(key: string, now: number): Account {
    const known = this.#young.get(key);
    if (known) return known;
    const account = this.#old.get(key) ??
      { connections: 0, absent: 0, pending: 0, bucket: this.#bounds.rate.bucket(now) };
    if (this.#young.size >= this.#mostYoung) this.#age();
    this.#young.set(key, account);
    return account;
  }

  /** The young grow old, and the old are forgotten, but for those that have something open. */
  #age(): void {
    const staying = [...this.#old].filter(([, { connections, absent }]) =>
      connections + absent > 0
    );
    this.#old = this.#young;
    this.#young = new Map(staying);
    this.#mostYoung = staying.length + GENERATION;
  }
}

/** Takes a place for a connection; returns what gives it back, once. */
function enter(account: Account): () => void {
  account.connections++;
  let inside = true;
  return () => {
    if (inside) account.connections--;
    inside = false;
  };
}

function tooMany(what: string, seconds: number): Refused {
  const message = `too many ${what} from this address`;
  return refusal(429, message, { "retry-after": `${seconds}` });
}

/** The element that the nearest proxy has written; what is before it is for nobody to read. */
function lastForwarded(headers: Headers): string | undefined {
  const all = headers.get("x-forwarded-for");
  return all?.slice(all.lastIndexOf(",") + 1).trim() || undefined;
}
