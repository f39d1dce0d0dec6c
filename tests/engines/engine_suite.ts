/** What topics over an engine promise, for one client and two processes, and when things go wrong. */
import { assert, assertEquals } from "@std/assert";
import type { ClientName } from "../fixtures/engine_clients.ts";
import { type EngineOptions, hasEngine, TestEngine } from "../support/engines.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { ProcessServer } from "../support/process_server.ts";
import type { WireRuntime } from "../support/runtimes.ts";
import type { Env } from "../support/server.ts";
import { textOf, TopicsClient } from "../support/topics_client.ts";

const SCRIPT = new URL("../fixtures/engine_server.ts", import.meta.url);

/** One row: a client, its engine, and the runtimes of two processes. */
export interface EngineRow {
  readonly client: ClientName;
  readonly engine: "redis" | "nats";
  readonly pair: readonly [WireRuntime, WireRuntime];
}

/** What a case gets: the engine, and two processes with a client each. */
interface Stage extends AsyncDisposable {
  readonly engine: TestEngine;
  readonly servers: readonly [ProcessServer, ProcessServer];
}

async function stage(
  row: EngineRow,
  env: Env = {},
  { away = false, ...options }: EngineOptions = {},
): Promise<Stage> {
  const engine = await TestEngine.create(row.engine, { away, ...options });
  const start = ({ command }: WireRuntime) =>
    ProcessServer.start(
      { command },
      { CLIENT: row.client, ENGINE_PORT: `${engine.port}`, ...env },
      SCRIPT,
    );
  const servers = await Promise.all([start(row.pair[0]), start(row.pair[1])]);
  const [a, b] = servers;
  if (!away) await Promise.all(servers.map((server) => server.until({ on: "state", state: "up" })));
  return {
    engine,
    servers: [a, b],
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
      await engine[Symbol.asyncDispose]();
    },
  };
}

/** Messages of one client until `count` of them match, in the order in which they came. */
async function collect(client: TopicsClient, count: number, pattern: RegExp): Promise<string[]> {
  const found: string[] = [];
  while (found.length < count) {
    const text = textOf(await client.message());
    assert(text !== undefined, `the end after ${found.length} of ${count}`);
    if (pattern.test(text)) found.push(text);
  }
  return found;
}

const numbered = (name: string, from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `${name}${from + i}`);

/** No process has ended, none has let a rejection pass, and none has written to its console. */
function unharmed({ servers }: Stage): void {
  for (const server of servers) {
    assertEquals(server.all({ on: "unhandled" }), []);
    assertEquals(server.errors, "");
  }
}

/** Registers all cases for one row. */
export function engineSuite(row: EngineRow): void {
  const [{ name }, { name: other }] = row.pair;
  const test = (title: string, fn: () => Promise<void>) => {
    const needs = hasEngine(row.engine) ? "" : ` [needs ${row.engine}-server]`;
    Deno.test({
      name: `${name}: ${row.client}, with ${other}: ${title}${needs}`,
      ignore: needs !== "",
      fn,
    });
  };
  const open = TopicsClient.open;

  test("5,000 messages each way arrive, in order, text as text and bytes as bytes", async () => {
    await using s = await stage(row);
    const [a, b] = [await open(s.servers[0], "a"), await open(s.servers[1], "b")];
    for (const client of [a, b]) await client.subscribe("room");
    for (let start = 0; start < 5_000; start += 500) {
      a.do({ do: "burst", topic: "room", data: "a", count: 500, start });
      b.do({ do: "burst", topic: "room", data: "b", count: 500, start });
    }
    for (const client of [a, b]) {
      const seen: Record<string, string[]> = { a: [], b: [] };
      for (let i = 0; i < 10_000; i++) {
        const message = await client.message();
        const text = textOf(message)!;
        assertEquals(typeof message === "string", Number(text.slice(1)) % 2 === 0, text);
        seen[text[0]!]!.push(text);
      }
      assertEquals(seen, { a: numbered("a", 0, 5_000), b: numbered("b", 0, 5_000) });
    }
    for (const server of s.servers) {
      const bursts = await server.until({ on: "burst" }, 10).then(() =>
        server.all({ on: "burst" })
      );
      assertEquals(bursts.map(({ unsent }) => unsent), Array(10).fill(0));
      assertEquals([server.all({ on: "gap" }), server.all({ on: "reported" })], [[], []]);
    }
    unharmed(s);
  });

  test("an engine that is killed and comes back: nothing local is lost, gaps are told", async () => {
    await using s = await stage(row);
    const [a, b] = s.servers;
    const [publisher, near, far] = [
      await open(a, "a"),
      await open(a, "near"),
      await open(b, "far"),
    ];
    for (const client of [near, far]) await client.subscribe("room");
    publisher.do({ do: "burst", topic: "room", data: "m", count: 100 });
    assertEquals(await collect(far, 100, /^m/), numbered("m", 0, 100));
    await s.engine.kill();
    for (const server of s.servers) await server.until({ on: "state", state: "down" });
    publisher.do({ do: "burst", topic: "room", data: "m", count: 100, start: 100 });
    assertEquals((await a.until({ on: "burst" }, 2)).unsent, 100);
    await s.engine.start();
    const began = Date.now();
    for (const server of s.servers) {
      await server.until({ on: "state", state: "up" }, 2);
      await server.until({ on: "gap", topic: "room", cause: "engine-reconnect" });
    }
    publisher.do({ do: "burst", topic: "room", data: "m", count: 100, start: 200 });
    assertEquals(await collect(far, 100, /^m/), numbered("m", 200, 300));
    assert(Date.now() - began < 10_000, `${Date.now() - began} ms`);
    assertEquals(await collect(near, 300, /^m/), numbered("m", 0, 300));
    for (const server of s.servers) {
      assertEquals(server.all({ on: "state" }).map(({ state }) => state), ["up", "down", "up"]);
      assertEquals(server.all({ on: "close" }), []);
    }
    // Whoever came back first hears from the other what that one lost until it was back.
    const causes = b.all({ on: "gap" }).map(({ cause, missed }) => `${cause} ${missed}`);
    assertEquals(causes.filter((cause) => cause !== "sequence 100"), [
      "engine-reconnect undefined",
    ]);
    assertEquals(a.all({ on: "gap" }).length, 1);
    // What the client says of it again and again is told once.
    const reported = a.all({ on: "reported" }).map(({ message }) => message);
    assertEquals(new Set(reported).size, reported.length);
    unharmed(s);
  });

  test("whatever the engine does in the middle, each hole has a gap, and nothing comes twice", async () => {
    await using s = await stage(row);
    const [a, b] = [await open(s.servers[0], "a"), await open(s.servers[1], "b")];
    for (const client of [a, b]) await client.subscribe("room");
    const publishing = Array.from({ length: 60 }, async (_, i) => {
      await new Promise((resolve) => setTimeout(resolve, i * 50));
      for (const [name, client] of [["a", a], ["b", b]] as const) {
        client.do({ do: "burst", topic: "room", data: name, count: 50, start: 50 * i });
      }
    });
    await publishing[10];
    await s.engine.kill();
    await publishing[20];
    await s.engine.start();
    await Promise.all(publishing);
    for (const server of s.servers) {
      await server.until({ on: "burst" }, 60);
      await server.until({ on: "state", state: "up" }, 2);
    }
    for (const [name, client] of [["a", a], ["b", b]] as const) {
      client.do({ do: "publish", topic: "room", data: `${name}3000` });
    }
    for (const [name, client] of [["a", a], ["b", b]] as const) {
      const ledger = new Map([["a", -1], ["b", -1]]);
      const holes: string[] = [];
      let gaps = 0;
      while ([...ledger.values()].some((last) => last < 3_000)) {
        const text = textOf(await client.message())!;
        if (text.startsWith("gap")) {
          gaps++;
          holes.length = 0;
          for (const publisher of ledger.keys()) holes.push(publisher);
          continue;
        }
        const publisher = text[0]!;
        const [number, last] = [Number(text.slice(1)), ledger.get(publisher)!];
        assert(number > last, `${text} after ${publisher}${last}`);
        // A hole may be only where a gap was told since the last message of this publisher.
        if (number > last + 1) {
          assert(publisher !== name, `${text} after ${publisher}${last}, which was published here`);
          assert(
            holes.includes(publisher),
            `${text} after ${publisher}${last}, with no word of a gap`,
          );
        }
        ledger.set(publisher, number);
        if (holes.includes(publisher)) holes.splice(holes.indexOf(publisher), 1);
      }
      assert(gaps >= 1);
    }
    unharmed(s);
  });

  test("an engine that is away at the start: the server answers, and it comes by itself", async () => {
    await using s = await stage(row, {}, { away: true });
    const [a, b] = s.servers;
    const [near, far] = [await open(a, "near"), await open(b, "far")];
    for (const client of [near, far]) {
      assertEquals(await client.subscribe("room"), { subscribed: true });
      assertEquals(await client.ask({ do: "state", topic: "" }), "down");
    }
    near.do({ do: "publish", topic: "room", data: "local" });
    assertEquals(await near.message(), "local");
    const { error } = await a.until({ on: "published", relayed: false });
    assertEquals(error, `Cannot publish over ${row.engine}: expected a connection, got none`);
    await s.engine.start();
    for (const server of s.servers) await server.until({ on: "state", state: "up" });
    near.do({ do: "publish", topic: "room", data: "for all" });
    assertEquals(await collect(far, 1, /for all/), ["for all"]);
    for (const server of s.servers) {
      // Whatever a client says of it again and again is told once.
      const told = server.all({ on: "reported" }).map(({ message }) => message);
      assertEquals(new Set(told).size, told.length);
    }
    unharmed(s);
  });

  test("an engine that stands still is noticed, every publish settles, and it goes on", async () => {
    await using s = await stage(row);
    const [a, b] = s.servers;
    const [near, far] = [await open(a, "near"), await open(b, "far")];
    for (const client of [near, far]) await client.subscribe("room");
    s.engine.pause();
    const began = Date.now();
    near.do({ do: "publish", topic: "room", data: "into the void" });
    assertEquals(await near.message(), "into the void");
    await a.until({ on: "published" });
    assert(Date.now() - began < 8_000, `settled after ${Date.now() - began} ms`);
    const notUp = async (server: ProcessServer) => {
      while (server.all({ on: "state" }).at(-1)?.state === "up") {
        assert(Date.now() - began < 11_000, "still up");
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    await Promise.all(s.servers.map(notUp));
    s.engine.resume();
    const resumed = Date.now();
    for (const server of s.servers) await server.until({ on: "state", state: "up" }, 2);
    assert(Date.now() - resumed < 10_000, `up after ${Date.now() - resumed} ms`);
    near.do({ do: "publish", topic: "room", data: "back" });
    // The first one may have got through before all of the engine stood still.
    assertEquals(await collect(far, 1, /^gap/), ["gap in room"]);
    // What stood still may come late, or be cut off once more when it does.
    assertEquals(await collect(far, 1, /back/), ["back"]);
    unharmed(s);
  });

  test("a wrong password is told, and life goes on", async () => {
    await using engine = await TestEngine.create(row.engine, { password: "right" });
    const env = { CLIENT: row.client, ENGINE_PORT: `${engine.port}`, PASSWORD: "wrong" };
    await using server = await ProcessServer.start(row.pair[0], env, SCRIPT);
    const { message } = await server.until({ on: "reported" });
    assert(/WRONGPASS|invalid.*password|auth/i.test(`${message}`), `${message}`);
    using client = await open(server, "a");
    assertEquals(await client.subscribe("room"), { subscribed: true });
    client.do({ do: "publish", topic: "room", data: "local" });
    assertEquals(await client.message(), "local");
    assertEquals([server.all({ on: "unhandled" }), server.errors], [[], ""]);
  });

  test("bytes that are not ours are told once and do no harm", async () => {
    await using s = await stage(row);
    const far = await open(s.servers[1], "far");
    await far.subscribe("room");
    const foreign = [
      new Uint8Array([1, 2, 3]),
      new TextEncoder().encode("es1".padEnd(50, "x")),
      new Uint8Array(0),
    ];
    for (const bytes of foreign) {
      if (row.engine === "redis") await s.engine.redis("PUBLISH", "test:t:room", bytes);
      else await s.engine.natsPublish("test.t.room", bytes);
    }
    const near = await open(s.servers[0], "near");
    near.do({ do: "publish", topic: "room", data: "ours" });
    assertEquals(await far.message(), "ours");
    const told = s.servers[1].all({ on: "reported" });
    assertEquals(told.length, 1);
    assert(`${told[0]!.message}`.includes("expected messages of this version of edgesocket"));
    unharmed(s);
  });

  test("every name reaches its own topic only, in the other process as well", async () => {
    await using s = await stage(row);
    const [near, far] = [await open(s.servers[0], "near"), await open(s.servers[1], "far")];
    const names = [
      "a",
      "a.b",
      "a b",
      "a:b",
      "größe",
      "部屋",
      "🙂",
      "%2E",
      "a%2Eb",
      "x".repeat(255),
      "$SYS.x",
    ];
    for (const topic of names) {
      assertEquals(await far.subscribe(topic), { subscribed: true }, topic);
    }
    for (const topic of names) near.do({ do: "publish", topic, data: `to ${topic}`, except: true });
    const sorted = (texts: readonly string[]) => texts.toSorted();
    const expected = names.map((topic) => `to ${topic}`);
    assertEquals(sorted(await collect(far, names.length, /./)), sorted(expected));
    for (const topic of ["", "a.*", "a.>", "x".repeat(256), "a\nb"]) {
      const reason = "invalid-topic";
      assertEquals(await far.subscribe(topic), { subscribed: false, reason }, topic);
    }
    assertEquals(await far.ask({ do: "state", topic: "" }), "up");
    unharmed(s);
  });

  test("the publisher is left out, empty and large messages arrive, one too large is refused", async () => {
    await using s = await stage(row);
    const [a, b] = s.servers;
    const options = { maxPayloadLength: 16 * 1024 * 1024 };
    const [near, far] = [await open(a, "near", options), await open(b, "far", options)];
    for (const client of [near, far]) await client.subscribe("room");
    const large = "x".repeat(1024 * 1024 - 64);
    near.do({ do: "publish", topic: "room", data: large, except: true });
    near.do({ do: "publish", topic: "room", data: "" });
    near.do({ do: "publish", topic: "room", data: "", bytes: true });
    assertEquals(await far.message(), large);
    for (const client of [near, far]) {
      assertEquals(await client.message(), "");
      assertEquals((await client.message() as ArrayBuffer).byteLength, 0);
    }
    near.do({ do: "publish", topic: "room", data: "x".repeat(9 * 1024 * 1024) });
    const { error } = await a.until({ on: "published", relayed: false });
    assert(/expected at most \d+ bytes, got 9437184/.test(`${error}`), `${error}`);
    near.do({ do: "publish", topic: "room", data: "after" });
    for (const client of [near, far]) assertEquals(await client.message(), "after");
    unharmed(s);
  });

  test("a process that ends says its last words, takes its subscriptions along, and is gone", async () => {
    await using s = await stage(row);
    const [a, b] = s.servers;
    const [near, far] = [await open(a, "near"), await open(b, "far")];
    for (const client of [near, far]) await client.subscribe("room");
    near.do({ do: "burst", topic: "room", data: "m", count: 100 });
    await a.until({ on: "burst", unsent: 0 });
    a.signal("SIGTERM");
    assertEquals((await a.status).code, 0);
    assertEquals(await collect(far, 100, /^m/), numbered("m", 0, 100));
    if (row.engine === "redis") {
      const channels = await s.engine.redis("PUBSUB", "NUMSUB", "test:t:room");
      assert(channels.endsWith(":1\r\n"), channels);
    }
    assertEquals(b.all({ on: "gap" }), []);
    unharmed(s);
  });

  test("a network that swallows everything, or cuts, is noticed, and messages flow again", async () => {
    await using engine = await TestEngine.create(row.engine);
    await using proxy = new TcpProxy(engine.port);
    const start = ({ command }: WireRuntime, port: number) =>
      ProcessServer.start({ command }, { CLIENT: row.client, ENGINE_PORT: `${port}` }, SCRIPT);
    await using a = await start(row.pair[0], proxy.port);
    await using b = await start(row.pair[1], engine.port);
    for (const server of [a, b]) await server.until({ on: "state", state: "up" });
    const [near, far] = [await open(a, "near"), await open(b, "far")];
    for (const client of [near, far]) await client.subscribe("room");
    const stateOf = (server: ProcessServer) => server.all({ on: "state" }).at(-1)?.state;
    for (const [i, fault] of (["cut", "swallow"] as const).entries()) {
      const began = Date.now();
      const ups = a.all({ on: "state", state: "up" }).length;
      // However late the message is, it does not find a connection that is back already.
      proxy.refuse(fault === "cut");
      proxy[fault]();
      far.do({ do: "burst", topic: "room", data: "lost", count: 10 });
      near.do({ do: "publish", topic: "room", data: `local ${fault}` });
      await collect(near, 1, new RegExp(`local ${fault}`));
      await a.until({ on: "published", relayed: false }, i + 1);
      proxy.refuse(false);
      // Two periods of the canary.
      while (stateOf(a) === "up" && a.all({ on: "state", state: "up" }).length === ups) {
        assert(Date.now() - began < 11_000, `${fault}: still up`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      if (fault === "swallow") proxy.heal();
      await a.until({ on: "state", state: "up" }, ups + 1);
      assert(Date.now() - began < 21_000, `${fault}: up after ${Date.now() - began} ms`);
      far.do({ do: "publish", topic: "room", data: `after ${fault}` });
      const [gap] = await collect(near, 1, /^gap/);
      assertEquals([gap, await collect(near, 1, /^after/)], ["gap in room", [`after ${fault}`]]);
      near.do({ do: "publish", topic: "room", data: `and back, ${fault}` });
      assertEquals(await collect(far, 1, /^and back/), [`and back, ${fault}`]);
    }
    // The other process was not cut off: what it hears of is what the first one did not get out.
    // Its word of it may come later than the message behind it, which comes another way.
    await b.until({ on: "gap" }, 2);
    const heard = b.all({ on: "gap" }).map(({ cause, missed }) => `${cause} ${missed}`);
    assertEquals(heard, ["sequence 1", "sequence 1"]);
    for (const server of [a, b]) {
      assertEquals([server.all({ on: "unhandled" }), server.errors], [[], ""]);
    }
  });

  test("an engine that takes connections and never answers is not waited for for ever", async () => {
    await using engine = await TestEngine.create(row.engine);
    await using proxy = new TcpProxy(engine.port);
    proxy.silence(true);
    const env = { CLIENT: row.client, ENGINE_PORT: `${proxy.port}` };
    await using server = await ProcessServer.start(row.pair[0], env, SCRIPT);
    using client = await open(server, "a");
    assertEquals(await client.subscribe("room"), { subscribed: true });
    assertEquals(await client.ask({ do: "state", topic: "" }), "down");
    proxy.silence(false);
    const began = Date.now();
    // NATS's own client takes 20 s for it.
    while (server.all({ on: "state", state: "up" }).length === 0) {
      assert(Date.now() - began < 30_000, "still away");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assertEquals(await engine.topics(), ["room"]);
    assertEquals([server.all({ on: "unhandled" }), server.errors], [[], ""]);
  });

  test("a process that was frozen gets everything, or is told", async () => {
    await using s = await stage(row);
    const [a, b] = s.servers;
    const [near, far] = [await open(a, "near"), await open(b, "far")];
    for (const client of [near, far]) await client.subscribe("room");
    b.signal("SIGSTOP");
    near.do({ do: "burst", topic: "room", data: "m", count: 2_000 });
    assertEquals(await collect(near, 2_000, /^m/), numbered("m", 0, 2_000));
    // Longer than the engine or the client may wait for a ping.
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    b.signal("SIGCONT");
    near.do({ do: "publish", topic: "room", data: "last" });
    const seen = await collect(far, 1, /^last|^gap/);
    const told = b.all({ on: "gap" }).length > 0 || seen[0] === "gap in room";
    if (!told) assertEquals(seen, ["last"]);
    unharmed(s);
  });

  test("topics that clients come to and leave are let go of at the engine", async () => {
    await using s = await stage(row, { TOPICS: JSON.stringify({ maxTopics: 3_000 }) });
    const far = await open(s.servers[1], "far");
    for (let i = 0; i < 2_000; i++) far.do({ do: "subscribe", topic: `topic ${i}` });
    await s.servers[1].until({ on: "subscribed", subscribed: true }, 2_000);
    const near = await open(s.servers[0], "near");
    near.do({ do: "publish", topic: "topic 1999", data: "found" });
    assertEquals(await collect(far, 1, /^found/), ["found"]);
    far.close(1000);
    await s.servers[1].until({ on: "close", id: "far" });
    const back = await open(s.servers[1], "back");
    await back.subscribe("topic 7");
    const end = Date.now() + 10_000;
    // A thousand linger for five seconds.
    for (;;) {
      const topics = await s.engine.topics();
      if (topics.length === 1) break;
      assert(Date.now() < end, `${topics.length} topics`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    assertEquals(await s.engine.topics(), ["topic 7"]);
    unharmed(s);
  });

  test("a topic that the engine refuses is refused, and the others work", async () => {
    const secrets = row.engine === "redis" ? {} : { password: "word", secrets: ["test.t.secret"] };
    await using s = await stage(row, "password" in secrets ? { PASSWORD: "word" } : {}, secrets);
    if (row.engine === "redis") {
      const allowed = ["resetchannels", "&test:c:*", "&test:t:ok*"];
      await s.engine.redis("ACL", "SETUSER", "default", ...allowed);
    }
    const [near, far] = [await open(s.servers[0], "near"), await open(s.servers[1], "far")];
    assertEquals(await far.subscribe("ok"), { subscribed: true });
    for (let i = 0; i < 5; i++) {
      assertEquals(await far.subscribe("secret"), { subscribed: false, reason: "engine" });
    }
    const { message } = await s.servers[1].until({ on: "reported" });
    assert(/permission/i.test(`${message}`), `${message}`);
    near.do({ do: "publish", topic: "secret", data: "x" });
    await s.servers[0].until({ on: "published", relayed: false });
    near.do({ do: "publish", topic: "ok", data: "hello" });
    assertEquals(await far.message(), "hello");
    assertEquals(await far.ask({ do: "state", topic: "" }), "up");
    assertEquals(await far.ask({ do: "topics", topic: "" }), ["ok"]);
    // Clients name topics: what the engine says of them is told once.
    assertEquals(s.servers[1].all({ on: "reported" }).length, 1);
  });

  test("a topic that is left while the engine is away stays left", async () => {
    await using s = await stage(row);
    const far = await open(s.servers[1], "far");
    for (const topic of ["left", "kept"]) await far.subscribe(topic);
    await s.engine.kill();
    await s.servers[1].until({ on: "state", state: "down" });
    await far.ask({ do: "unsubscribe", topic: "left" });
    // It lingers, in case that somebody comes back.
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    await s.engine.start();
    for (const server of s.servers) await server.until({ on: "state", state: "up" }, 2);
    assertEquals(await s.engine.topics(), ["kept"]);
    const near = await open(s.servers[0], "near");
    near.do({ do: "publish", topic: "kept", data: "found" });
    assertEquals(await collect(far, 1, /^found/), ["found"]);
    unharmed(s);
  });

  if (row.engine === "redis") {
    test("a subscriber that Redis cuts off is told, and hears everything afterwards", async () => {
      await using s = await stage(row);
      const [near, far] = [await open(s.servers[0], "near"), await open(s.servers[1], "far")];
      for (const client of [near, far]) await client.subscribe("room");
      await s.engine.redis("CLIENT", "KILL", "TYPE", "pubsub");
      for (const server of s.servers) {
        await server.until({ on: "gap", topic: "room", cause: "engine-reconnect" });
      }
      near.do({ do: "publish", topic: "room", data: "after" });
      assertEquals(await collect(far, 2, /./), ["gap in room", "after"]);
      unharmed(s);
    });
  }
}
