/** Processes with presence, side by side in this one, and a network that does as tests say. */
import type { BrokerPort } from "../../src/brokers/port.ts";
import type { TopicsState } from "../../src/brokers/state.ts";
import type { Message } from "../../src/connection/message.ts";
import type { PresenceChange } from "../../src/topics/presence.ts";
import { checkPresence, type PresenceOptions } from "../../src/topics/presence_options.ts";
import { Presences } from "../../src/topics/presences.ts";
import { FakeClock } from "./fake_clock.ts";
import { FakeSubscriber } from "./fake_subscriber.ts";
import { nextTurn } from "./memory.ts";

/** A subscriber that says who it is. */
export class FakeUser extends FakeSubscriber {
  readonly user: string;
  value: unknown;

  constructor(user: string, value?: unknown) {
    super();
    this.user = user;
    this.value = value;
  }
}

/** One message that was published. */
export interface Sent {
  readonly from: FakeProcess;
  readonly channel: string;
  readonly text: string;
}

/** What carries messages between processes, at once. */
export class FakeNetwork {
  readonly clock = new FakeClock();
  readonly processes: FakeProcess[] = [];
  readonly sent: Sent[] = [];
  /** Whether a message gets lost on its way to a process. */
  loses: (sent: Sent, to: FakeProcess) => boolean = () => false;

  process(options: Partial<PresenceOptions> = {}, id?: string): FakeProcess {
    return new FakeProcess(this, options, id);
  }

  /** Lets time pass, in steps in which what follows from one event is there before the next. */
  async pass(milliseconds: number): Promise<void> {
    for (let left = milliseconds; left > 0; left -= 250) {
      this.clock.pass(Math.min(250, left));
      await nextTurn();
    }
  }

  /** How many messages of a kind were sent since the last time. */
  take(kind?: string): Sent[] {
    return this.sent.splice(0).filter(({ text }) =>
      kind === undefined || text.split("\t")[1] === kind
    );
  }
}

/** One process. */
export class FakeProcess {
  readonly network: FakeNetwork;
  readonly presences: Presences;
  readonly told: PresenceChange[] = [];
  readonly reported: string[] = [];
  readonly subscribed = new Set<string>();
  state: TopicsState = "up";
  /** What the broker says of a subscription. */
  answers: (channel: string) => Promise<void> | undefined = () => undefined;
  maxPayload = 100_000;
  /** It is no more, and has not said so. */
  dead = false;

  constructor(network: FakeNetwork, options: Partial<PresenceOptions>, id?: string) {
    this.network = network;
    network.processes.push(this);
    const user: PresenceOptions["user"] = (subscriber) => {
      const { user, value } = subscriber as FakeUser;
      return user === "" ? undefined : { id: user, value };
    };
    this.presences = new Presences({
      options: checkPresence({ user, ttl: 10, ...options }),
      port: this.#port(),
      clock: network.clock,
      tell: (change) => void this.told.push(change),
      report: (error) => void this.reported.push((error as Error).message),
    }, id);
  }

  #port(): BrokerPort {
    const process = () => this;
    return {
      get maxPayload() {
        return process().maxPayload;
      },
      get state() {
        return process().state;
      },
      linger: 5_000,
      start() {},
      subscribe: (channel) => {
        this.subscribed.add(channel);
        return this.answers(channel);
      },
      unsubscribe: (channel) => void this.subscribed.delete(channel),
      publish: (channel, data) => this.#publish({ from: this, channel, text: data as string }),
      close: () => Promise.resolve(),
    };
  }

  #publish(sent: Sent): Promise<{ relayed: boolean; error?: Error }> {
    if (this.dead) return Promise.resolve({ relayed: false });
    if (this.state !== "up") return Promise.resolve({ relayed: false, error: new Error("away") });
    this.network.sent.push(sent);
    for (const to of this.network.processes) {
      if (to === this || to.dead || to.state !== "up" || !to.subscribed.has(sent.channel)) continue;
      if (!this.network.loses(sent, to)) to.presences.deliver(sent.channel, sent.text);
    }
    return Promise.resolve({ relayed: true });
  }

  /** Somebody comes to a topic. */
  join(user: string, topic = "room", value?: unknown): FakeUser {
    const subscriber = new FakeUser(user, value);
    this.presences.joined(subscriber, topic);
    return subscriber;
  }

  leave(subscriber: FakeUser, topic = "room"): void {
    this.presences.left(subscriber, topic);
  }

  /** The engine has gone, or is back. */
  become(state: TopicsState): void {
    this.state = state;
    this.presences.state();
  }

  deliver(channel: string, data: Message): void {
    this.presences.deliver(channel, data);
  }

  /** Who is in a topic, in order, and whether that is all; the clock goes on until it is known. */
  async read(topic = "room"): Promise<string> {
    const reading = this.presences.read(topic);
    let answer: string | undefined;
    reading.then(({ users, complete, reason }) => {
      const ids = users.map(({ id, value }) => id + (value === undefined ? "" : `=${value}`));
      answer = ids.sort().join() + (complete ? "" : ` (${reason})`);
    });
    for (let tries = 0; tries < 10; tries++) {
      await nextTurn();
      if (answer !== undefined) return answer;
      this.network.clock.pass(250);
    }
    throw new Error("Nobody answers");
  }

  /** What was told since the last time: `+` for who joined, `-` for who left, `~` for who changed. */
  take(): string[] {
    return this.told.splice(0).map(({ joined, left, changed }) => {
      const all = { "+": joined, "-": left, "~": changed };
      return Object.entries(all).flatMap(([sign, users]) => users.map(({ id }) => sign + id)).sort()
        .join(" ");
    });
  }
}
