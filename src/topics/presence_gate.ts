import { usageError } from "../base/usage_error.ts";
import type { BrokerPort, BrokerSink } from "../brokers/port.ts";
import type { MemberListener } from "./member.ts";
import type { Presence } from "./presence.ts";
import { PRESENCE_MARK } from "./presence_options.ts";
import type { Presences, PresencesInit } from "./presences.ts";
import type { Subscriber } from "./subscriber.ts";
import { isTopicName } from "./topic_name.ts";

/** What presence is made of, but for the port. */
export type PresenceGateInit = Omit<PresencesInit, "port">;

/**
 * The way to presence, which is loaded for those who switch it on. What happens before it is there is
 * kept until then.
 */
export class PresenceGate implements MemberListener {
  readonly #port: BrokerPort;
  readonly #loaded: Promise<Presences>;
  #presences: Presences | undefined;
  /** What happened before it was there; `undefined` when it is, or cannot be. */
  #before: (() => void)[] | undefined = [];
  #closed = false;

  constructor(port: BrokerPort, init: PresenceGateInit) {
    this.#port = port;
    this.#loaded = this.#load(init);
    this.#loaded.catch((error) => {
      // Nobody waits any more, for as long as the program runs.
      this.#before = undefined;
      init.report(error);
    });
  }

  async #load(init: PresenceGateInit): Promise<Presences> {
    const { Presences } = await import("./presences.ts");
    const presences = new Presences({ ...init, port: this.#port.alone ? undefined : this.#port });
    this.#presences = presences;
    for (const task of this.#before ?? []) task();
    this.#before = undefined;
    if (this.#closed) presences.close();
    return presences;
  }

  /** What the port is to tell, so that presence hears what is its own, and the other one the rest. */
  around(sink: BrokerSink): BrokerSink {
    const isOurs = (topic: string) => topic.startsWith(PRESENCE_MARK);
    return {
      ...sink,
      deliver: (topic, message) => {
        if (!isOurs(topic)) sink.deliver(topic, message);
        else this.#presences?.deliver(topic, message.data);
      },
      gap: (gap) => {
        if (!isOurs(gap.topic)) sink.gap(gap);
        else this.#presences?.gap(gap.topic);
      },
      state: (state, cause) => {
        sink.state(state, cause);
        this.#presences?.state();
      },
    };
  }

  joined(subscriber: Subscriber, topic: string): void {
    if (this.#presences) this.#presences.joined(subscriber, topic);
    else this.#before?.push(() => this.#presences?.joined(subscriber, topic));
  }

  left(subscriber: Subscriber, topic: string): void {
    if (this.#presences) this.#presences.left(subscriber, topic);
    else this.#before?.push(() => this.#presences?.left(subscriber, topic));
  }

  /** As `topics.presence` says. */
  async read(topic: string): Promise<Presence> {
    return (this.#presences ?? await this.#loaded).read(topic);
  }

  /** Tells others that the users of this process have gone. */
  close(): void {
    this.#closed = true;
    this.#presences?.close();
  }
}

/**
 * Reads who is in a topic.
 *
 * @throws {TypeError} If presence is not switched on, or no topic can have that name.
 */
export function readPresence(gate: PresenceGate | undefined, topic: string): Promise<Presence> {
  const task = "read who is present";
  if (gate === undefined) throw usageError(task, "option presence of createTopics", "none");
  if (!isTopicName(topic)) {
    throw usageError(task, "the name of a topic", JSON.stringify(topic) ?? typeof topic);
  }
  return gate.read(topic);
}
