import { assert, assertEquals, assertRejects } from "@std/assert";
import { Redis } from "ioredis";
import { asBuffer } from "../../src/adapters/node_buffer.ts";
import type { Entry, HistoryListener } from "../../src/brokers/history_engine.ts";
import { encodeRecord, Nonces } from "../../src/brokers/record.ts";
import { redisEngine, redisHistory } from "../../src/brokers/redis.ts";
import { hasEngine, TestEngine } from "../support/engines.ts";
import { textsOf } from "../support/entries.ts";
import { nextTurn } from "../support/memory.ts";
import { clusterOfOne } from "../support/redis_cluster.ts";

const needs = hasEngine("redis") ? "" : " [needs redis-server]";
const LIMITS = { count: 5, bytes: 1e6, age: 60_000 };
const nonces = new Nonces();
const record = (text: string) => encodeRecord(text, "", nonces.next());

/** A history over a Redis of its own, and what its client tells. */
async function history(durable = false, limits = LIMITS) {
  const server = await TestEngine.create("redis");
  const options = { enableOfflineQueue: false, autoResendUnfulfilledCommands: false };
  const publisher = new Redis(server.port, "127.0.0.1", options);
  const subscriber = publisher.duplicate();
  const all = { publisher, subscriber, prefix: "test", durable };
  const h = redisHistory(redisEngine(all, asBuffer), all, limits);
  const told: unknown[] = [];
  const entries: Entry[] = [];
  const connected = Promise.withResolvers<void>();
  const listener: HistoryListener = {
    connected: connected.resolve,
    disconnected: () => told.push("disconnected"),
    error: (error) => told.push(`${error}`),
    message: (channel) => told.push(channel),
    recorded: (_channel, entry) => entries.push(entry),
    vanished: () => {},
  };
  h.start(listener);
  await connected.promise;
  await h.prepare();
  return {
    server,
    h,
    told,
    entries,
    publisher,
    async [Symbol.asyncDispose]() {
      h.close();
      publisher.disconnect();
      subscriber.disconnect();
      await server[Symbol.asyncDispose]();
    },
  };
}

function redisTest(title: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${title}${needs}`, ignore: needs !== "", fn });
}

redisTest("what is appended comes back with its place, and is read from there", async () => {
  await using s = await history();
  const { h, entries } = s;
  await h.subscribe([h.channel("topic", "room")]);
  const marks = await h.append("room", ["1", "2", "3"].map(record));
  while (entries.length < 3) await nextTurn();
  assertEquals(entries.map(({ mark }) => mark), [...marks]);
  assertEquals([textsOf(entries), marks.map(({ offset }) => offset)], [["1", "2", "3"], [1, 2, 3]]);
  assert(/^\w+$/.test(marks[0]!.epoch));
  const end = await h.read("room", "end", 10);
  assertEquals([end.entries, end.head, end.done], [[], marks[2], true]);
  const behind = await h.read("room", marks[0]!, 1);
  assertEquals([textsOf(behind.entries), behind.done, behind.lost], [["2"], false, undefined]);
  assertEquals(textsOf((await h.read("room", "start", 10)).entries), ["1", "2", "3"]);
  const last = await h.read("room", marks[2]!, 10);
  assertEquals([last.entries, last.lost], [[], undefined]);
  await h.unsubscribe([h.channel("topic", "room")]);
  assertEquals([h.name, h.maxPayload > 1e6, h.refuses(new Error("NOPERM no"))], [
    "redis",
    true,
    true,
  ]);
});

redisTest("what is gone is trimmed, what is made up is another epoch", async () => {
  await using s = await history();
  const { h } = s;
  const [zero] = [(await h.read("room", "end", 1)).head];
  const marks = [...await h.append("room", ["1", "2", "3", "4", "5", "6", "7"].map(record))];
  const lost = async (offset: number) => (await h.read("room", marks[offset - 1]!, 10)).lost;
  assertEquals([await lost(1), await lost(2), await lost(7)], ["trimmed", undefined, undefined]);
  assertEquals((await h.read("room", zero!, 10)).lost, "trimmed");
  const four = marks[3]!;
  for (
    const bad of [
      { ...four, epoch: "x" },
      { ...four, offset: 99 },
      { ...four, check: "1" },
      { ...marks[6]!, check: "zzzzzzzz" },
    ]
  ) {
    assertEquals((await h.read("room", bad, 10)).lost, "epoch", JSON.stringify(bad));
  }
  // No entry can have such an id, and Redis would not even look for it.
  for (const check of ["-", "-5", "z".repeat(11), "z".repeat(20)]) {
    const { entries, lost } = await h.read("room", { ...four, check }, 10);
    assertEquals([entries, lost], [[], "epoch"], check);
  }
  await s.server.redis("DEL", "test:s:{room}");
  assertEquals((await h.read("room", four, 10)).lost, "trimmed");
  assertEquals((await h.read("room", marks[6]!, 10)).lost, undefined);
});

redisTest(
  "scripts that Redis was told to forget are said again, and its errors are handed on",
  async () => {
    await using s = await history(true);
    await s.server.redis("SCRIPT", "FLUSH");
    const [mark] = await s.h.append("a{b}%c", [record("1")]);
    assertEquals(textsOf((await s.h.read("a{b}%c", "start", 1)).entries), ["1"]);
    assert((await s.server.redis("KEYS", "test:m:*")).includes("test:m:{a%7Bb%7D%25c}"));
    assertEquals(mark!.offset, 1);
    await s.server.redis("SET", "test:s:{wrong}", "no stream");
    await s.server.redis("SET", "test:m:{wrong}", "e 1 1 1 1");
    await assertRejects(() => s.h.append("wrong", [record("1")]), Error, "WRONGTYPE");
  },
);

redisTest(
  "what is no entry is a message, and the client's cuts and errors are handed on",
  async () => {
    await using s = await history();
    const channel = s.h.channel("canary", "x");
    await s.h.subscribe([channel]);
    await s.h.publish(channel, "hello");
    while (s.told.length === 0) await nextTurn();
    s.h.reconnect();
    while (s.told.length < 2) await nextTurn();
    s.publisher.emit("error", new Error("told"));
    assertEquals(s.told.slice(0, 3), [channel, "disconnected", "Error: told"]);
  },
);

redisTest("a restart begins new histories, unless Redis is said to be durable", async () => {
  for (const durable of [false, true]) {
    await using s = await history(durable);
    const run = async () => (await s.h.read("room", "end", 1)).head.epoch;
    const before = await run();
    assertEquals(before, await run());
    const stored = (await s.server.redis("GET", "test:m:{room}")).split("\r\n")[1]!.split(" ")[0]!;
    assertEquals(before.length - stored.length, durable ? 0 : 8);
  }
});

redisTest("a node of a cluster wants the client of a cluster, whatever is durable", async () => {
  await using server = await clusterOfOne();
  for (const durable of [false, true]) {
    const options = { enableOfflineQueue: false, autoResendUnfulfilledCommands: false };
    const publisher = new Redis(server.port, "127.0.0.1", options);
    const subscriber = publisher.duplicate();
    const all = { publisher, subscriber, prefix: "test", durable };
    const engine = redisEngine(all, asBuffer);
    await new Promise<void>((connected) => {
      engine.start({ connected, disconnected() {}, message() {}, error() {} });
    });
    const h = redisHistory(engine, all, LIMITS);
    const message =
      "Cannot use redis: expected option cluster, with the client of a cluster, for " +
      "what is part of one, got publisher and subscriber";
    await assertRejects(() => h.prepare(), Error, message);
    h.close();
    for (const client of [publisher, subscriber]) client.disconnect();
  }
});
