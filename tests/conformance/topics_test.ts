/** Topics in one process: what they deliver to whom, on every runtime. */
import { assertEquals } from "@std/assert";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import { closedByClient, ends, suite } from "../support/suite.ts";
import { textOf, TopicsClient } from "../support/topics_client.ts";

const SUBSCRIBED = { subscribed: true };
const refused = (reason: string) => ({ subscribed: false, reason });

/** Names that are as good as any other. */
const GOOD = [
  "a",
  "room:1",
  "a.b.c",
  "with space",
  "größe",
  "部屋",
  "🙂",
  "%2A",
  "a/b?c#d[e]",
  "$SYS",
];

/** Names that are refused. */
const BAD: unknown[] = ["", "a*", ">", "a\nb", "\0", "\x7f", "\ud800", "x".repeat(256), 5, null];

function topicsSuite(runtime: Runtime): void {
  const test = suite(runtime, { APP: "topics" });
  const open = TopicsClient.open;

  test("delivers to all subscribers, in order, text as text and bytes as bytes", async (server) => {
    using a = await open(server, "a");
    using b = await open(server, "b");
    using c = await open(server, "c");
    for (const client of [a, b]) assertEquals(await client.subscribe("room"), SUBSCRIBED);
    assertEquals(await c.subscribe("another room"), SUBSCRIBED);
    a.do({ do: "publish", topic: "room", data: "hello" });
    a.do({ do: "publish", topic: "room", data: "", bytes: false });
    a.do({ do: "publish", topic: "room", data: "öäü", bytes: true });
    a.do({ do: "publish", topic: "room", data: "", bytes: true });
    for (const client of [a, b]) {
      assertEquals(await client.message(), "hello");
      assertEquals(await client.message(), "");
      assertEquals(
        new Uint8Array(await client.message() as ArrayBuffer),
        new TextEncoder().encode("öäü"),
      );
      assertEquals((await client.message() as ArrayBuffer).byteLength, 0);
    }
    await server.until({ on: "published", relayed: true }, 4);
    // Whatever had gone to the wrong room would come before this.
    c.do({ do: "publish", topic: "another room", data: "mine" });
    assertEquals(await c.message(), "mine");
  });

  test("leaves the publisher out, and nobody else", async (server) => {
    using a = await open(server, "a");
    using b = await open(server, "b");
    for (const client of [a, b]) await client.subscribe("room");
    a.do({ do: "publish", topic: "room", data: "from a", except: true });
    a.do({ do: "publish", topic: "room", data: "for all" });
    assertEquals(await b.message(), "from a");
    assertEquals(await b.message(), "for all");
    assertEquals(await a.message(), "for all");
  });

  test("keeps the order of messages to several topics in one turn", async (server) => {
    using a = await open(server, "a");
    for (const topic of ["x", "y"]) await a.subscribe(topic);
    a.do({ do: "burst", topic: "x", data: "x", count: 3 });
    for (let i = 0; i < 3; i++) assertEquals(textOf(await a.message()), `x${i}`);
    a.do({ do: "mixed", topic: "x,y,x", data: "m" });
    for (const expected of ["m x", "m y", "m x"]) assertEquals(await a.message(), expected);
  });

  test("ends subscriptions by unsubscribe and with the connection", async (server) => {
    using a = await open(server, "a");
    using b = await open(server, "b");
    for (const client of [a, b]) await client.subscribe("room");
    assertEquals(await a.ask({ do: "count", topic: "room" }), 2);
    assertEquals(await b.ask({ do: "unsubscribe", topic: "room" }), { unsubscribed: true });
    assertEquals(await a.ask({ do: "count", topic: "room" }), 1);
    assertEquals(await b.ask({ do: "topics", topic: "" }), []);
    await b.subscribe("room");
    assertEquals(await b.subscribe("room"), SUBSCRIBED);
    assertEquals(await b.ask({ do: "topics", topic: "" }), ["room"]);
    b.close(1000);
    await ends(server, closedByClient(1000), "b");
    assertEquals(await a.ask({ do: "count", topic: "room" }), 1);
    a.vanish();
    await server.until({ on: "close", id: "a" });
    using c = await open(server, "c");
    assertEquals(await c.ask({ do: "count", topic: "room" }), 0);
  });

  test("takes every name but those that no broker could take", async (server) => {
    using a = await open(server, "a");
    for (const topic of [...GOOD, "x".repeat(255)]) {
      assertEquals(await a.subscribe(topic), SUBSCRIBED, topic);
      a.do({ do: "publish", topic, data: `to ${topic}` });
      assertEquals(await a.message(), `to ${topic}`);
    }
    for (const topic of BAD) {
      assertEquals(await a.subscribe(topic), refused("invalid-topic"), `${topic}`);
    }
    a.do({ do: "publish", topic: "a*", data: "x" });
    assertEquals(
      (await server.until({ on: "published", relayed: false })).error,
      'Cannot publish: expected the name of a topic, got "a*"',
    );
    assertEquals(server.all({ on: "reported" }), []);
  });

  test("refuses one topic more than maxTopics, not the last one", async (server) => {
    using a = await open(server, "a");
    for (const topic of ["1", "2", "3"]) assertEquals(await a.subscribe(topic), SUBSCRIBED);
    assertEquals(await a.subscribe("4"), refused("too-many-topics"));
    assertEquals(await a.subscribe("3"), SUBSCRIBED);
    await a.ask({ do: "unsubscribe", topic: "1" });
    assertEquals(await a.subscribe("4"), SUBSCRIBED);
  }, { env: { TOPICS: JSON.stringify({ maxTopics: 3 }) } });

  test("asks authorize, which may take its time and may fail", async (server) => {
    using a = await open(server, "a");
    assertEquals(await a.subscribe("private"), refused("unauthorized"));
    assertEquals(await a.subscribe("throws"), refused("unauthorized"));
    await server.until({ on: "reported", message: "thrown in authorize" });
    assertEquals(await a.subscribe("slow"), SUBSCRIBED);
    // Those that wait count: nobody gets around maxTopics by asking all at once.
    for (let i = 0; i < 4; i++) a.do({ do: "subscribe", topic: `slow ${i}` });
    const reasons = [];
    for (let i = 0; i < 4; i++) reasons.push(JSON.parse(await a.message() as string).reason);
    assertEquals(reasons.sort(), ["too-many-topics", "too-many-topics", undefined, undefined]);
  }, { env: { AUTHORIZE: "1", TOPICS: JSON.stringify({ maxTopics: 3 }) } });

  test("a connection that ends while authorize runs is not subscribed", async (server) => {
    using a = await open(server, "a");
    a.do({ do: "subscribe", topic: "slow" });
    a.close(1000);
    await server.until({ on: "close", id: "a" });
    await server.until({ on: "subscribed", reason: "closed" });
    using b = await open(server, "b");
    assertEquals(await b.subscribe("slow"), SUBSCRIBED);
    assertEquals(await b.ask({ do: "count", topic: "slow" }), 1);
    assertEquals(server.all({ on: "reported" }), []);
  }, { env: { AUTHORIZE: "1" } });

  test(
    "a subscriber that does not read is ended, and the others get everything",
    async (server) => {
      const size = 64 * 1024;
      using slow = await open(server, "slow", { maxBackpressure: 2 * 1024 * 1024 });
      using fast = await open(server, "fast");
      for (const client of [slow, fast]) await client.subscribe("room");
      slow.pause();
      let came = 0;
      // The system takes some megabytes of its own before anything waits here.
      for (
        let round = 0;
        round < 400 && server.all({ on: "close", id: "slow" }).length === 0;
        round++
      ) {
        fast.do({ do: "publish", topic: "room", data: "x".repeat(size) });
        assertEquals((await fast.message() as string).length, size);
        came++;
      }
      const { code, cause } = await server.until({ on: "close", id: "slow" });
      assertEquals([code, cause], [1013, "backpressure"]);
      await server.until({ on: "published", relayed: true }, came);
      assertEquals(await fast.ask({ do: "count", topic: "room" }), 1);
      slow.resume();
    },
    { needs: "a runtime that tells what waits" },
  );

  test("a burst in one turn arrives whole at a client that is slow", async (server) => {
    const data = "x".repeat(64 * 1024);
    using slow = await open(server, "slow");
    using fast = await open(server, "fast");
    for (const client of [slow, fast]) await client.subscribe("room");
    slow.pause();
    fast.do({ do: "burst", topic: "room", data, count: 200 });
    for (let i = 0; i < 200; i++) assertEquals(textOf(await fast.message()), `${data}${i}`);
    slow.resume();
    for (let i = 0; i < 200; i++) assertEquals(textOf(await slow.message()), `${data}${i}`);
  });

  test("close() ends the subscriptions, not the connections", async (server) => {
    using a = await open(server, "a");
    await a.subscribe("room");
    assertEquals(await a.ask({ do: "close", topic: "" }), { closed: true });
    assertEquals(await a.subscribe("room"), refused("closed"));
    a.do({ do: "publish", topic: "room", data: "late" });
    assertEquals(
      (await server.until({ on: "published", relayed: false })).error,
      "Cannot publish: expected topics that are open, got closed ones",
    );
    assertEquals(await a.ask({ do: "count", topic: "room" }), 0);
  });
}

for (const runtime of runtimes) topicsSuite(runtime);
