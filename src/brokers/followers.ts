import type { Clock } from "../base/clock.ts";
import { Follower, type FollowerOwner } from "./follower.ts";
import type { Mark } from "./mark.ts";

/** Milliseconds after which a topic that nothing came from is looked at. */
const QUIET = 20_000;

/** Topics that are looked at in one turn. */
const MOST = 200;

/** The topics that are followed in this process. */
export class Followers {
  readonly #clock: Clock;
  readonly #owner: FollowerOwner;
  /** By channel. The one that was looked at last comes last. */
  readonly #byChannel = new Map<string, { readonly follower: Follower; readonly since: number }>();

  constructor(clock: Clock, owner: FollowerOwner) {
    this.#clock = clock;
    this.#owner = owner;
  }

  get(channel: string): Follower | undefined {
    return this.#byChannel.get(channel)?.follower;
  }

  channels(): Iterable<string> {
    return this.#byChannel.keys();
  }

  /** Follows a topic from now on, or from a mark on. */
  add(channel: string, topic: string, from?: Mark): Follower {
    const follower = new Follower(topic, this.#owner, from);
    this.#byChannel.set(channel, { follower, since: this.#clock.now() });
    return follower;
  }

  /** Follows it no longer: whether it did. */
  delete(channel: string): boolean {
    const found = this.#byChannel.get(channel);
    if (found) found.follower.closed = true;
    return this.#byChannel.delete(channel);
  }

  /** From now on any of them may miss something. */
  doubt(): void {
    for (const { follower } of this.#byChannel.values()) follower.doubt();
  }

  /** Fetches what any of them missed, also if it is newer than what is being read. */
  catchUp(): void {
    for (const { follower } of this.#byChannel.values()) {
      follower.doubt();
      follower.catchUp();
    }
  }

  /**
   * Fetches what has not been heard of: what is missing at the end of a topic shows by nothing else.
   *
   * @param up Whether the engine can be asked.
   */
  look(up: boolean): void {
    const now = this.#clock.now();
    let looked = 0;
    // Of a copy, because those that are looked at are put behind the others.
    for (const [channel, { follower, since }] of [...this.#byChannel]) {
      follower.look();
      // One that is just being subscribed to would be read again as soon as it is.
      if (!up || !follower.begun) continue;
      if ((follower.current && now - since < QUIET) || ++looked > MOST) continue;
      this.#byChannel.delete(channel);
      this.#byChannel.set(channel, { follower, since: now });
      follower.catchUp();
    }
  }

  /** Follows nothing any more. */
  clear(): void {
    for (const { follower } of this.#byChannel.values()) follower.closed = true;
    this.#byChannel.clear();
  }
}
