import { Deferred } from "../base/deferred.ts";
import { Announcer, type AnnouncerOwner } from "./announcer.ts";
import type { Introduced } from "./introducer.ts";
import type { Taken } from "./peer_users.ts";
import type { Presence, PresenceChange } from "./presence.ts";
import type { PresenceMessage } from "./presence_wire.ts";
import type { Subscriber } from "./subscriber.ts";
import { TopicUsers } from "./topic_users.ts";
import { Verification } from "./verification.ts";

/** Looks that somebody who reads waits for, while much is told. */
const MOST_LOOKS = 4;

/** What a topic asks of whoever has all of them. */
export interface PresenceTopicOwner extends AnnouncerOwner {
  /** Milliseconds for which others are believed in. */
  readonly ttl: number;
  readonly maxUsers: number;
  /** Whether others can be reached. */
  readonly up: boolean;
  /** Whether one more topic may ask in this turn. */
  mayAsk(): boolean;
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
  readonly #owner: PresenceTopicOwner;
  readonly #verification: Verification;
  readonly #announcer: Announcer;
  /** Processes that had somebody, and that nothing was heard of for too long. */
  readonly #silent = new Set<string>();
  /** Resolves when changes have been told. */
  #looked: Deferred<void> | undefined;
  #closed = false;

  constructor(name: string, owner: PresenceTopicOwner) {
    this.name = name;
    this.#owner = owner;
    this.users = new TopicUsers(owner.process, owner.maxUsers);
    this.#verification = new Verification(owner.ttl);
    this.#verification.settled = owner.alone;
    this.#announcer = new Announcer(name, this.users, owner);
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
      this.#announcer.overheard();
    }
    const taken = this.users.peers.take(message);
    if (taken === "current") this.#verification.answered(message.process);
    if (taken === "behind") this.#behind(message.process);
    if (message.kind === "ask") {
      this.#announcer.asked(message.of, message.known.get(this.#owner.process));
    }
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
    this.#announcer.ask(process);
    this.#owner.busy(this);
  }

  /** Tells others what they have still to be told. */
  flush(): void {
    this.#announcer.flush();
  }

  /** Says once more what was said some time ago: whether it did. */
  repeat(): boolean {
    return this.#announcer.repeat();
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
        return this.#announcer.askAll();
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
