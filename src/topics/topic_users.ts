import { OwnUsers } from "./own_users.ts";
import { isNewer, PeerUsers } from "./peer_users.ts";
import type { PresenceChange, PresentUser } from "./presence.ts";

/** Users that are told of at once. */
const MOST_TOLD = 500;

/** The users of one topic: those of this process and those of others are one list. */
export class TopicUsers {
  readonly own: OwnUsers;
  readonly peers: PeerUsers;
  readonly #process: string;
  readonly #maxUsers: number;
  /** What users were shown with when they were told of the last time, `undefined` if they were not. */
  readonly #before = new Map<string, string | undefined>();
  #newest = 0;

  /** `process`: the id of this one. */
  constructor(process: string, maxUsers: number) {
    this.#process = process;
    this.#maxUsers = maxUsers;
    const isFull = () => this.own.shown + this.peers.size >= maxUsers;
    const touch = (id: string) => this.#touch(id);
    this.own = new OwnUsers({
      get full() {
        return isFull();
      },
      touch,
      json: (id) => this.#json(id),
      stamp: () => ++this.#newest,
    });
    this.peers = new PeerUsers({
      get full() {
        return isFull();
      },
      touch,
      seen: (stamp) => void (this.#newest = Math.max(this.#newest, stamp)),
    });
  }

  #touch(id: string): void {
    if (!this.#before.has(id)) this.#before.set(id, this.#json(id));
  }

  #json(id: string): string | undefined {
    const own = this.own.get(id);
    const peer = this.peers.get(id);
    if (own === undefined || peer === undefined) return (own ?? peer)?.json;
    return isNewer({ ...own, process: this.#process }, peer) ? own.json : peer.json;
  }

  /** Whether there are more than are known. */
  get cut(): boolean {
    return this.own.crowded || this.peers.cut;
  }

  /** Whether there is room again, and not for one or two of those who are missing. */
  get roomy(): boolean {
    return this.own.shown + this.peers.size <= 0.9 * this.#maxUsers;
  }

  /** All of them, as they were told: with the changes that are told afterwards it stays right. */
  list(): PresentUser[] {
    const ids = new Set(this.#before.keys());
    for (const id of this.peers.ids()) ids.add(id);
    for (const { id } of this.own.entries()) ids.add(id);
    return [...ids].flatMap((id) => {
      const json = this.#before.has(id) ? this.#before.get(id) : this.#json(id);
      return json === undefined ? [] : [userOf(id, json)];
    });
  }

  /** Whether somebody has still to be told of something. */
  get changed(): boolean {
    return this.#before.size > 0;
  }

  /** What has changed since the last time, or the first part of much; `undefined` if nothing has. */
  takeChange(topic: string): PresenceChange | undefined {
    const change = {
      joined: [] as PresentUser[],
      left: [] as PresentUser[],
      changed: [] as PresentUser[],
    };
    let told = 0;
    for (const [id, before] of this.#before) {
      if (told === MOST_TOLD) break;
      this.#before.delete(id);
      const now = this.#json(id);
      if (now === before) continue;
      told++;
      if (now === undefined) change.left.push(userOf(id, before!));
      else change[before === undefined ? "joined" : "changed"].push(userOf(id, now));
    }
    return told === 0 ? undefined : { topic, ...change };
  }
}

/** Each time another value, because whoever gets it may change it. */
function userOf(id: string, json: string): PresentUser {
  return json === "" ? { id } : { id, value: JSON.parse(json) };
}
