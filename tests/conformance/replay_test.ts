/** Topics with a history: clients go on where they were, or hear that they cannot. */
import { assert, assertEquals } from "@std/assert";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import { suite } from "../support/suite.ts";
import { TopicsClient } from "../support/topics_client.ts";

interface Frame {
  readonly message?: string;
  readonly position: string;
  readonly recovered?: boolean;
  readonly gap?: { readonly topic: string; readonly cause: string; readonly position: string };
}

function replaySuite(runtime: Runtime): void {
  const test = suite(runtime, {
    APP: "topics",
    TOPICS: JSON.stringify({ mode: "replay", history: { count: 5 } }),
  });
  const open = TopicsClient.open;
  const frame = async (client: TopicsClient): Promise<Frame> =>
    JSON.parse(await client.message() as string);

  test("a client that comes back gets what it has missed, then what comes", async (server) => {
    using a = await open(server, "a");
    const { subscribed, recovered, position } = await a.subscribe("room") as Record<string, string>;
    assertEquals([subscribed, recovered, typeof position], [true, true, "string"]);
    for (const data of ["m0", "m1"]) a.do({ do: "publish", topic: "room", data });
    assertEquals((await frame(a)).message, "m0");
    const last = await frame(a);
    assertEquals(last.message, "m1");
    a.vanish();
    await server.until({ on: "close", id: "a" });

    using b = await open(server, "b");
    for (const data of ["n0", "n1", "n2"]) b.do({ do: "publish", topic: "room", data });
    b.do({ do: "subscribe", topic: "room", after: last.position });
    for (const expected of ["n0", "n1", "n2"]) assertEquals((await frame(b)).message, expected);
    assertEquals((await server.until({ on: "subscribed" }, 2)).recovered, true);
    JSON.parse(await b.message() as string);
    b.do({ do: "publish", topic: "room", data: "now" });
    assertEquals((await frame(b)).message, "now");

    using c = await open(server, "c");
    c.do({ do: "subscribe", topic: "room", after: position! });
    // Six were published since, and five are kept.
    const { gap } = await frame(c);
    assertEquals([gap?.topic, gap?.cause], ["room", "trimmed"]);
    assertEquals((await server.until({ on: "subscribed" }, 3)).recovered, false);

    using d = await open(server, "d");
    d.do({ do: "subscribe", topic: "room", after: "" });
    for (const expected of ["m1", "n0", "n1", "n2", "now"]) {
      assertEquals((await frame(d)).message, expected);
    }
    assertEquals((await server.until({ on: "subscribed" }, 4)).recovered, true);
  });

  test("a position of another history is told to its client, and to nobody else", async (server) => {
    using a = await open(server, "a");
    await a.subscribe("room");
    for (const after of ["made up", "0.1"]) {
      using b = await open(server, "b");
      b.do({ do: "subscribe", topic: "room", after });
      const { gap } = await frame(b);
      assertEquals([gap?.topic, gap?.cause], ["room", "epoch"]);
      const { recovered, position } = JSON.parse(await b.message() as string);
      assertEquals([recovered, position], [false, gap!.position]);
      // Whoever keeps that hears of it once.
      using again = await open(server, "again");
      assertEquals((await again.subscribe("room", gap!.position) as Frame).recovered, true);
    }
    a.do({ do: "publish", topic: "room", data: "x" });
    assertEquals((await frame(a)).message, "x");
    assertEquals(server.all({ on: "reported" }), []);
  });

  test("everybody sees one order, and the publisher is left out", async (server) => {
    using a = await open(server, "a");
    using b = await open(server, "b");
    for (const client of [a, b]) await client.subscribe("room");
    for (let i = 0; i < 50; i++) {
      for (const client of [a, b]) client.do({ do: "publish", topic: "room", data: `${i}` });
    }
    const seen: Frame[][] = [[], []];
    for (let i = 0; i < 100; i++) {
      seen[0]!.push(await frame(a));
      seen[1]!.push(await frame(b));
    }
    assertEquals(seen[0], seen[1]);
    assertEquals(new Set(seen[0]!.map(({ position }) => position)).size, 100);
    a.do({ do: "publish", topic: "room", data: "from a", except: true });
    a.do({ do: "publish", topic: "room", data: "for all" });
    assertEquals((await frame(b)).message, "from a");
    assertEquals((await frame(a)).message, "for all");
    const published = await server.until({ on: "published", relayed: true }, 102);
    assert(typeof published.position === "string");
  });
}

for (const runtime of runtimes) replaySuite(runtime);
