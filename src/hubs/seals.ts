import { randomId, type Ticket } from "./tokens.ts";

/** Milliseconds after which nobody can connect with a token any more. */
const LIFETIME = 15_000;

/** Milliseconds by which the clocks of two machines may differ. */
const SKEW = 15_000;

/** A token as it is read: signed by us, whoever brings it. */
export interface Sealed extends Ticket {
  /** The process that has handed it out. */
  readonly process: string;
  /** Whether it may still be connected with. */
  readonly fresh: boolean;
  /** Whether it was handed out to this user. */
  readonly mine: boolean;
}

/*
 * A token, in base64 but for the dots:
 * flags, a digit: 1 if its client may come back, 2 in version 0 of negotiation
 * the id of the connection
 * . the time, in milliseconds since 1970, in base 36
 * . the process
 * . what the user is told apart by: 8 bytes of a signature of the name
 * . the signature of all before, for this hub: 16 bytes
 */
const TOKEN = /^([0-3])([\w-]{22})\.([0-9a-z]{1,11})\.([0-9a-f]{16})\.([\w-]{11})\.([\w-]{22})$/;

const encoder = new TextEncoder();

/** Signs tokens, so that every process with the same secret takes them. */
export class Seals {
  readonly #hub: string;
  readonly #process: string;
  readonly #keys: Promise<readonly CryptoKey[]>;
  readonly #now: () => number;

  /**
   * @param hub The name of the hub, which no other takes tokens of.
   * @param process What others know this process by.
   * @param secrets The first signs, all are taken.
   * @param now Milliseconds since 1970: processes have this clock in common.
   */
  constructor(
    hub: string,
    process: string,
    secrets: readonly string[],
    now: () => number = Date.now,
  ) {
    this.#hub = hub;
    this.#process = process;
    this.#keys = Promise.all(secrets.map(keyOf));
    this.#now = now;
  }

  /** Hands out a token to a user. In version 0 of negotiation the id is the token. */
  async make(version: 0 | 1, resumable: boolean, user: string | undefined): Promise<Ticket> {
    const [key] = await this.#keys;
    const id = randomId();
    const flags = (resumable ? 1 : 0) + (version === 0 ? 2 : 0);
    const who = await this.#userMark(key!, user, id);
    const text = `${flags}${id}.${this.#now().toString(36)}.${this.#process}.${who}`;
    const token = `${text}.${await this.#sign(key!, `token ${text}`, 16)}`;
    return { id: version === 0 ? token : id, token, resumable };
  }

  /** Reads a token that a user has brought; `undefined` if it is none of this hub. */
  async open(token: string, user: string | undefined): Promise<Sealed | undefined> {
    const [, flags, id = "", time = "", process = "", who, signature] = TOKEN.exec(token) ?? [];
    if (signature === undefined) return undefined;
    const text = token.slice(0, -signature.length - 1);
    for (const key of await this.#keys) {
      if (!same(await this.#sign(key, `token ${text}`, 16), signature)) continue;
      const age = this.#now() - parseInt(time, 36);
      return {
        id: Number(flags) & 2 ? token : id,
        token,
        resumable: (Number(flags) & 1) !== 0,
        process,
        fresh: age >= -SKEW && age < LIFETIME + SKEW,
        mine: same(await this.#userMark(key, user, id), who!),
      };
    }
    return undefined;
  }

  #userMark(key: CryptoKey, user: string | undefined, id: string): Promise<string> {
    return this.#sign(key, user === undefined ? `nobody ${id}` : `user ${id} ${user}`, 8);
  }

  async #sign(key: CryptoKey, text: string, bytes: number): Promise<string> {
    const data = encoder.encode(`edgesocket ${this.#hub} ${text}`);
    const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, data));
    return btoa(String.fromCharCode(...signature.subarray(0, bytes))).replaceAll("+", "-")
      .replaceAll("/", "_").replace(/=+$/, "");
  }
}

function keyOf(secret: string): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign"]);
}

/** Takes the same time wherever they differ. */
function same(one: string, other: string): boolean {
  let difference = one.length ^ other.length;
  for (let i = 0; i < one.length; i++) difference |= one.charCodeAt(i) ^ other.charCodeAt(i);
  return difference === 0;
}
