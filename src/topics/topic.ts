import { topicChannels } from "./diagnostics.ts";
import type { Joined, Member } from "./member.ts";

/** A topic with subscribers in this process, or one that had some until lately. */
export class Topic implements Joined {
  readonly name: string;
  /** Each at the place that its own list of topics says. */
  readonly members: Member[] = [];
  /** Settles when the engine knows that we want it; `undefined` once it does. */
  ready: Promise<void> | undefined;
  /** How many wait for it, or read it, without being members. */
  held = 0;
  /** Since when nobody is subscribed, in milliseconds of the clock. */
  emptySince: number | undefined;

  constructor(name: string) {
    this.name = name;
  }

  add(member: Member): void {
    member.places.set(this, this.members.push(member) - 1);
    this.emptySince = undefined;
    this.#tell(true);
  }

  delete(member: Member): void {
    const place = member.places.get(this);
    if (place === undefined) return;
    member.places.delete(this);
    const last = this.members.pop()!;
    if (last !== member) {
      this.members[place] = last;
      last.places.set(this, place);
    }
    this.#tell(false);
  }

  /** Its members are in it no more, all at once: tells whoever listens, and does nothing else. */
  close(): void {
    for (let left = this.members.length - 1; left >= 0; left--) this.#tell(false, left);
  }

  #tell(subscribed: boolean, subscribers: number = this.members.length): void {
    const { topic } = topicChannels();
    if (topic.hasSubscribers) topic.publish({ topic: this.name, subscribed, subscribers });
  }
}
