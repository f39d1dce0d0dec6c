import type { Inspection } from "../settings.ts";
import { Claim } from "./claim.ts";
import { type Heard, listen, now } from "./diagnostics.ts";
import { connectionOf } from "./inspected.ts";
import { type Answer, type Asked, parseAsked, type Told } from "./message.ts";
import { probe } from "./probe.ts";
import { sameText } from "./same_text.ts";
import { told } from "./told.ts";
import { Watched } from "./watched.ts";

/** Where the inspector itself is: of what happens there, nothing is told. */
export const PATH = "/inspect";

/** Milliseconds in which a page says who it is, and between two looks at its connections. */
const PATIENCE = 5_000;
const LOOK = 250;

/** Connections of one page that are told of at a time. */
const MOST = 8;

/** One name for this process, so that a page sees that another one has come in its place. */
const RUN = crypto.randomUUID();

/** The page's end of the channel. */
export interface Channel {
  readonly address: string;
  send(text: string): unknown;
  close(code: number, reason: string): void;
}

/** Pages that listen, so that no two of them take one connection for theirs. */
const sessions = new Set<Session>();

/** What one page is told, of its own connections and of no other. */
export class Session {
  readonly #channel: Channel;
  readonly #rule: Inspection;
  readonly #claims = new Map<number, Claim>();
  /** By the ids of connections, and by those of the page. */
  readonly #watched = new Map<string, Watched>();
  readonly #names = new Map<number, string>();
  readonly #patience: ReturnType<typeof setTimeout>;
  #looking: ReturnType<typeof setInterval> | undefined;
  #silence: (() => void) | undefined;
  #probing = false;

  /** `patience`: milliseconds in which it has to say who it is. */
  constructor(channel: Channel, rule: Inspection, patience = PATIENCE) {
    this.#channel = channel;
    this.#rule = rule;
    this.#patience = setTimeout(() => this.#refuse("expected hello"), patience);
  }

  /** A message came from the page. */
  received(data: unknown): void {
    const asked = parseAsked(data);
    if (asked === undefined) return this.#refuse("expected a message of the playground");
    if (asked.type === "hello") return this.#greet(asked.token);
    if (this.#silence === undefined) return this.#refuse("expected hello first");
    this.#answer(asked);
  }

  /** The channel has ended. */
  ended(): void {
    clearTimeout(this.#patience);
    clearInterval(this.#looking);
    sessions.delete(this);
    this.#silence?.();
    this.#silence = undefined;
  }

  /** Another page has this connection. */
  taken(connection: string): void {
    for (const claim of this.#claims.values()) claim.taken(connection);
  }

  #greet(token: string): void {
    if (!sameText(token, this.#rule.token)) return this.#refuse("expected the token");
    if (this.#silence !== undefined) return;
    clearTimeout(this.#patience);
    sessions.add(this);
    this.#silence = listen((heard) => this.#hear(heard));
    this.#looking = setInterval(() => this.#watched.forEach((one) => one.look()), LOOK);
    this.#say({ type: "welcome", run: RUN, runtime: RUNTIME });
  }

  #answer(asked: Exclude<Asked, { type: "hello" }>): void {
    switch (asked.type) {
      case "time":
        return this.#say({ type: "time", sent: asked.sent, now: now() });
      case "connecting":
        return this.#watchFor(asked.id, asked.path);
      case "opened":
        return this.#claims.get(asked.id)?.opened(asked.protocol, asked.at);
      case "failed":
        return this.#claims.get(asked.id)?.failed(asked.at);
      case "ping":
        return void this.#watched.get(this.#names.get(asked.id) ?? "")?.ping();
      case "probe":
        return void this.#probe(asked);
    }
  }

  #watchFor(id: number, path: string): void {
    if (path !== PATH) {
      const { address } = this.#channel;
      const claim = new Claim(path, address, {
        matched: (connection, told) => this.#matched(id, connection, told),
        unmatched: (candidates) => {
          this.#claims.delete(id);
          this.#say({ type: "unmatched", id, candidates });
        },
      });
      this.#claims.set(id, claim);
      // A page has one connection at a time: of its oldest ones it has lost sight.
      const [oldest] = this.#claims.keys();
      if (this.#claims.size > MOST && oldest !== undefined) this.#claims.delete(oldest);
    }
    this.#say({ type: "watching", id });
  }

  #matched(id: number, connection: string | undefined, told: readonly Told[]): void {
    this.#claims.delete(id);
    this.#say({ type: "matched", id, connection });
    this.#say({ type: "told", id, told });
    if (connection === undefined) return;
    for (const other of sessions) other.taken(connection);
    if (told.some(({ event }) => event === "close")) return;
    const watched = new Watched(id, connectionOf(connection), (answer) => this.#say(answer));
    this.#watched.set(connection, watched);
    this.#names.set(id, connection);
  }

  #hear(heard: Heard): void {
    const { name, message } = heard;
    const { development } = this.#rule;
    const claims = [...this.#claims.values()];
    if (name === "handshake") {
      const { path, remoteAddress } = message;
      for (const claim of claims) claim.handshake(path, remoteAddress, told(heard, development));
      return;
    }
    const id = message.connectionId;
    if (id === undefined) return;
    const watched = this.#watched.get(id);
    if (name === "received" || name === "sent") return watched?.count(name, message.size);
    if (watched === undefined && claims.length === 0) return;
    const what = told(heard, development);
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

  async #probe({ id, url, headers }: Extract<Asked, { type: "probe" }>): Promise<void> {
    // One at a time, so that a page cannot have us knock at many doors.
    if (this.#probing) {
      this.#say({ type: "probed", id, error: "Cannot probe: expected one at a time" });
      return;
    }
    this.#probing = true;
    const probed = await probe({ url, headers });
    this.#probing = false;
    this.#say({ type: "probed", id, ...probed });
  }

  #say(answer: Answer): void {
    this.#channel.send(JSON.stringify(answer));
  }

  #refuse(expected: string): void {
    this.ended();
    this.#channel.close(1008, expected);
  }
}

const { Bun: bun, Deno: deno } = globalThis as {
  Bun?: { version: string };
  Deno?: { version: { deno: string } };
};

/** Which runtime it is, and its version. */
const RUNTIME = bun ? `Bun ${bun.version}` : `Deno ${deno?.version.deno}`;
