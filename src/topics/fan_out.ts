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

/**
 * Sends messages to the members of their topics: whatever is published in one turn is collected, and
 * goes out socket by socket, because it is the system call for each socket that costs.
 */
export class FanOut {
  readonly #report: (error: unknown) => void;
  #deliveries: Delivery[] = [];

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

  /** Sends at once. Whoever changes the members of a topic does this first. */
  flush(): void {
    const deliveries = this.#deliveries;
    const first = deliveries[0];
    if (first === undefined) return;
    this.#deliveries = [];
    if (deliveries.every(({ topic }) => topic === first.topic)) {
      // Of a copy, because sending may end connections, of others too.
      for (const member of first.topic.members.slice()) this.#sendAll(member, deliveries);
      return;
    }
    const byMember = new Map<Member, Delivery[]>();
    for (const delivery of deliveries) {
      for (const member of delivery.topic.members) {
        const list = byMember.get(member);
        if (list) list.push(delivery);
        else byMember.set(member, [delivery]);
      }
    }
    for (const [member, list] of byMember) this.#sendAll(member, list);
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

function sendEach(subscriber: Subscriber, deliveries: readonly Delivery[]): void {
  for (let i = 0; i < deliveries.length; i++) send(subscriber, deliveries[i]!);
}

/** A subscriber that does not take it has ended, or ends for it by its own rules. */
function send(subscriber: Subscriber, { data, except }: Delivery): void {
  if (subscriber !== except) subscriber.send(data);
}
