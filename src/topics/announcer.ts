import { utf8Length } from "../base/utf8.ts";
import { lineOf, type PresenceMessage } from "./presence_wire.ts";
import type { TopicUsers } from "./topic_users.ts";

/** Milliseconds for which changes and answers are collected. */
export const TICK = 250;

/** Milliseconds after which something is said once more, in case that it was lost. */
const REMINDER = 2_000;

/** What an announcer asks of whoever has all topics. */
export interface AnnouncerOwner {
  /** The id of this process. */
  readonly process: string;
  /** Whether there is nobody else, because there is no broker. */
  readonly alone: boolean;
  /** Bytes of lines that one message may have. */
  readonly chunk: number;
  now(): number;
  /** The number of a change, which none has had before. */
  version(): number;
  send(topic: string, message: PresenceMessage): void;
}

/** Tells other processes whom this one has in a topic, and asks them. */
export class Announcer {
  readonly #topic: string;
  readonly #users: TopicUsers;
  readonly #owner: AnnouncerOwner;
  /** How far this process is; 0 when it has never had anybody. */
  #version = 0;
  #answer: "version" | "roster" | undefined;
  #answered = -Infinity;
  /** What is said once more, and since when. A first message that is lost shows by nothing else. */
  #reminder: "ask" | "version" | undefined;
  #said = 0;

  constructor(topic: string, users: TopicUsers, owner: AnnouncerOwner) {
    this.#topic = topic;
    this.#users = users;
    this.#owner = owner;
  }

  /** Tells others what they have still to be told. */
  flush(): void {
    this.#sendChanges();
    this.#sendAnswer();
  }

  /** Asks all what they have, now and once more. */
  askAll(): void {
    this.ask("");
    this.#remind("ask");
  }

  /** Asks one process, or with `""` all. */
  ask(of: string): void {
    const { process } = this.#owner;
    const known = this.#users.peers.versions();
    this.#send({ kind: "ask", process, version: this.#version, of, known });
  }

  /** Somebody else asks all. */
  overheard(): void {
    if (this.#reminder === "ask") this.#reminder = undefined;
  }

  /** Somebody asks, and knows this process to be at `theirs`. All hear the answer. */
  asked(of: string, theirs: number | undefined): void {
    if (of !== "" && of !== this.#owner.process) return;
    if (theirs === undefined && this.#version === 0) return;
    const isKnown = theirs === this.#version && !this.#users.own.unsent;
    if (this.#answer !== "roster") this.#answer = isKnown ? "version" : "roster";
    if (this.#owner.now() - this.#answered >= TICK) this.#sendAnswer();
  }

  /** Says once more what was said some time ago: whether it did. */
  repeat(): boolean {
    const [reminder, version] = [this.#reminder, this.#version];
    if (reminder === undefined || this.#owner.now() - this.#said < REMINDER) return false;
    this.#reminder = undefined;
    if (reminder === "ask") this.ask("");
    else this.#send({ kind: "version", process: this.#owner.process, version });
    return true;
  }

  #remind(reminder: "ask" | "version"): void {
    if (this.#reminder !== "ask") this.#reminder = reminder;
    this.#said = this.#owner.now();
  }

  #sendAnswer(): void {
    const answer = this.#answer;
    if (answer === undefined) return;
    this.#answer = undefined;
    this.#answered = this.#owner.now();
    // The roster is that of a version.
    this.#sendChanges();
    const { process } = this.#owner;
    if (this.#version === 0) this.#version = this.#owner.version();
    const version = this.#version;
    if (answer === "version") return this.#send({ kind: "version", process, version });
    const chunks = this.#chunksOf([...this.#users.own.entries()].map(lineOf));
    const parts = Math.max(1, chunks.length);
    for (let part = 0; part < parts; part++) {
      const lines = chunks[part] ?? [];
      this.#send({ kind: "roster", process, version, part, parts, lines });
    }
  }

  #sendChanges(): void {
    const { process } = this.#owner;
    for (const lines of this.#chunksOf(this.#users.own.takeChanges().map(lineOf))) {
      const from = this.#version;
      this.#version = this.#owner.version();
      this.#send({ kind: "changes", process, version: this.#version, from, lines });
      this.#remind("version");
    }
  }

  #chunksOf(lines: readonly string[]): string[][] {
    const chunks: string[][] = [];
    let left = 0;
    for (const line of lines) {
      const bytes = utf8Length(line) + 1;
      if (bytes > left) {
        chunks.push([]);
        left = this.#owner.chunk;
      }
      chunks.at(-1)!.push(line);
      left -= bytes;
    }
    return chunks;
  }

  #send(message: PresenceMessage): void {
    if (!this.#owner.alone) this.#owner.send(this.#topic, message);
  }
}
