import { assert, assertEquals, assertRejects } from "@std/assert";
import type { BrokerSink, Page } from "../../src/brokers/port.ts";
import { type ReplayShardPort, ShardedReplay } from "../../src/brokers/sharded_replay.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { FakeCluster } from "../support/fake_cluster.ts";
import { nextTurn } from "../support/memory.ts";

/** A relay over a cluster that does as it is told: its ports say what they are asked. */
function sharding() {
  const client = new FakeCluster();
  const clock = new FakeClock();
  const did: string[] = [];
  const pages = new Map<number, () => Page | Promise<Page>>();
  const make = ({ master: { port } }: { readonly master: { readonly port: number } }) => ({
    maxPayload: 1,
    linger: 1,
    state: "up" as const,
    start: (sink: BrokerSink) => sink.state("up"),
    subscribe: (topic: string, from?: string) => {
      did.push(`${port}: subscribe ${topic} ${from}`);
      return Promise.resolve();
    },
    unsubscribe: (topic: string) => did.push(`${port}: unsubscribe ${topic}`),
    publish: () => Promise.resolve({ relayed: true }),
    position: () => `at ${port}`,
    read: (_topic: string, after: string) =>
      pages.get(port)?.() ?? { messages: [], position: `${after} of ${port}` },
    close: () => Promise.resolve(),
  });
  const relay = new ShardedReplay({
    client,
    clock,
    prefix: "test",
    waits: true,
    header: 22,
    make: make as unknown as () => ReplayShardPort,
  });
  relay.start({ deliver() {}, state() {}, gap() {}, error() {} });
  const follow = async (...masters: Parameters<FakeCluster["serve"]>) => {
    client.serve(...masters);
    clock.pass(5_000);
    await nextTurn();
  };
  return { relay, follow, did, pages };
}

Deno.test("a topic is read at its shard, at once if that is so there", async () => {
  const { relay, follow } = sharding();
  assertEquals(relay.position("room"), undefined);
  await assertRejects(() => relay.read("room", "x", 1) as Promise<Page>, Error, "Nobody serves");
  await follow([7001, "0-16383"]);
  assertEquals(relay.position("room"), "at 7001");
  assertEquals(relay.read("room", "x", 1), { messages: [], position: "x of 7001" });
});

Deno.test("a topic that moves goes on where it was", async () => {
  const { relay, follow, did } = sharding();
  await follow([7001, "0-16383"], [7002, ""]);
  await relay.subscribe("room");
  await follow([7002, "0-16383", 2], [7001, ""]);
  // Its port has taken the place of the other.
  assertEquals(did, ["7001: subscribe room undefined"]);
  await follow([7002, "0-1", 2], [7003, "2-16383", 3]);
  assertEquals(did.splice(1), [
    "7001: unsubscribe room",
    "7003: subscribe room at 7001",
  ]);
});

Deno.test("a topic that nobody serves for a while goes on where it was, too", async () => {
  const { relay, follow, did } = sharding();
  await follow([7001, "0-16383"]);
  await relay.subscribe("room");
  did.length = 0;
  await follow([7001, "0", 2]);
  assertEquals(relay.position("room"), undefined);
  await follow([7001, "0-16383", 3]);
  assertEquals(did, ["7001: unsubscribe room", "7001: subscribe room at 7001"]);
});

Deno.test("what is being read when its topic moves is read where it has gone to", async () => {
  const { relay, follow, pages } = sharding();
  await follow([7001, "0-16383"]);
  await relay.subscribe("room");
  let fail = (_: Error) => {};
  pages.set(7001, () => new Promise((_, reject) => fail = reject));
  const page = relay.read("room", "x", 1);
  assert(page instanceof Promise);
  const other = relay.read("room", "y", 1) as Promise<Page>;
  fail(new Error("refused"));
  await assertRejects(() => other, Error, "refused");
  const { relay: second, follow: move, pages: theirs } = sharding();
  await move([7001, "0-8000"], [7002, "8001-16383", 2]);
  await second.subscribe("room");
  for (const port of [7001, 7002]) {
    theirs.set(port, () => new Promise((_, reject) => fail = reject));
  }
  const moved = second.read("room", "x", 1);
  theirs.clear();
  const from = second.position("room") === "at 7001" ? 7001 : 7002;
  await move([from === 7001 ? 7002 : 7001, "0-16383", 3]);
  fail(new Error("gone"));
  assertEquals((await moved).position, `x of ${from === 7001 ? 7002 : 7001}`);
});
