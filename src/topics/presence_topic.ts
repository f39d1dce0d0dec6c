import { Deferred } from "../base/deferred.ts";
import { utf8Length } from "../base/utf8.ts";
import type { Introduced } from "./introducer.ts";
import type { Taken } from "./peer_users.ts";
import type { Presence, PresenceChange } from "./presence.ts";
import { lineOf, type PresenceMessage } from "./presence_wire.ts";
import type { Subscriber } from "./subscriber.ts";
import { TopicUsers } from "./topic_users.ts";
import { Verification } from "./verification.ts";

/** Milliseconds for which changes and answers are collected. */
export const TICK = 250;

/** Milliseconds after which something is said once more, in case that it was lost. */
const REMINDER = 2_000;

/** Looks that somebody who reads waits for, while much is told. */
const MOST_LOOKS = 4;

/** What a topic asks of whoever has all of them. */
export interface PresenceTopicOwner {
  /** The id of this process. */
  readonly process: string;
  /** Milliseconds for which others are believed in. */
  readonly ttl: number;
  readonly maxUsers: number;
  /** Whether there is nobody else, because there is no broker. */
  readonly alone: boolean;
  /** Whether others can be reached. */
  readonly up: boolean;
  /** Bytes of lines that one message may have. */
  readonly chunk: number;
  now(): number;
  /** The number of a change, which none has had before. */
  version(): number;
  /** Whether one more topic may ask in this turn. */
  mayAsk(): boolean;
  send(topic: string, message: PresenceMessage): void;
  /** Tells of what has changed. */
  tell(change: PresenceChange): void;
  /** There is something to do in the next turn. */
  busy(topic: PresenceTopic): void;
}

/** Who is there in one topic: what this process tells the others of it, and what they tell. */
export class PresenceTopic {
  readonly name: string;
  readonly users: TopicUsers;
  /** Whether the broker knows that messages of others are wanted. */
  subscribed = false;
  /** Until when it is kept with no connection, by the clock of this process. */
  keptUntil = 0;
  readonly #owner: PresenceTopicOwner;
  readonly #verification: Verification;
  /** How far this process is; 0 when it has never had anybody. */
  #version = 0;
  #answer: "version" | "roster" | undefined;
  #answered = -Infinity;
  /** Processes that had somebody, and that nothing was heard of for too long. */
  readonly #silent = new Set<string>();
  /** What is said once more, and since when. A first message that is lost shows by nothing else. */
  #reminder: "ask" | "version" | undefined;
  #said = 0;
  /** Resolves when changes have been told. */
  #looked: Deferred<void> | undefined;
  #closed = false;

  constructor(name: string, owner: PresenceTopicOwner) {
    this.name = name;
    this.#owner = owner;
    this.users = new TopicUsers(owner.process, owner.maxUsers);
    this.#verification = new Verification(owner.ttl);
    this.#verification.settled = owner.alone;
  }

  /** A connection has come, or says anew who it is. */
  join(subscriber: Subscriber, who: Introduced | undefined): void {
    this.users.own.join(subscriber, who);
    this.#owner.busy(this);
  }

  leave(subscriber: Subscriber): void {
    this.users.own.leave(subscriber);
    this.#owner.busy(this);
  }

  /** What others have may not be known any more. */
  doubt(): void {
    if (this.#owner.alone) return;
    this.#verification.doubt();
    if (this.#owner.up) this.#owner.busy(this);
    else this.#verification.wake();
  }

  /** A message of another process. */
  take(message: Extract<PresenceMessage, { version: number }>): Taken {
    // All hear the answers, so that nobody else has to ask: not if all were cut off together. Whoever
    // asks answers with it.
    if (message.kind === "ask" && message.of === "") {
      this.#verification.overheard(this.#owner.now(), this.users.peers.processes());
      if (this.#reminder === "ask") this.#reminder = undefined;
    }
    const taken = this.users.peers.take(message);
    if (taken === "current") this.#verification.answered(message.process);
    if (taken === "behind") this.#behind(message.process);
    if (message.kind === "ask") this.#asked(message.of, message.known.get(this.#owner.process));
    this.#owner.busy(this);
    return taken;
  }

  /** A process was not heard for too long: nobody of it is here, but it may be back. */
  silence(process: string): void {
    if (this.drop(process)) this.#silent.add(process);
  }

  /** A process was heard again. */
  hear(process: string): void {
    if (this.#silent.delete(process)) this.#behind(process);
  }

  /** Nobody of a process is here any more: whether anything was known of it. */
  drop(process: string): boolean {
    this.#silent.delete(process);
    this.#verification.answered(process);
    this.#owner.busy(this);
    return this.users.peers.delete(process);
  }

  /** Asks one process, if it is not asked already. */
  #behind(process: string): void {
    if (!this.#verification.behind(process, this.#owner.now())) return;
    this.#ask(process);
    this.#owner.busy(this);
  }

  #ask(of: string): void {
    const [version, known] = [this.#version, this.users.peers.versions()];
    this.#send({ kind: "ask", process: this.#owner.process, version, of, known });
  }

  /** Somebody asks, and knows this process to be at `theirs`. All hear the answer. */
  #asked(of: string, theirs: number | undefined): void {
    if (of !== "" && of !== this.#owner.process) return;
    if (theirs === undefined && this.#version === 0) return;
    const isKnown = theirs === this.#version && !this.users.own.unsent;
    if (this.#answer !== "roster") this.#answer = isKnown ? "version" : "roster";
    if (this.#owner.now() - this.#answered >= TICK) this.#sendAnswer();
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
    const chunks = this.#chunksOf([...this.users.own.entries()].map(lineOf));
    const parts = Math.max(1, chunks.length);
    for (let part = 0; part < parts; part++) {
      const lines = chunks[part] ?? [];
      this.#send({ kind: "roster", process, version, part, parts, lines });
    }
  }

  #sendChanges(): void {
    const { process } = this.#owner;
    for (const lines of this.#chunksOf(this.users.own.takeChanges().map(lineOf))) {
      const from = this.#version;
      this.#version = this.#owner.version();
      this.#send({ kind: "changes", process, version: this.#version, from, lines });
      this.#remind("version");
    }
  }

  #remind(reminder: "ask" | "version"): void {
    if (this.#reminder !== "ask") this.#reminder = reminder;
    this.#said = this.#owner.now();
  }

  /** Says once more what was said some time ago: whether it did. */
  repeat(): boolean {
    const [reminder, version] = [this.#reminder, this.#version];
    if (reminder === undefined || this.#owner.now() - this.#said < REMINDER) return false;
    this.#reminder = undefined;
    if (reminder === "ask") this.#ask("");
    else this.#send({ kind: "version", process: this.#owner.process, version });
    return true;
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
    if (!this.#owner.alone) this.#owner.send(this.name, message);
  }

  /** Tells others what they have still to be told. */
  flush(): void {
    this.#sendChanges();
    this.#sendAnswer();
  }

  /** Does what is due: whether there is more to do in the next turn. */
  look(): boolean {
    const { users } = this;
    const now = this.#owner.now();
    users.own.makeRoom();
    if (users.peers.cut && users.roomy && this.#verification.settled) this.#verification.doubt();
    this.flush();
    this.#verify(now);
    const change = users.takeChange(this.name);
    if (change) this.#owner.tell(change);
    this.#verification.late(now);
    this.#looked?.resolve();
    this.#looked = undefined;
    return users.changed || (this.#owner.up && !this.#verification.settled);
  }

  #verify(now: number): void {
    const verification = this.#verification;
    switch (verification.look(now, this.#owner.up && this.subscribed)) {
      case "ask":
        if (!this.#owner.mayAsk()) return;
        verification.asked(now, this.users.peers.processes());
        this.#remind("ask");
        return this.#ask("");
      case "give-up":
        // They live, perhaps, but not in this topic.
        for (const process of [...verification.unanswered]) this.drop(process);
    }
  }

  /** Who is there, as soon as that is known, or after a moment. */
  async read(): Promise<Presence> {
    const verification = this.#verification;
    if (this.#owner.up && !verification.settled) {
      this.#owner.busy(this);
      await verification.wait(this.#owner.now());
    }
    // Whoever has come just now is to be in it.
    for (let looks = 0; looks < MOST_LOOKS && this.users.changed && !this.#closed; looks++) {
      await (this.#looked ??= new Deferred()).promise;
    }
    const users = this.users.list();
    if (!this.#owner.up) return { users, complete: false, reason: "engine" };
    if (!verification.settled || (this.users.changed && !this.#closed)) {
      return { users, complete: false, reason: "unanswered" };
    }
    if (this.users.cut) return { users, complete: false, reason: "too-many-users" };
    return { users, complete: true };
  }

  /** Nobody is told anything any more. */
  close(): void {
    this.#closed = true;
    this.#verification.wake();
    this.#looked?.resolve();
  }
}
