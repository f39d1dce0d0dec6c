import type { Inspection } from "../settings.ts";
import type { Above } from "./above.ts";
import { now } from "./diagnostics.ts";
import { type Answer, type Asked, parseAsked } from "./message.ts";
import { Observer } from "./observer.ts";
import { probe } from "./probe.ts";
import { sameText } from "./same_text.ts";

/** Where the inspector itself is: of what happens there, nothing is told. */
export const PATH = "/inspect";

/** Milliseconds in which a page says who it is, and between two looks at topics and hubs. */
const PATIENCE = 5_000;
const LOOK = 250;

/** One name for this process, so that a page sees that another one has come in its place. */
const RUN = crypto.randomUUID();

/** Which runtime it is, and its version. */
const RUNTIME = runtime();

/** The page's end of the channel. */
export interface Channel {
  readonly address: string;
  send(text: string): unknown;
  close(code: number, reason: string): void;
}

/** What one page asks, and who may ask. */
export class Session {
  readonly #channel: Channel;
  readonly #rule: Inspection;
  readonly #patience: ReturnType<typeof setTimeout>;
  /** There once the page has said who it is. */
  #observer: Observer | undefined;
  readonly #above: Above;
  /** The version of topics and hubs that the page has. */
  #seen = 0;
  #looking: ReturnType<typeof setInterval> | undefined;
  #probing = false;

  /** `patience`: milliseconds in which it has to say who it is. */
  constructor(channel: Channel, rule: Inspection, above: Above, patience = PATIENCE) {
    this.#channel = channel;
    this.#rule = rule;
    this.#above = above;
    this.#patience = setTimeout(() => this.#refuse("expected hello"), patience);
  }

  /** A message came from the page. */
  received(data: unknown): void {
    const asked = parseAsked(data);
    if (asked === undefined) return this.#refuse("expected a message of the playground");
    if (asked.type === "hello") return this.#greet(asked.token);
    if (this.#observer === undefined) return this.#refuse("expected hello first");
    this.#answer(asked, this.#observer);
  }

  /** The channel has ended. */
  ended(): void {
    clearTimeout(this.#patience);
    clearInterval(this.#looking);
    this.#observer?.end();
    this.#observer = undefined;
  }

  #greet(token: string): void {
    if (!sameText(token, this.#rule.token)) return this.#refuse("expected the token");
    if (this.#observer !== undefined) return;
    clearTimeout(this.#patience);
    const { address } = this.#channel;
    this.#observer = new Observer(
      address,
      this.#rule.development,
      (answer) => this.#say(answer),
    );
    this.#say({ type: "welcome", run: RUN, runtime: RUNTIME, hubs: this.#above.hubs });
    this.#look();
    this.#looking = setInterval(() => this.#look(), LOOK);
  }

  /** Tells of topics and hubs, if there is anything new. */
  #look(): void {
    const { version, view } = this.#above;
    if (version === this.#seen) return;
    this.#seen = version;
    this.#say({ type: "above", ...view });
  }

  #answer(asked: Exclude<Asked, { type: "hello" }>, observer: Observer): void {
    switch (asked.type) {
      case "time":
        return this.#say({ type: "time", sent: asked.sent, now: now() });
      case "connecting":
        if (asked.path !== PATH) observer.claim(asked.id, asked.path);
        return this.#say({ type: "watching", id: asked.id });
      case "opened":
        return observer.opened(asked.id, asked.protocol, asked.at);
      case "failed":
        return observer.failed(asked.id, asked.at);
      case "ping":
        return void observer.watched(asked.id)?.ping();
      case "probe":
        return void this.#probe(asked);
    }
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

function runtime(): string {
  const { Bun: bun, Deno: deno } = globalThis as {
    Bun?: { version: string };
    Deno?: { version: { deno: string } };
  };
  return bun ? `Bun ${bun.version}` : `Deno ${deno?.version.deno}`;
}
