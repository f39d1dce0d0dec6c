import { assert, assertEquals } from "@std/assert";
import type { ClientMessage } from "./client.ts";
import { LossLedger } from "./loss_ledger.ts";
import type { ProcessServer } from "./process_server.ts";
import type { Frame } from "./replay_client.ts";
import { textOf, TopicsClient } from "./topics_client.ts";

/** Messages of one burst, and milliseconds between two. */
const EACH = 2;
const PAUSE = 80;

/** Milliseconds after which it is too late. */
const PATIENCE = 40_000;

/** How often a client may wait in vain for as long as tests wait for a message. */
const SILENCES = 3;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What became of the messages of one topic. */
export interface TopicAftermath {
  readonly topic: string;
  /** Messages of which their publishers know that they may not have got out. */
  readonly failed: ReadonlySet<string>;
  /** What subscribers were told, in each process. */
  readonly told: readonly string[];
}

/** A subscriber of all topics, in one process. */
class Subscriber {
  /** What came, by topic. */
  readonly frames: ReadonlyMap<string, Frame[]>;
  readonly ended = new Set<string>();
  /** The last message of each name. */
  readonly read: Record<string, string> = {};
  /** The last word of each topic that somebody waits for. */
  readonly probes = new Map<string, string>();
  readonly #names: ReadonlyMap<string, string>;

  constructor(names: ReadonlyMap<string, string>) {
    this.#names = names;
    this.frames = new Map([...names.values()].map((topic) => [topic, []]));
  }

  async follow(client: TopicsClient): Promise<void> {
    while (this.ended.size < this.frames.size) {
      const text = textOf(await patiently(client));
      assert(text !== undefined, "the end of a connection");
      this.#take(text.startsWith("{") ? JSON.parse(text) : frameOf(text));
    }
  }

  #take(frame: Frame): void {
    const { gap, message = "" } = frame;
    if (gap !== undefined) return void this.frames.get(gap.topic)!.push(frame);
    const [, what, topic = ""] = /^(end|probe \d+) of (.+)$/.exec(message) ?? [];
    if (what === "end") return void this.ended.add(topic);
    if (what !== undefined) return void this.probes.set(topic, what);
    this.read[message.slice(0, 2)] = message;
    this.frames.get(this.#names.get(message.slice(0, 1))!)!.push(frame);
  }
}

/** The next message: while a whole cluster is restarted, none may come for half a minute. */
async function patiently(client: TopicsClient): Promise<ClientMessage | undefined> {
  for (let silences = 1;; silences++) {
    try {
      return await client.message();
    } catch (error) {
      if (silences === SILENCES) throw error;
    }
  }
}

/** In mode `live` a gap is a text. */
function frameOf(text: string): Frame {
  const [, topic] = /^gap in (.+)$/.exec(text) ?? [];
  return topic === undefined ? { message: text } : { gap: { topic, cause: "told" } };
}

/** Publishes to some topics from two processes, and keeps a ledger of what comes to both of them. */
export class ClusterFire {
  readonly #servers: readonly [ProcessServer, ProcessServer];
  readonly #topics: readonly string[];
  readonly #publishers: readonly TopicsClient[];
  readonly #subscribers: readonly Subscriber[];
  readonly #reading: readonly Promise<void>[];
  readonly #publishing: Promise<void>;
  /** Why a subscriber reads no more. */
  readonly #faults: string[] = [];
  #over = false;
  #rounds = 0;
  #probes = 0;

  private constructor(
    servers: readonly [ProcessServer, ProcessServer],
    topics: readonly string[],
    publishers: readonly TopicsClient[],
    listeners: readonly TopicsClient[],
  ) {
    this.#servers = servers;
    this.#topics = topics;
    this.#publishers = publishers;
    const names = new Map(topics.map((topic, i) => [letterOf(i), topic]));
    this.#subscribers = listeners.map(() => new Subscriber(names));
    this.#reading = listeners.map((client, i) => this.#subscribers[i]!.follow(client));
    // Nobody waits for it until everything is over.
    for (const loop of this.#reading) loop.catch((error) => this.#faults.push(`${error}`));
    this.#publishing = this.#publish();
  }

  /** Begins to publish. */
  static async start(
    servers: readonly [ProcessServer, ProcessServer],
    topics: readonly string[],
  ): Promise<ClusterFire> {
    const open = (id: string) =>
      Promise.all(servers.map((server) => TopicsClient.open(server, id)));
    const [publishers, listeners] = [await open("p"), await open("s")];
    for (const client of listeners) {
      for (const topic of topics) {
        const { subscribed } = await client.subscribe(topic) as { subscribed: boolean };
        assertEquals(subscribed, true);
      }
    }
    return new ClusterFire(servers, topics, publishers, listeners);
  }

  async #publish(): Promise<void> {
    for (; !this.#over; this.#rounds++) {
      for (const [i, topic] of this.#topics.entries()) {
        for (const [side, publisher] of this.#publishers.entries()) {
          const data = letterOf(i) + "xy"[side];
          publisher.do({ do: "burst", topic, data, count: EACH, start: this.#rounds * EACH });
        }
      }
      await sleep(PAUSE);
    }
  }

  /** Waits until a message of each process comes to both again. */
  async flows(topic: string): Promise<void> {
    const end = Date.now() + PATIENCE;
    for (const publisher of this.#publishers) {
      const probe = `probe ${this.#probes++}`;
      const isThere = () => this.#subscribers.every(({ probes }) => probes.get(topic) === probe);
      for (let tries = 0; !isThere(); tries++) {
        assert(Date.now() < end, `${probe} of ${topic} does not come: ${this.#said()}`);
        if (tries % 5 === 0) publisher.do({ do: "publish", topic, data: `${probe} of ${topic}` });
        await sleep(20);
      }
    }
  }

  /** What the processes said last, for whoever reads that something does not come. */
  #said(): string {
    const last = (server: ProcessServer) => [
      server.all({ on: "state" }).slice(-3),
      server.all({ on: "reported" }).slice(-5),
      server.all({ on: "published" }).slice(-2),
      server.all({ on: "gap" }).slice(-3),
    ];
    const read = this.#subscribers.map(({ read }) => read);
    return JSON.stringify([this.#servers.map(last), read, this.#rounds, this.#faults]);
  }

  /** Publishes no more, waits for everything, and says what became of it. */
  async stop(): Promise<TopicAftermath[]> {
    this.#over = true;
    await this.#publishing;
    const count = this.#rounds * this.#topics.length;
    for (const server of this.#servers) await server.until({ on: "burst" }, count);
    const end = Date.now() + PATIENCE;
    const isOver = () => this.#subscribers.every(({ ended }) => ended.size === this.#topics.length);
    for (let tries = 0; !isOver(); tries++) {
      assert(Date.now() < end, "the last messages do not come");
      for (const topic of this.#topics) {
        if (tries % 10 === 0) {
          this.#publishers[0]!.do({ do: "publish", topic, data: `end of ${topic}` });
        }
      }
      await sleep(20);
    }
    await Promise.all(this.#reading);
    const after = this.#topics.map((topic, i) => this.#after(topic, letterOf(i)));
    for (const publisher of this.#publishers) publisher[Symbol.dispose]();
    return after;
  }

  /** No hole without a word, nothing out of order or twice. */
  #after(topic: string, letter: string): TopicAftermath {
    const bursts = this.#servers.flatMap((server) => server.all({ on: "burst" }));
    const failed = new Set(
      bursts.flatMap((burst) =>
        (burst.failed as string[]).filter((text) => text.startsWith(letter))
      ),
    );
    for (const { frames } of this.#subscribers) {
      const ledger = new LossLedger();
      const late = new Set<string>();
      for (const frame of frames.get(topic)!) {
        const { message = "" } = frame;
        // What was said not to have got out may come when its server goes on, long after the others.
        if (!failed.has(message)) ledger.take(frame);
        else if (late.has(message)) throw new Error(`${message} came twice`);
        else late.add(message);
      }
      for (const side of "xy") ledger.end(letter + side, this.#rounds * EACH);
      ledger.complete(failed);
    }
    const gaps = this.#servers.map((server) =>
      server.all({ on: "gap", topic }).map(({ cause }) => `${cause}`).join()
    );
    return { topic, failed, told: gaps };
  }
}

function letterOf(i: number): string {
  return String.fromCharCode(97 + i);
}
