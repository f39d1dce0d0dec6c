import type { Introduced } from "./introducer.ts";
import type { Entry } from "./presence_wire.ts";
import type { Subscriber } from "./subscriber.ts";

/** Whoever has the users of other processes, too. */
export interface OwnUsersOwner {
  /** Whether nobody more can be shown. */
  readonly full: boolean;
  /** Something of a user is about to change. */
  touch(id: string): void;
  /** The value that is shown of a user; `undefined` if it is not there. */
  json(id: string): string | undefined;
  /** A stamp that is newer than all that are known. */
  stamp(): number;
}

interface OwnUser {
  json: string;
  stamp: number;
  connections: number;
  /** Whether there was room for it. */
  shown: boolean;
  /** Whether other processes have been told of it. */
  sent: boolean;
}

/** The users of one topic that are connected to this process. */
export class OwnUsers {
  readonly #owner: OwnUsersOwner;
  /** Who each connection is; `""` for nobody. */
  readonly #connections = new Map<Subscriber, string>();
  readonly #users = new Map<string, OwnUser>();
  /** Users that wait for room. */
  readonly #waiting = new Set<string>();
  /** Users of whose changes others have still to be told. */
  readonly #unsent = new Set<string>();
  /** How many are shown. */
  shown = 0;

  constructor(owner: OwnUsersOwner) {
    this.#owner = owner;
  }

  /** Connections of this process, whether anybody is shown for them or not. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Whether somebody waits for room. */
  get crowded(): boolean {
    return this.#waiting.size > 0;
  }

  /** Whether others have to be told of something. */
  get unsent(): boolean {
    return this.#unsent.size > 0;
  }

  /** A connection has come, or says anew who it is. */
  join(subscriber: Subscriber, who: Introduced | undefined): void {
    const before = this.#connections.get(subscriber) ?? "";
    const id = who?.id ?? "";
    this.#connections.set(subscriber, id);
    if (who !== undefined) this.#add(who, before !== id);
    // After it, so that a user that is there on the way is there all the time.
    if (before !== id) this.#remove(before);
  }

  #add({ id, json }: Introduced, isNew: boolean): void {
    const known = this.#users.get(id);
    if (known === undefined) {
      const shown = !this.#owner.full || this.#owner.json(id) !== undefined;
      if (shown) this.#owner.touch(id);
      const [stamp, sent] = [this.#owner.stamp(), this.#unsent.has(id)];
      this.#users.set(id, { json, stamp, connections: 1, shown, sent });
      if (shown) this.#show(id);
      else this.#waiting.add(id);
      return;
    }
    if (isNew) known.connections++;
    if (known.shown && this.#owner.json(id) === json) return;
    this.#owner.touch(id);
    known.json = json;
    known.stamp = this.#owner.stamp();
    if (known.shown) this.#unsent.add(id);
  }

  #show(id: string): void {
    this.shown++;
    this.#unsent.add(id);
  }

  /** A connection has left. */
  leave(subscriber: Subscriber): void {
    const id = this.#connections.get(subscriber);
    if (id === undefined) return;
    this.#connections.delete(subscriber);
    this.#remove(id);
  }

  #remove(id: string): void {
    const user = this.#users.get(id);
    if (user === undefined || --user.connections > 0) return;
    if (user.shown) {
      this.#owner.touch(id);
      this.shown--;
    }
    this.#users.delete(id);
    this.#waiting.delete(id);
    if (user.sent) this.#unsent.add(id);
    else this.#unsent.delete(id);
  }

  /** Shows those who wait, as far as there is room. */
  makeRoom(): void {
    for (const id of this.#waiting) {
      if (this.#owner.full) return;
      this.#owner.touch(id);
      this.#waiting.delete(id);
      this.#users.get(id)!.shown = true;
      this.#show(id);
    }
  }

  /** What others have still to be told; from now on they have been. */
  takeChanges(): Entry[] {
    const entries = [...this.#unsent].map((id) => {
      const user = this.#users.get(id);
      if (!user?.shown) return { id, stamp: 0, json: "" };
      user.sent = true;
      return { id, stamp: user.stamp, json: user.json };
    });
    this.#unsent.clear();
    return entries;
  }

  /** All that are shown. */
  *entries(): Iterable<Entry> {
    for (const [id, { stamp, json, shown }] of this.#users) if (shown) yield { id, stamp, json };
  }

  /** One that is shown. */
  get(id: string): Entry | undefined {
    const user = this.#users.get(id);
    return user?.shown ? { id, stamp: user.stamp, json: user.json } : undefined;
  }
}
