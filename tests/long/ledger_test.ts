/**
 * A ledger of every message, while everything goes wrong at random: what a client does not get, it is
 * told of, before whatever comes next. `LEDGER_SECONDS` and `LEDGER_SEED` say how long and with which
 * faults.
 */
import { assert, assertEquals } from "@std/assert";
import { hasEngine, TestEngine } from "../support/engines.ts";
import { type ClientName, CLIENTS } from "../fixtures/engine_clients.ts";
import { ProcessServer } from "../support/process_server.ts";
import { bun, deno, type WireRuntime } from "../support/runtimes.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { textOf, TopicsClient } from "../support/topics_client.ts";

const SCRIPT = new URL("../fixtures/engine_server.ts", import.meta.url);
const SECONDS = Number(Deno.env.get("LEDGER_SECONDS") ?? 30);
const SEED = Number(Deno.env.get("LEDGER_SEED") ?? Date.now() % 100_000);
const TOPICS = ["room", "hall"] as const;

/** Numbers between 0 and 1 that a seed repeats. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    const mixed = Math.imul(state ^ (state >>> 13), 0x297a2d39);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A process behind a proxy of its own, with a client that publishes and one that listens. */
class Side implements AsyncDisposable {
  readonly name: string;
  readonly proxy: TcpProxy;
  readonly server: ProcessServer;
  readonly #publisher: TopicsClient;
  readonly #listener: TopicsClient;
  /** All that came, as it came. */
  readonly came: string[] = [];
  published = 0;
  bursts = 0;
  #churned = 0;

  private constructor(
    name: string,
    proxy: TcpProxy,
    server: ProcessServer,
    publisher: TopicsClient,
    listener: TopicsClient,
  ) {
    this.name = name;
    this.proxy = proxy;
    this.server = server;
    this.#publisher = publisher;
    this.#listener = listener;
  }

  static async create(name: string, { command }: WireRuntime, client: ClientName, port: number) {
    const proxy = new TcpProxy(port);
    const env = { CLIENT: client, ENGINE_PORT: `${proxy.port}` };
    const server = await ProcessServer.start({ command }, env, SCRIPT);
    await server.until({ on: "state", state: "up" });
    const publisher = await TopicsClient.open(server, `${name}-publisher`);
    const listener = await TopicsClient.open(server, `${name}-listener`);
    for (const topic of TOPICS) assertEquals(await listener.subscribe(topic), { subscribed: true });
    const side = new Side(name, proxy, server, publisher, listener);
    side.#listen();
    return side;
  }

  async #listen(): Promise<void> {
    for (;;) {
      const text = textOf(await this.#listener.message().catch(() => undefined));
      if (text === undefined) return;
      this.came.push(text);
    }
  }

  /** Publishes some to each topic, and comes to and leaves a topic of its own. */
  publish(count: number): void {
    const start = this.published;
    for (const topic of TOPICS) {
      const data = `${topic}/${this.name}/`;
      this.#publisher.do({ do: "burst", topic, data, count, start });
      this.bursts++;
    }
    this.published += count;
    const topic = `churn ${this.#churned++}`;
    this.#publisher.do({ do: "subscribe", topic });
    this.#publisher.do({ do: "unsubscribe", topic });
  }

  get up(): boolean {
    return this.server.all({ on: "state" }).at(-1)?.state === "up";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.proxy[Symbol.asyncDispose]();
  }
}

/** Whether what came of one publisher and topic is in order, and whatever is missing was told. */
function check(to: Side, from: Side, topic: string, faults: string): void {
  const told = `gap in ${topic}`;
  const mine = `${topic}/${from.name}/`;
  let last = -1;
  let gap = false;
  for (const text of to.came) {
    if (text === told) gap = true;
    if (!text.startsWith(mine)) continue;
    const number = Number(text.slice(mine.length));
    const where = `${text} after ${last} at ${to.name}; ${faults}`;
    assert(number > last, `twice, or out of order: ${where}`);
    if (to === from) assertEquals(number, last + 1, `lost in one process: ${where}`);
    else if (number !== last + 1) assert(gap, `missing without a word: ${where}`);
    last = number;
    gap = false;
  }
  assert(last === from.published - 1, `the last one came ${last}, of ${from.published}; ${faults}`);
}

for (const [index, client] of CLIENTS.entries()) {
  const kind = client === "nats" ? "nats" : "redis";
  const needs = hasEngine(kind) ? "" : ` [needs ${kind}-server]`;
  const pair = index % 2 ? [bun, deno] as const : [deno, bun] as const;
  const name = `${pair[0].name}: ${client}: nothing is lost without a word, whatever goes wrong`;
  Deno.test({ name: `${name}${needs}`, ignore: needs !== "" }, async () => {
    await using engine = await TestEngine.create(kind);
    await using a = await Side.create("a", pair[0], client, engine.port);
    await using b = await Side.create("b", pair[1], client, engine.port);
    const sides = [a, b];
    const next = random(SEED + index);
    const log: string[] = [`seed ${SEED + index}`];
    const pick = <T>(items: readonly T[]) => items[Math.floor(next() * items.length)]!;
    const faults: Record<string, () => Promise<void>> = {
      async restart() {
        await engine.kill();
        await wait(next() * 1_500);
        await engine.start();
      },
      async stop() {
        engine.pause();
        await wait(next() * 4_000);
        engine.resume();
      },
      async cut() {
        pick(sides).proxy.cut();
        await wait(next() * 200);
      },
      async swallow() {
        const { proxy } = pick(sides);
        proxy.swallow();
        await wait(next() * 8_000);
        proxy.heal();
      },
      async freeze() {
        const { server } = pick(sides);
        server.signal("SIGSTOP");
        await wait(next() * 4_000);
        server.signal("SIGCONT");
      },
      async kill() {
        const type = pick(["pubsub", "normal"]);
        if (kind === "redis") await engine.redis("CLIENT", "KILL", "TYPE", type);
      },
      async silence() {
        if (kind === "redis") {
          await engine.redis("CLIENT", "PAUSE", `${Math.floor(next() * 9_000)}`);
        }
      },
      /** Redis cuts whoever does not keep up with a few messages. */
      async narrow() {
        const limit = pick(["pubsub 4096 2048 1", "pubsub 33554432 8388608 60"]);
        const args = ["CONFIG", "SET", "client-output-buffer-limit", limit];
        if (kind === "redis") await engine.redis(...args);
      },
      calm: () => wait(next() * 3_000),
    };
    const end = Date.now() + SECONDS * 1_000;
    let going = true;
    const publishing = (async () => {
      while (going) {
        for (const side of sides) side.publish(1 + Math.floor(next() * 20));
        await wait(20 + next() * 60);
      }
    })();
    while (Date.now() < end) {
      const [fault, cause] = pick(Object.entries(faults));
      log.push(fault);
      await cause();
    }
    const patience = Date.now() + 30_000;
    while (!sides.every((side) => side.up)) {
      assert(Date.now() < patience, `not up again; ${log.join(" ")}`);
      await wait(100);
    }
    going = false;
    await publishing;
    // Beacons are out by then, and whatever is late.
    await wait(2_000);
    for (const side of sides) side.publish(1);
    for (const side of sides) await side.server.until({ on: "burst" }, side.bursts);
    await wait(1_000);
    const faultsSeen = log.join(" ");
    for (const to of sides) {
      for (const from of sides) {
        for (const topic of TOPICS) check(to, from, topic, faultsSeen);
      }
      assertEquals(to.server.all({ on: "close" }), []);
      assertEquals([to.server.all({ on: "unhandled" }), to.server.errors], [[], ""]);
    }
    // Nobody is subscribed to what was left, once that has lingered.
    const lingering = Date.now() + 15_000;
    for (;;) {
      const topics = await engine.topics();
      if (topics.length === TOPICS.length) break;
      assert(
        Date.now() < lingering,
        `${topics.length} topics: ${topics.slice(0, 5)}; ${faultsSeen}`,
      );
      await wait(200);
    }
    const came = sides.map(({ came }) => came.length);
    console.log(`${client}: ${a.published + b.published} published, ${came} came; ${faultsSeen}`);
  });
}
