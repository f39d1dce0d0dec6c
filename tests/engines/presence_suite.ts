/** Who is there, in two processes over a real engine, and when things go wrong. */
import { assert, assertEquals } from "@std/assert";
import { type EngineOptions, hasEngine, TestEngine } from "../support/engines.ts";
import { ProcessServer } from "../support/process_server.ts";
import type { WireRuntime } from "../support/runtimes.ts";
import type { Env, Report } from "../support/server.ts";
import { TopicsClient } from "../support/topics_client.ts";
import type { EngineRow } from "./engine_suite.ts";

const SCRIPT = new URL("../fixtures/engine_server.ts", import.meta.url);

/** Seconds of a lease: short, because tests wait for its end. */
const TTL = 2;

/** Milliseconds within which what is promised has happened, where the machine has other things to do. */
const SLACK = 3_000;

/** An engine, and two processes that keep account of who is there. */
interface Stage extends AsyncDisposable {
  readonly engine: TestEngine;
  readonly servers: readonly [ProcessServer, ProcessServer];
  start(runtime: WireRuntime, env?: Env): Promise<ProcessServer>;
}

async function stage(
  row: EngineRow,
  topics: object = {},
  env: readonly [Env, Env] = [{}, {}],
  options: EngineOptions = {},
): Promise<Stage> {
  const engine = await TestEngine.create(row.engine, options);
  const started: ProcessServer[] = [];
  const start = async ({ command }: WireRuntime, more: Env = {}) => {
    const TOPICS = JSON.stringify({ presence: { ttl: TTL, maxUsers: 2_000 }, ...topics });
    const all = { CLIENT: row.client, ENGINE_PORT: `${engine.port}`, TOPICS, ...more };
    const server = await ProcessServer.start({ command }, all, SCRIPT);
    started.push(server);
    await server.until({ on: "state", state: "up" });
    return server;
  };
  const [a, b] = await Promise.all([start(row.pair[0], env[0]), start(row.pair[1], env[1])]);
  return {
    engine,
    servers: [a, b],
    start,
    async [Symbol.asyncDispose]() {
      await Promise.all(started.map((server) => server[Symbol.asyncDispose]()));
      await engine[Symbol.asyncDispose]();
    },
  };
}

/** Asks who is in the room until it is that. */
async function untilThere(client: TopicsClient, expected: object): Promise<void> {
  const began = Date.now();
  for (;;) {
    const answer = await ask(client);
    if (JSON.stringify(answer) === JSON.stringify(expected)) return;
    if (Date.now() - began > 10_000) assertEquals(answer, expected);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The next message with such a member, passing over what is sent of gaps, and of those who come and go. */
async function answerWith(client: TopicsClient, member: string): Promise<Report> {
  for (;;) {
    const text = await client.message() as string;
    if (text.startsWith("gap")) continue;
    const answer = JSON.parse(text);
    if (member in answer) return answer;
  }
}

/** Who is in the room. */
function ask(client: TopicsClient): Promise<Report> {
  client.do({ do: "presence", topic: "room" });
  return answerWith(client, "users");
}

async function enter(server: ProcessServer, id: string): Promise<TopicsClient> {
  const client = await TopicsClient.open(server, id);
  client.do({ do: "subscribe", topic: "room" });
  assertEquals((await answerWith(client, "subscribed")).subscribed, true);
  return client;
}

const all = (...users: string[]) => ({ users: users.join(), complete: true });

/** How often each user was told of, such as `+ann`. */
function toldBy(server: ProcessServer): Record<string, number> {
  const told: Record<string, number> = {};
  const add = (sign: string, users: Report[string]) => {
    for (const id of `${users}`.split(",").filter(Boolean)) {
      told[sign + id] = (told[sign + id] ?? 0) + 1;
    }
  };
  for (const { joined, left } of server.all({ on: "presence" })) {
    add("+", joined);
    add("-", left);
  }
  return told;
}

/** Nothing was reported, and nothing has gone past anybody. */
function unharmed(...servers: ProcessServer[]): void {
  for (const server of servers) {
    assertEquals([server.all({ on: "unhandled" }), server.errors], [[], ""]);
  }
}

/** Registers all cases for one row. */
export function presenceSuite(row: EngineRow): void {
  const [{ name }, { name: other }] = row.pair;
  const test = (title: string, fn: () => Promise<void>) => {
    const needs = hasEngine(row.engine) ? "" : ` [needs ${row.engine}-server]`;
    Deno.test({
      name: `${name}: ${row.client}, with ${other}: presence: ${title}${needs}`,
      ignore: needs !== "",
      fn,
    });
  };

  for (const mode of ["live", "replay"]) {
    test(`in mode ${mode} two tabs on two processes are one user, told once in each`, async () => {
      await using s = await stage(row, { mode });
      const [a, b] = s.servers;
      using one = await enter(a, "ann.1");
      using bob = await enter(b, "bob.1");
      await untilThere(bob, all("ann.1", "bob.1"));
      await untilThere(one, all("ann.1", "bob.1"));
      const two = await enter(b, "ann.2");
      await untilThere(one, all("ann.2", "bob.1"));
      two.close(1000);
      await untilThere(one, all("ann.1", "bob.1"));
      one.close(1000);
      await b.until({ on: "presence", left: "ann" });
      await untilThere(bob, all("bob.1"));
      // The first process has nobody in the room any more, and goes on to tell until it lets go of it.
      await a.until({ on: "presence", left: "ann" });
      for (const server of s.servers) {
        assertEquals(toldBy(server), { "+ann": 1, "+bob": 1, "-ann": 1 });
        assertEquals(server.all({ on: "reported" }), []);
      }
      unharmed(a, b);
    });
  }

  test("the users of a process that is killed are gone after its lease, told once", async () => {
    await using s = await stage(row);
    const [a, b] = s.servers;
    using ann = await enter(a, "ann");
    using bob = await enter(b, "bob");
    ann.do({ do: "crowd", topic: "room", data: "u", count: 1_000 });
    const users = Array.from({ length: 1_000 }, (_, i) => `u${i}`).sort();
    await untilThere(bob, all("ann", "bob", ...users));
    const before = b.all({ on: "presence" }).length;
    // A thousand that come at once are a handful of words.
    assert(before <= 8, `${before}`);
    const killed = Date.now();
    a.signal("SIGKILL");
    // In pieces of 500.
    await b.until({ on: "presence", joined: "", changed: "" }, 3);
    const took = Date.now() - killed;
    assert(took <= 1.1 * 1_000 * TTL + SLACK, `${took} ms`);
    await untilThere(bob, all("bob"));
    const told = toldBy(b);
    assertEquals(["ann", ...users].filter((id) => told[`-${id}`] !== 1), []);
    assert(b.all({ on: "presence" }).length <= before + 4);
    unharmed(b);
  });

  test("a process that ends takes its users along at once", async () => {
    await using s = await stage(row, { presence: { ttl: 3_600 } });
    const [a, b] = s.servers;
    using _ann = await enter(a, "ann");
    using bob = await enter(b, "bob");
    await untilThere(bob, all("ann", "bob"));
    a.shutDown("shutdown");
    await a.until({ on: "shutdown" });
    await b.until({ on: "presence", left: "ann" });
    await untilThere(bob, all("bob"));
    unharmed(a, b);
  });

  test("while the engine is away nobody is gone, and the answer says that it may not be all", async () => {
    await using s = await stage(row);
    const [a, b] = s.servers;
    const ann = await enter(a, "ann");
    using bob = await enter(b, "bob");
    using cid = await enter(a, "cid");
    await untilThere(bob, all("ann", "bob", "cid"));
    await untilThere(cid, all("ann", "bob", "cid"));
    await s.engine.kill();
    for (const server of s.servers) await server.until({ on: "state", state: "down" });
    ann.close(1000);
    await a.until({ on: "presence", left: "ann" });
    using dan = await enter(a, "dan");
    // Longer than any lease.
    await new Promise((resolve) => setTimeout(resolve, 1_500 * TTL));
    const away = { complete: false, reason: "engine" };
    assertEquals(await ask(bob), { users: "ann,bob,cid", ...away });
    assertEquals(await ask(dan), { users: "bob,cid,dan", ...away });
    assertEquals(toldBy(b), { "+ann": 1, "+bob": 1, "+cid": 1 });
    await s.engine.start();
    for (const client of [bob, dan]) await untilThere(client, all("bob", "cid", "dan"));
    await b.until({ on: "presence", left: "ann" });
    assertEquals(toldBy(b), { "+ann": 1, "+bob": 1, "+cid": 1, "-ann": 1, "+dan": 1 });
    unharmed(a, b);
  });

  test("a process that stands still is gone for the others, gives up nobody, and is back", async () => {
    await using s = await stage(row);
    const [a, b] = s.servers;
    using ann = await enter(a, "ann");
    using bob = await enter(b, "bob");
    for (const client of [ann, bob]) await untilThere(client, all("ann", "bob"));
    a.signal("SIGSTOP");
    await b.until({ on: "presence", left: "ann" });
    await new Promise((resolve) => setTimeout(resolve, 1_000 * TTL));
    a.signal("SIGCONT");
    await untilThere(bob, all("ann", "bob"));
    await untilThere(ann, all("ann", "bob"));
    assertEquals(toldBy(a), { "+ann": 1, "+bob": 1 });
    assertEquals(toldBy(b), { "+ann": 2, "+bob": 1, "-ann": 1 });
    unharmed(a, b);
  });

  test("clocks an hour apart, either way, make no difference", async () => {
    const hour = 3_600_000;
    await using s = await stage(row, {}, [{ SHIFT: `${hour}` }, { SHIFT: `${-hour}` }]);
    const [a, b] = s.servers;
    using ann = await enter(a, "ann");
    using bob = await enter(b, "bob.1");
    using _tab = await enter(a, "bob.2");
    for (const client of [ann, bob]) await untilThere(client, all("ann", "bob.2"));
    await new Promise((resolve) => setTimeout(resolve, 1_500 * TTL));
    for (const client of [ann, bob]) assertEquals(await ask(client), all("ann", "bob.2"));
    a.signal("SIGKILL");
    await b.until({ on: "presence", left: "ann" });
    await untilThere(bob, all("bob.1"));
    unharmed(b);
  });

  test("a value of a megabyte is refused, and whoever has it is subscribed all the same", async () => {
    await using s = await stage(row);
    const [a, b] = s.servers;
    using large = await enter(a, "large");
    using bob = await enter(b, "bob");
    const { message } = await a.until({ on: "reported" });
    assertEquals(
      message,
      'Cannot show a user in "room": expected a value of at most 1024 bytes of JSON ' +
        "(presence.maxValue), got 1048578 bytes",
    );
    for (const client of [large, bob]) await untilThere(client, all("bob"));
    bob.do({ do: "publish", topic: "room", data: "hello" });
    for (;;) if (await large.message() === "hello") break;
    unharmed(a, b);
  });

  test("what else comes on our channels is told once, and does no harm", async () => {
    await using s = await stage(row);
    const [a, b] = s.servers;
    using ann = await enter(a, "ann");
    using bob = await enter(b, "bob");
    for (const client of [ann, bob]) await untilThere(client, all("ann", "bob"));
    const head = `es1100000000000000cc${"1".padStart(14, "0")}00`;
    for (const text of ["hello", `${head}hello`, `${head}p9\tbeat\t00000000000000cc\t1`]) {
      const bytes = new TextEncoder().encode(text);
      if (row.engine === "redis") await s.engine.redis("PUBLISH", "test:t:\u0001room", bytes);
      else await s.engine.natsPublish("test.t.%01room", bytes);
    }
    await b.until({ on: "reported" }, 2);
    const told = b.all({ on: "reported" }).map(({ message }) => message);
    assertEquals(told.length, new Set(told).size);
    for (const client of [ann, bob]) await untilThere(client, all("ann", "bob"));
    unharmed(a, b);
  });

  test("another prefix is another world, and guests are in none", async () => {
    await using s = await stage(row);
    const apart = await s.start(row.pair[0], { PREFIX: "apart" });
    using guest = await enter(s.servers[0], "guest");
    using bob = await enter(s.servers[1], "bob");
    using ann = await enter(apart, "ann");
    await untilThere(guest, all("bob"));
    await untilThere(bob, all("bob"));
    await untilThere(ann, all("ann"));
    unharmed(...s.servers, apart);
  });

  test("a process that comes to a room later, or only asks, knows who is there", async () => {
    await using s = await stage(row);
    using _ann = await enter(s.servers[0], "ann");
    const late = await s.start(row.pair[1]);
    using asking = await TopicsClient.open(late, "asking");
    assertEquals(await ask(asking), all("ann"));
    // It hears from now on.
    using _bob = await enter(s.servers[1], "bob");
    await untilThere(asking, all("ann", "bob"));
    unharmed(...s.servers, late);
  });
}
