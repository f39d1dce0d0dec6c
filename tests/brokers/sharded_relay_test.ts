import { assert, assertEquals } from "@std/assert";
import type { BrokerSink } from "../../src/brokers/port.ts";
import { Relay } from "../../src/brokers/relay.ts";
import type { Shard } from "../../src/brokers/shard.ts";
import { ShardedRelay, type ShardPort } from "../../src/brokers/sharded_relay.ts";
import type { TopicsState } from "../../src/brokers/state.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { FakeCluster } from "../support/fake_cluster.ts";
import { nextTurn } from "../support/memory.ts";

/** What a port over a shard was told, and what tests let it say. */
class FakePort implements ShardPort {
  readonly maxPayload = 1;
  readonly linger = 1;
  readonly state: TopicsState = "down";
  readonly port: number;
  readonly did: string[] = [];
  sink!: BrokerSink;
  outcome: Promise<void> | undefined;
  constructor({ master }: Shard) {
    this.port = master.port;
  }
  start(sink: BrokerSink): void {
    this.sink = sink;
  }
  subscribe(topic: string, from?: string): Promise<void> | undefined {
    this.did.push(`subscribe ${topic}${from === undefined ? "" : ` from "${from}"`}`);
    return this.outcome;
  }
  unsubscribe(topic: string): void {
    this.did.push(`unsubscribe ${topic}`);
  }
  failure: Error | undefined;
  publish(topic: string, data: unknown) {
    this.did.push(`publish ${data} to ${topic}`);
    const error = this.failure;
    return Promise.resolve(error ? { relayed: false, error } : { relayed: true });
  }
  close(): Promise<void> {
    this.did.push("close");
    return Promise.resolve();
  }
}

/** A relay over a cluster that does as it is told, and all that it says. */
function sharding({ waits = false } = {}) {
  const client = new FakeCluster();
  const clock = new FakeClock();
  const ports: FakePort[] = [];
  const relay = new ShardedRelay<FakePort>({
    client,
    clock,
    prefix: "test",
    waits,
    header: 36,
    make: (shard) => {
      ports.push(new FakePort(shard));
      return ports.at(-1)!;
    },
  });
  const told: unknown[] = [];
  relay.start({
    deliver: (topic, { data }) => told.push([topic, data]),
    state: (state, cause) => told.push(cause ? [state, (cause as Error).message] : [state]),
    partUp: () => told.push("part up"),
    gap: (gap) => told.push(gap),
    error: (error) => told.push((error as Error).message),
    wentOut: () => Promise.resolve(),
  });
  const follow = async (...masters: Parameters<FakeCluster["serve"]>) => {
    client.serve(...masters);
    clock.pass(5_000);
    await nextTurn();
  };
  return { client, clock, relay, ports, follow, told, take: () => told.splice(0) };
}

const HALVES = [[7001, "0-8191", 1], [7002, "8192-16383", 2]] as const;

/** The same with two shards that are up. */
async function two(options: { waits?: boolean } = {}) {
  const s = sharding(options);
  await s.follow(...HALVES);
  for (const { sink } of s.ports) sink.state("up");
  s.take();
  return s;
}

/** A topic whose slot is in a half. */
function topicIn(relay: ShardedRelay<FakePort>, port: FakePort): string {
  for (let i = 0;; i++) {
    const topic = `t${i}`;
    const before = port.did.length;
    relay.subscribe(topic);
    if (port.did.length > before) return topic;
    relay.unsubscribe(topic);
  }
}

Deno.test("each shard has a port, and each topic the port of its shard", async () => {
  const { relay, ports } = await two();
  const [a, b] = ports as [FakePort, FakePort];
  assertEquals([a.port, b.port, relay.maxPayload], [7001, 7002, 8 * 1024 * 1024 - 36]);
  const topic = topicIn(relay, b);
  b.did.length = a.did.length = 0;
  assertEquals(await relay.publish(topic, "x", ""), { relayed: true });
  relay.unsubscribe(topic);
  relay.unsubscribe("never");
  assertEquals([a.did, b.did], [[], [`publish x to ${topic}`, `unsubscribe ${topic}`]]);
});

Deno.test("it is up when all are, and what is wrong names the first that is not", async () => {
  const { relay, ports, follow, take } = sharding();
  assertEquals([relay.state, relay.stateOf("x")], ["down", "down"]);
  await follow(...HALVES);
  const [a, b] = ports as [FakePort, FakePort];
  assertEquals(take(), []);
  a.sink.state("up");
  const one = "Cannot reach all of redis: expected 2 shards, got 1: 127.0.0.1:7002 is down";
  assertEquals(take(), [["suspect", one], "part up"]);
  b.sink.state("up");
  assertEquals([take(), relay.state], [[["up"], "part up"], "up"]);
  const topic = topicIn(relay, b);
  b.sink.state("down", new Error("cut"));
  assertEquals([take(), relay.stateOf(topic)], [[["suspect", one]], "down"]);
  a.sink.state("suspect");
  assertEquals([take(), relay.state], [[], "suspect"]);
  a.sink.state("down");
  assertEquals([take().length, relay.state], [1, "down"]);
});

Deno.test("what goes wrong has its cause", async () => {
  const { relay, ports } = await two();
  const cause = new Error("cut");
  const states: unknown[] = [];
  relay.start({ deliver() {}, state: (_, cause) => states.push(cause), gap() {}, error() {} });
  ports[0]!.sink.state("down", cause);
  assertEquals((states[0] as Error).cause, cause);
});

Deno.test("slots that nobody serves are told, and their topics wait", async () => {
  const { relay, ports, follow, take } = await two();
  const topic = topicIn(relay, ports[0]!);
  await follow([7001, "0-0", 3], [7002, "8192-16383", 2]);
  const missing = "Cannot reach all of redis: expected nodes that serve 16384 slots, got 8193";
  assertEquals([take(), relay.stateOf(topic)], [[["suspect", missing]], "down"]);
  const { relayed, error } = await relay.publish(topic, "x", "");
  assert(/expected a node that serves slot \d+, got none$/.test(error!.message), error!.message);
  assertEquals([relayed, relay.subscribe(topic)], [false, undefined]);
  await follow([7001, "0-8191", 4], [7002, "8192-16383", 2]);
  assertEquals([take(), ports[0]!.did.at(-1)], [[["up"]], `subscribe ${topic} from ""`]);
});

Deno.test("a topic whose slot moves goes along, and others stay", async () => {
  const { relay, ports, follow } = await two();
  const [a, b] = ports as [FakePort, FakePort];
  const [moving, staying] = [topicIn(relay, a), topicIn(relay, b)];
  for (const { did } of ports) did.length = 0;
  await follow([7002, "0-16383", 3]);
  assertEquals(a.did, [`unsubscribe ${moving}`, "close"]);
  assertEquals(b.did, [`subscribe ${moving} from ""`]);
  await follow([7003, "0-16383", 4]);
  // Whoever takes the place of a master goes on with its port.
  assertEquals([ports.length, b.did.includes(`unsubscribe ${staying}`)], [2, false]);
  await follow([7003, "0-8191", 4], [7004, "8192-16383", 5]);
  assertEquals([ports.length, ports[2]!.did], [3, [`subscribe ${staying} from ""`]]);
});

Deno.test("what shards say comes through, and the same error once", async () => {
  const { ports, take } = await two();
  const { sink } = ports[0]!;
  sink.deliver("room", { data: "x", origin: "" });
  sink.gap({ topic: "room", cause: "sequence" });
  for (let i = 0; i < 3; i++) sink.error(new Error("no"));
  ports[1]!.sink.error(new Error("no"));
  assertEquals(take(), [["room", "x"], { topic: "room", cause: "sequence" }, "no"]);
  await sink.wentOut!("room");
});

Deno.test("what the user's client says is told", async () => {
  const { client, take } = await two();
  client.failed(new Error("from the client"));
  assertEquals(take(), ["from the client"]);
});

Deno.test("a message that finds its slot elsewhere is not relayed, and says why", async () => {
  const { relay, ports } = await two();
  const topic = topicIn(relay, ports[0]!);
  const cause = new Error("MOVED 5 127.0.0.1:7002");
  ports[0]!.failure = new Error("failed under way", { cause });
  const { relayed, error } = await relay.publish(topic, "x", "");
  const message = "Cannot publish over redis: expected its slot where it was, got MOVED 5 " +
    "127.0.0.1:7002";
  assertEquals([relayed, error!.message, error!.cause], [false, message, cause]);
  ports[0]!.failure = new Error("other");
  assertEquals((await relay.publish(topic, "x", "")).error!.message, "other");
});

Deno.test("whoever waits, waits until a shard has the topic, wherever that is", async () => {
  const { relay, ports, follow } = await two({ waits: true });
  const [a, b] = ports as [FakePort, FakePort];
  a.outcome = new Promise(() => {});
  const topic = "t0";
  b.outcome = a.outcome;
  let done = false;
  relay.subscribe(topic)!.then(() => done = true);
  const [from, to] = a.did.length > 0 ? [a, b] : [b, a];
  to.outcome = Promise.resolve();
  await nextTurn();
  assertEquals(done, false);
  await follow([to.port, "0-16383", 3]);
  assertEquals([done, from.did.at(-1)], [true, "close"]);
});

Deno.test("a topic that is refused is refused, unless it is somewhere else by now", async () => {
  for (const waits of [false, true]) {
    const { relay, ports, follow } = await two({ waits });
    const refusal = new Error("NOPERM");
    for (const port of ports) port.outcome = Promise.reject(refusal);
    for (const port of ports) port.outcome!.catch(() => {});
    // In either half.
    for (const topic of ["t0", "t1", "t2", "t3", "t4", "t5"]) {
      const failed = await relay.subscribe(topic)!.catch((error) => error);
      assertEquals(failed, refusal);
    }
    assert(ports.every(({ did }) => did.length > 0));
    for (const { did } of ports) did.length = 0;
    await follow([7002, "0-16383", 3]);
    assertEquals(ports[1]!.did, []);
  }
  const { relay, ports, follow } = await two({ waits: true });
  let refuse = (_: Error) => {};
  for (const port of ports) port.outcome = new Promise((_, reject) => refuse = reject);
  const [topic] = [topicIn(relay, ports[0]!)];
  ports[0]!.outcome!.catch(() => {});
  ports[1]!.outcome = Promise.resolve();
  await follow([7002, "0-16383", 3]);
  refuse(new Error("late"));
  await nextTurn();
  assertEquals(ports[1]!.did.includes(`subscribe ${topic} from ""`), true);
});

Deno.test("it ends with all of its shards, once, and tells nothing any more", async () => {
  const { client, relay, ports, clock, take } = await two();
  await Promise.all([relay.close(), relay.close()]);
  assertEquals(ports.map(({ did }) => did), [["close"], ["close"]]);
  ports[0]!.sink.state("down");
  client.serve([7009, "0-16383", 9]);
  clock.pass(20_000);
  await nextTurn();
  assertEquals([take(), relay.state, clock.pending], [[], "down", 0]);
});

Deno.test("over shards that are real, messages come, and one of them goes without the other", async () => {
  const client = new FakeCluster();
  const clock = new FakeClock();
  const relays = [0, 1].map(() =>
    new ShardedRelay({
      client,
      clock,
      prefix: "test",
      waits: false,
      header: 36,
      make: (shard) => new Relay(shard, clock),
    })
  );
  const told: unknown[] = [];
  client.serve(...HALVES);
  for (const relay of relays) {
    relay.start({
      deliver: (topic, { data }) => told.push(`${topic}: ${data}`),
      state: (state) => told.push(state),
      gap: ({ topic, cause }) => told.push(`${topic}: ${cause}`),
      error: (error) => told.push(error),
    });
  }
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 50) {
      clock.pass(50);
      await nextTurn();
    }
  };
  await pass(50);
  client.connect();
  await pass(50);
  assertEquals(told.splice(0), ["suspect", "up", "suspect", "up"]);
  const topics = ["t0", "t1", "t2", "t3", "t4", "t5"];
  for (const topic of topics) await relays[1]!.subscribe(topic);
  for (const topic of topics) {
    assertEquals(await relays[0]!.publish(topic, "x", ""), { relayed: true });
  }
  assertEquals(told.splice(0), topics.map((topic) => `${topic}: x`));
  // One master does not answer any more, and what it had is told, and nothing else.
  const hit = topics.filter((topic) => relays[1]!.stateOf(topic) === "up");
  assertEquals(hit.length, topics.length);
  for (const link of client.at(7001)) link.listener.gone(new Error("cut"));
  assertEquals(told.splice(0), ["suspect", "suspect"]);
  const lost = topics.filter((topic) => relays[1]!.stateOf(topic) === "down");
  assert(lost.length > 0 && lost.length < topics.length, `${lost}`);
  for (const topic of topics) {
    assertEquals((await relays[0]!.publish(topic, "y", "")).relayed, !lost.includes(topic));
  }
  await pass(300);
  client.connect();
  await pass(2_000);
  const rest = told.splice(0).filter((text) => !["up", "suspect"].includes(`${text}`));
  const expected = topics.filter((topic) => !lost.includes(topic)).map((topic) => `${topic}: y`);
  const gaps = lost.map((topic) => `${topic}: engine-reconnect`);
  assertEquals(rest.toSorted(), [...expected, ...gaps].toSorted());
  await Promise.all(relays.map((relay) => relay.close()));
});

Deno.test("a shard that fails at what another one had is no refusal, and ends no process", async () => {
  const { relay, ports, follow } = await two({ waits: true });
  const [a, b] = ports as [FakePort, FakePort];
  for (const port of ports) port.outcome = Promise.resolve();
  const topic = topicIn(relay, a);
  await nextTurn();
  let fail = (_: Error) => {};
  b.outcome = new Promise((_, reject) => fail = reject);
  await follow([7001, "0-1", 3], [7002, "2-16383", 4]);
  assertEquals(b.did.some((did) => did.startsWith(`subscribe ${topic}`)), true);
  fail(new Error("no answer"));
  await nextTurn();
  // It is still there.
  b.did.length = 0;
  relay.unsubscribe(topic);
  assertEquals(b.did, [`unsubscribe ${topic}`]);
});
