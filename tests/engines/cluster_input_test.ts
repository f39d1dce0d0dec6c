/** Processes that do not fit together, or not to their engine: each says so, or nothing is lost. */
import { assertEquals, assertMatch } from "@std/assert";
import type { ClientName } from "../fixtures/engine_clients.ts";
import { hasEngine, TestEngine } from "../support/engines.ts";
import { ProcessServer } from "../support/process_server.ts";
import { clusterOfOne } from "../support/redis_cluster.ts";
import { ReplayClient } from "../support/replay_client.ts";
import { bun, deno, type WireRuntime } from "../support/runtimes.ts";
import type { Env } from "../support/server.ts";
import { textOf, TopicsClient } from "../support/topics_client.ts";
import { unharmed } from "./cluster_faults.ts";

const SCRIPT = new URL("../fixtures/engine_server.ts", import.meta.url);
const HOUR = 3_600_000;

const LIVE = {};
const REPLAY = { TOPICS: JSON.stringify({ mode: "replay" }) };

function start(
  { command }: WireRuntime,
  CLIENT: ClientName,
  engine: TestEngine,
  env: Env,
): Promise<ProcessServer> {
  return ProcessServer.start(
    { command },
    { CLIENT, ENGINE_PORT: `${engine.port}`, ...env },
    SCRIPT,
  );
}

function test(
  runtime: WireRuntime,
  title: string,
  fn: () => Promise<void>,
  engine: "redis" | "nats" = "redis",
): void {
  const needs = hasEngine(engine) ? "" : ` [needs ${engine}-server]`;
  Deno.test({ name: `${runtime.name}: ${title}${needs}`, ignore: needs !== "", fn });
}

/** A process on each runtime, over one engine, that are up, and a client of each. */
async function pair(client: ClientName, engine: TestEngine, envs: readonly [Env, Env]) {
  await using started = new AsyncDisposableStack();
  const begin = async (runtime: WireRuntime, env: Env) => {
    const server = started.use(await start(runtime, client, engine, env));
    await server.until({ on: "state", state: "up" });
    return server;
  };
  const servers = [await begin(deno, envs[0]), await begin(bun, envs[1])] as const;
  const moved = started.move();
  return { servers, [Symbol.asyncDispose]: () => moved.disposeAsync() };
}

for (const [runtime, client] of [[deno, "node-redis cluster"], [bun, "ioredis cluster"]] as const) {
  test(runtime, `${client} on a Redis that is in no cluster: it is told, and not up`, async () => {
    await using engine = await TestEngine.create("redis");
    await using server = await start(runtime, client, engine, LIVE);
    const { message } = await server.until({ on: "reported" });
    assertMatch(`${message}`, /cluster support disabled|slots cache/);
    using room = await TopicsClient.open(server, "room");
    assertEquals(await room.subscribe("room"), { subscribed: true });
    room.do({ do: "publish", topic: "room", data: "hello" });
    assertEquals(await room.message(), "hello");
    const { relayed, error } = await server.until({ on: "published" });
    assertEquals(relayed, false);
    assertMatch(`${error}`, /^Cannot publish over redis: expected a node that serves slot/);
    assertEquals(server.all({ on: "state", state: "up" }), []);
    unharmed({ servers: [server] });
  });
}

test(deno, "with other prefixes processes share an engine, and nothing else", async () => {
  await using engine = await clusterOfOne();
  await using s = await pair("node-redis cluster", engine, [{ PREFIX: "one" }, { PREFIX: "two" }]);
  const clients = await Promise.all(s.servers.map((server) => TopicsClient.open(server, "c")));
  for (const client of clients) await client.subscribe("room");
  for (const [i, client] of clients.entries()) {
    client.do({ do: "publish", topic: "room", data: `of ${i}` });
    assertEquals((await s.servers[i]!.until({ on: "published" })).relayed, true);
  }
  for (const [i, client] of clients.entries()) {
    assertEquals(await client.message(), `of ${i}`);
    assertEquals(await client.ask({ do: "state", topic: "" }), "up");
    assertEquals(s.servers[i]!.all({ on: "reported" }), []);
    client[Symbol.dispose]();
  }
  unharmed(s);
});

const FOREIGN =
  /^Cannot read a message: expected messages of this version of edgesocket.*got other bytes/;

test(deno, "what processes of another mode say is told once, and delivered to nobody", async () => {
  await using engine = await clusterOfOne();
  await using s = await pair("node-redis cluster", engine, [LIVE, REPLAY]);
  const clients = await Promise.all(s.servers.map((server) => TopicsClient.open(server, "c")));
  for (const client of clients) await client.subscribe("room");
  for (const client of clients) client.do({ do: "burst", topic: "room", data: "m", count: 3 });
  for (const [i, client] of clients.entries()) {
    const server = s.servers[i]!;
    assertMatch(`${(await server.until({ on: "reported" })).message}`, FOREIGN);
    assertEquals((await server.until({ on: "burst" })).failed, []);
    for (let n = 0; n < 3; n++) assertMatch(`${textOf(await client.message())}`, /\bm\d\b/);
    assertEquals(await client.ask({ do: "state", topic: "" }), "up");
    assertEquals(server.all({ on: "reported" }).length, 1);
    client[Symbol.dispose]();
  }
  unharmed(s);
});

test(
  bun,
  "what processes of another version say is told once, and delivered to nobody",
  async () => {
    await using engine = await clusterOfOne();
    await using s = await pair("ioredis cluster", engine, [LIVE, LIVE]);
    const clients = await Promise.all(s.servers.map((server) => TopicsClient.open(server, "c")));
    for (const client of clients) await client.subscribe("room");
    for (let i = 0; i < 10; i++) {
      const message = `es${i === 1 ? "0" : i}1${"0".repeat(32)}hello`;
      assertEquals(await engine.redis("SPUBLISH", "test:t:{room}", message), ":2\r\n");
    }
    for (const [i, client] of clients.entries()) {
      const server = s.servers[i]!;
      assertMatch(`${(await server.until({ on: "reported" })).message}`, FOREIGN);
      assertEquals(await client.ask({ do: "state", topic: "" }), "up");
      assertEquals(server.all({ on: "reported" }).length, 1);
      client[Symbol.dispose]();
    }
    unharmed(s);
  },
);

/** The first process is an hour ahead, the second one an hour behind. */
const SHIFTED = [{ ...REPLAY, SHIFT: `${HOUR}` }, { ...REPLAY, SHIFT: `${-HOUR}` }] as const;

/** What somebody gets who comes back to each process behind the first of three messages. */
async function comebacks(client: ClientName, engine: TestEngine) {
  await using s = await pair(client, engine, SHIFTED);
  const clients = await Promise.all(s.servers.map((server) => ReplayClient.open(server, "c")));
  for (const client of clients) assertEquals((await client.join("room")).joined.subscribed, true);
  let position: string | undefined;
  for (const [i, data] of ["first", "second", "third"].entries()) {
    clients[i % 2]!.do({ do: "publish", topic: "room", data });
    for (const client of clients) assertEquals(await client.texts(1), [data]);
    position ??= clients[0]!.position;
  }
  const back = await Promise.all(s.servers.map(async (server) => {
    using late = await ReplayClient.open(server, "late");
    const { frames, joined } = await late.join("room", position);
    return [frames.map(({ message, gap }) => message ?? gap?.cause), joined.recovered];
  }));
  for (const client of clients) client[Symbol.dispose]();
  unharmed(s);
  return back;
}

test(deno, "clocks an hour apart make no difference to histories over a cluster", async () => {
  await using engine = await clusterOfOne();
  const all = [["second", "third"], true];
  assertEquals(await comebacks("node-redis cluster", engine), [all, all]);
});

test(bun, "over NATS a clock that is ahead shows less of the past, which is told", async () => {
  await using engine = await TestEngine.create("nats");
  const back = await comebacks("nats", engine);
  assertEquals(back, [[["trimmed"], false], [["second", "third"], true]]);
}, "nats");
