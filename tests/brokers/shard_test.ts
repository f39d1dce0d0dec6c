import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Address, Master } from "../../src/brokers/cluster_map.ts";
import type { Packet } from "../../src/brokers/envelope.ts";
import { hashSlot } from "../../src/brokers/hash_slot.ts";
import { isElsewhere, Shard } from "../../src/brokers/shard.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { FakeCluster } from "../support/fake_cluster.ts";
import { nextTurn } from "../support/memory.ts";

const MASTER: Master = {
  id: "a",
  host: "127.0.0.1",
  port: 7001,
  epoch: 1,
  ranges: [[0, 5_000], [6_000, 6_000]],
};

/** A shard over nodes that do as they are told, and what it says. */
function sharding(connect = true) {
  const cluster = new FakeCluster();
  const clock = new FakeClock();
  const told: string[] = [];
  const owner = {
    hurry: () => void told.push("hurry"),
    asking: ({ host, port }: Address, args: readonly Packet[]) =>
      Promise.resolve(`${host}:${port} did ${args}`),
  };
  const shard = new Shard(MASTER, { client: cluster, clock, prefix: "test", owner });
  const canary = shard.channel("canary", "me");
  shard.start({
    connected: () => told.push("connected"),
    disconnected: (cause) => told.push(`disconnected ${(cause as Error)?.message}`),
    message: (channel, bytes) => told.push(`${channel} ${new TextDecoder().decode(bytes)}`),
    error: (error) => told.push(`error ${(error as Error).message}`),
  });
  if (connect) cluster.connect();
  const take = () => told.splice(0);
  if (connect) take();
  return { cluster, clock, shard, canary, take };
}

const serves = (channel: string, { ranges }: Master) =>
  ranges.some(([from, to]) => from <= hashSlot(channel) && hashSlot(channel) <= to);

Deno.test("a topic has a tag, in which clients name nothing else", () => {
  const { shard } = sharding();
  const names = ["a", "a b", "{a}b", "%7Ba}", "größe"];
  const channels = names.map((name) => shard.channel("topic", name));
  assertEquals(channels.slice(0, 3), ["test:t:{a}", "test:t:{a b}", "test:t:{%7Ba%7Db}"]);
  assertEquals(new Set(channels).size, names.length);
  for (const channel of channels) assert(/^test:t:\{[^{}]+\}$/.test(channel), channel);
  assertEquals([shard.name, shard.sharded, shard.maxPayload], ["redis", true, 8 * 1024 * 1024]);
});

Deno.test("canaries fly in a slot of the shard, also when it has others", async () => {
  const { shard, canary, cluster, take } = sharding();
  await shard.subscribe([canary]);
  const [link] = cluster.at(7001);
  const first = [...link!.subscribed][0]!;
  assert(serves(first, MASTER), first);
  await shard.publish(canary, "one");
  assertEquals(take(), [`${canary} one`]);
  const elsewhere: Master = { ...MASTER, ranges: [[9_000, 12_000]] };
  shard.point(elsewhere);
  const second = [...link!.subscribed][1]!;
  assert(serves(second, elsewhere), second);
  await shard.publish(canary, "two");
  assertEquals(take(), [`${canary} two`]);
  // Where it need not move it stays.
  shard.point({ ...elsewhere, ranges: [[8_000, 13_000]] });
  assertEquals(link!.subscribed.size, 2);
  cluster.answers.set(7001, () => new Error("MOVED 1 x:1"));
  shard.point(MASTER);
  await nextTurn();
  await shard.unsubscribe([canary]);
  assertEquals(take(), []);
});

Deno.test("it comes back by itself, and says each once", () => {
  const { cluster, clock, shard, take } = sharding(false);
  assertEquals(shard.connected, false);
  cluster.links[0]!.listener.gone(new Error("refused"));
  assertEquals(take(), ["error refused", "hurry"]);
  clock.pass(250);
  cluster.connect();
  assertEquals([take(), shard.connected, cluster.links[0]!.closed], [["connected"], true, true]);
  cluster.at(7001)[0]!.listener.gone(new Error("cut"));
  assertEquals([take(), shard.connected], [["disconnected cut", "hurry"], false]);
  cluster.unopened = new Error("no template");
  clock.pass(250);
  assertEquals(take(), ["error no template"]);
  cluster.unopened = undefined;
  clock.pass(250);
  cluster.connect();
  assertEquals(take(), ["connected"]);
  cluster.at(7001)[0]!.listener.moved();
  assertEquals(take(), ["hurry"]);
});

Deno.test("whoever takes over is connected to at once", () => {
  const { cluster, shard, take } = sharding();
  const heir = { ...MASTER, id: "b", port: 7002 };
  shard.point(heir);
  assertEquals(take(), ["disconnected 127.0.0.1:7001 serves its slots no longer"]);
  assertEquals([cluster.at(7001).length, cluster.at(7002).length, shard.master], [0, 1, heir]);
  cluster.connect();
  assertEquals(take(), ["connected"]);
  shard.point({ ...heir, ranges: [[0, 1]] });
  assertEquals([take(), cluster.links.length], [[], 2]);
});

Deno.test("without a connection nothing goes out, and that is no refusal", async () => {
  const { shard, canary } = sharding(false);
  const tasks = [
    () => shard.publish(canary, "x"),
    () => shard.command(["GET", "a"]),
    () => shard.subscribe([canary]),
    () => shard.unsubscribe([canary]),
    () => shard.ask(),
  ];
  for (const task of tasks) {
    const error = await assertRejects(task, Error, "expected a connection to 127.0.0.1:7001");
    assertEquals(shard.refuses(error), false);
  }
});

Deno.test("what is elsewhere is no refusal, and the map is looked at", async () => {
  const { cluster, shard, take } = sharding();
  const said = ["MOVED 5 127.0.0.1:7002", "CLUSTERDOWN Hash slot not served", "LOADING Redis is"];
  for (const text of said) {
    cluster.answers.set(7001, () => new Error(text));
    for (const what of ["publish", "subscribe", "command"] as const) {
      const error = await assertRejects(() => shard[what](["x"] as never, "y"), Error, text);
      assertEquals([shard.refuses(error), isElsewhere(error), take()], [false, true, ["hurry"]]);
    }
    // There is nothing to be left.
    await shard.unsubscribe(["x"]);
  }
  cluster.answers.set(7001, () => new Error("NOPERM no permissions"));
  for (const what of ["publish", "subscribe", "unsubscribe", "command"] as const) {
    const error = await assertRejects(() => shard[what](["x"] as never, "y"), Error, "NOPERM");
    assertEquals([shard.refuses(error), isElsewhere(error), take()], [true, false, []]);
  }
  assertEquals(isElsewhere(new Error("Socket closed")), false);
});

Deno.test("what has gone ahead is asked for there, and what is on its way is tried again", async () => {
  const { cluster, clock, shard } = sharding();
  cluster.answers.set(7001, () => new Error("ASK 5 10.0.0.2:7002"));
  assertEquals(await shard.command(["GET", "a"]), "10.0.0.2:7002 did GET,a");
  cluster.answers.set(7001, () => new Error("ASK 5 :7002"));
  assertEquals(await shard.command(["GET", "a"]), "127.0.0.1:7002 did GET,a");
  let tries = 0;
  cluster.answers.set(7001, () => ++tries < 3 ? new Error("TRYAGAIN Multiple keys") : "there");
  const answer = shard.command(["EVALSHA", "x"]);
  for (let i = 0; i < 3; i++) {
    await nextTurn();
    clock.pass(50);
  }
  assertEquals([await answer, tries], ["there", 3]);
  cluster.answers.set(7001, () => new Error("TRYAGAIN Multiple keys"));
  const never = assertRejects(() => shard.command(["EVALSHA", "x"]), Error, "TRYAGAIN");
  for (let i = 0; i < 25; i++) {
    await nextTurn();
    clock.pass(50);
  }
  await never;
});

Deno.test("it says what its node says of the cluster", async () => {
  const { cluster, shard } = sharding();
  cluster.nodes = "all of them";
  assertEquals(await shard.ask(), { host: "127.0.0.1", text: "all of them" });
});

Deno.test("asked to, it connects anew, but not before whoever asks has said why", async () => {
  const { cluster, shard, take } = sharding();
  shard.reconnect();
  assertEquals(take(), []);
  await nextTurn();
  assertEquals([take(), cluster.links.length], [["disconnected Connecting anew"], 2]);
  shard.reconnect();
  await nextTurn();
  assertEquals([take(), cluster.links.length, cluster.at(7001).length], [[], 3, 1]);
});

Deno.test("after the end nothing is told, and nothing is opened", async () => {
  const { cluster, clock, shard, take } = sharding();
  cluster.links[0]!.listener.gone(new Error("cut"));
  take();
  shard.close();
  shard.reconnect();
  await nextTurn();
  clock.pass(10_000);
  assertEquals([take(), cluster.links.length, shard.connected], [[], 1, false]);
  const open = sharding();
  open.shard.close();
  assertEquals([open.cluster.at(7001), open.clock.pending], [[], 0]);
});
