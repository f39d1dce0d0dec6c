import { batch } from "../connection/connection_view.ts";
import type { SendData } from "../connection/message.ts";
import type { Member } from "./member.ts";
import type { Subscriber } from "./subscriber.ts";
import type { Topic } from "./topic.ts";

/** One message to the members of one topic. */
interface Delivery {
  readonly topic: Topic;
  readonly data: SendData;
  readonly except: Subscriber | undefined;
}

/** What goes out together: who gets something, and what of it. */
interface Round {
  readonly members: readonly Member[];
  readonly deliveries: readonly Delivery[];
  /** Missing if everybody gets all of it. */
  readonly byMember?: ReadonlyMap<Member, readonly Delivery[]>;
}

/**
 * Sends messages to the members of their topics: whatever is published in one turn is collected, and
 * goes out socket by socket, because it is the system call for each socket that costs.
 */
export class FanOut {
  readonly #report: (error: unknown) => void;
  #deliveries: Delivery[] = [];
  /** What is going out, and behind it what was published because of that. */
  readonly #rounds: Round[] = [];

  /** `report` is told what subscribers throw that are not ours. */
  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  /** Sends to whoever is a member now, at the end of this turn. */
  send(topic: Topic, data: SendData, except?: Subscriber): void {
    if (topic.members.length === 0) return;
    if (this.#deliveries.push({ topic, data, except }) > 1) return;
    queueMicrotask(() => this.flush());
  }

  /**
   * Sends at once. Whoever changes the members of a topic does this first. Called by somebody who is
   * just being sent something, it sends behind that, to those who are members now.
   */
  flush(): void {
    const deliveries = this.#deliveries;
    if (deliveries.length === 0) return;
    this.#deliveries = [];
    if (this.#rounds.push(roundOf(deliveries)) > 1) return;
    for (let round = this.#rounds[0]; round !== undefined; round = this.#rounds[0]) {
      const { members, deliveries, byMember } = round;
      for (const member of members) this.#sendAll(member, byMember?.get(member) ?? deliveries);
      this.#rounds.shift();
    }
  }

  #sendAll({ subscriber }: Member, deliveries: readonly Delivery[]): void {
    try {
      if (deliveries.length === 1) send(subscriber, deliveries[0]!);
      else batch(subscriber, () => sendEach(subscriber, deliveries));
    } catch (error) {
      this.#report(error);
    }
  }
}

function roundOf(deliveries: readonly Delivery[]): Round {
  const { topic } = deliveries[0]!;
  if (deliveries.every((delivery) => delivery.topic === topic)) {
    // A copy, because sending may end connections, of others too.
    return { members: topic.members.slice(), deliveries };
  }
  const byMember = new Map<Member, Delivery[]>();
  for (const delivery of deliveries) {
    for (const member of delivery.topic.members) {
      const list = byMember.get(member);
      if (list) list.push(delivery);
      else byMember.set(member, [delivery]);
    }
  }
  return { members: [...byMember.keys()], deliveries, byMember };
}

function sendEach(subscriber: Subscriber, deliveries: readonly Delivery[]): void {
  for (let i = 0; i < deliveries.length; i++) send(subscriber, deliveries[i]!);
}

/** A subscriber that does not take it has ended, or ends for it by its own rules. */
function send(subscriber: Subscriber, { data, except }: Delivery): void {
  if (subscriber !== except) subscriber.send(data);
}
