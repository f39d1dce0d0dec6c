import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { headers } from "@nats-io/transport-node";
import { Unanswered } from "../../src/brokers/answers.ts";
import type { Entry, HistoryListener } from "../../src/brokers/history_engine.ts";
import { NatsEngine } from "../../src/brokers/nats.ts";
import { NatsHistory } from "../../src/brokers/nats_history.ts";
import { textsOf } from "../support/entries.ts";
import { JetStreamStage, natsTest, record } from "../support/jetstream_stage.ts";
import { nextTurn } from "../support/memory.ts";

/** A history over a NATS of its own, and what its client tells. */
async function history(count: number) {
  const stage = await JetStreamStage.create();
  const { connection, js } = stage;
  const all = { connection, prefix: "test", jetstream: js };
  const h = new NatsHistory(new NatsEngine(all), all, { count, bytes: 1e8, age: 60_000 });
  const told: unknown[] = [];
  const entries: Entry[] = [];
  const connected = Promise.withResolvers<void>();
  const listener: HistoryListener = {
    connected: connected.resolve,
    disconnected: () => told.push("disconnected"),
    error: () => {},
    message: (channel) => told.push(channel),
    recorded: (_channel, entry) => entries.push(entry),
    vanished: () => told.push("vanished"),
  };
  h.start(listener);
  await connected.promise;
  return {
    h,
    told,
    entries,
    streams: stage.js.manager.streams,
    connection,
    async [Symbol.asyncDispose]() {
      h.close();
      await stage[Symbol.asyncDispose]();
    },
  };
}

/** Adds texts one by one, as they are published. */
async function append(h: NatsHistory, topic: string, ...texts: string[]) {
  const marks = [];
  for (const text of texts) marks.push((await h.append(topic, [record(text)]))[0]!);
  return marks;
}

Deno.test("without JetStream there is no history", () => {
  const options = { connection: new Promise<never>(() => {}), prefix: "a" };
  const limits = { count: 1, bytes: 1, age: 1 };
  const make = () => new NatsHistory(new NatsEngine(options), options, limits);
  assertThrows(make, TypeError, "expected jetstream: { client, manager }");
});

Deno.test("what is wrong with a connection is told", async () => {
  const connection = Promise.reject(new Error("no such host"));
  const jetstream = new Promise<never>(() => {});
  const options = { connection, prefix: "a", jetstream };
  const h = new NatsHistory(new NatsEngine(options), options, { count: 1, bytes: 1, age: 1 });
  const told = Promise.withResolvers<unknown>();
  h.start({ error: told.resolve, disconnected() {} } as unknown as HistoryListener);
  assertEquals(`${await told.promise}`, "Error: no such host");
});

natsTest("what is appended comes back with its place, and is read from there", async () => {
  await using s = await history(1_000);
  const { h, entries } = s;
  await assertRejects(() => h.append("room", [record("x")]), Error, "expected a connection");
  await h.prepare();
  await h.subscribe([h.channel("topic", "room")]);
  const [first, second] = await append(h, "room", "1", "2");
  await append(h, "another", "x");
  const third = (await append(h, "room", "3"))[0]!;
  while (entries.length < 3) await nextTurn();
  assertEquals(entries.map(({ mark }) => mark), [first!, second!, third]);
  assertEquals(entries.map(({ previous }) => previous), [undefined, 1, 2]);
  const end = await h.read("room", "end", 10);
  assertEquals([end.entries, end.head, end.done], [[], third, true]);
  const behind = await h.read("room", first!, 10);
  assertEquals([textsOf(behind.entries), behind.done, behind.lost], [["2", "3"], true, undefined]);
  assertEquals(textsOf((await h.read("room", "start", 10)).entries), ["1", "2", "3"]);
  assertEquals((await h.read("never", "start", 10)).entries, []);
  // Few are fetched one by one, many at once, in pages.
  const many = Array.from({ length: 150 }, (_, i) => `m${i}`);
  await append(h, "room", ...many);
  const texts: unknown[] = [];
  for (let from = third, done = false; !done;) {
    const stretch = await h.read("room", from, 250);
    texts.push(...textsOf(stretch.entries)!);
    done = stretch.done;
    from = stretch.entries.at(-1)!.mark;
  }
  assertEquals(texts, many);
  await h.unsubscribe([h.channel("topic", "room")]);
  assertEquals([h.name, h.maxPayload], ["nats", 1024 * 1024 - 2_048]);
});

natsTest(
  "a stream that is gone, or made anew, is told; so is what somebody else wrote",
  async () => {
    await using s = await history(5);
    const { h, told, entries } = s;
    await h.prepare();
    await h.subscribe([h.channel("topic", "room"), h.channel("canary", "x")]);
    await h.publish(h.channel("canary", "x"), "hello");
    while (told.length === 0) await nextTurn();
    assertEquals(told.splice(0), ["test.c.x"]);
    s.connection.publish("test.h.room", "foreign");
    while (entries.length === 0) await nextTurn();
    assertEquals(entries.splice(0).map(({ recorded }) => recorded), [undefined]);
    // With headers, but of no stream of ours.
    const other = headers();
    other.set("Nats-Stream", "another");
    s.connection.publish("test.t.room", "foreign", { headers: other });
    while (told.length === 0) await nextTurn();
    assertEquals(told.splice(0), ["test.t.room"]);
    const packet = record("twice");
    await h.append("room", [packet]);
    await assertRejects(() => h.append("room", [packet]), Error, "has had a message with this id");
    const info = await s.streams.info("edgesocket=test");
    await s.streams.delete("edgesocket=test");
    await assertRejects(() => h.append("room", [record("x")]), Error);
    await assertRejects(() => h.read("room", "end", 1), Error);
    assertEquals(told, ["vanished", "vanished"]);
    await s.streams.add(info.config);
    await assertRejects(() => h.read("room", "end", 1), Unanswered, "made anew");
    assertEquals(told.length, 3);
    const named = (name: string) => h.refuses(Object.assign(new Error("x"), { name }));
    const names = ["PermissionViolationError", "JetStreamApiError", "TimeoutError"];
    const others = ["x", new Unanswered("x")].map((error) => h.refuses(error));
    assertEquals([...names.map(named), ...others], [true, true, false, false, false]);
    h.reconnect();
    while (!told.includes("disconnected")) await nextTurn();
  },
);
