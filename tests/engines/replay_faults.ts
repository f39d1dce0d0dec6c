/** What goes wrong with an engine, and what is lost by it: nothing, or what is told as one gap. */
import { assert, assertEquals } from "@std/assert";
import type { TestEngine } from "../support/engines.ts";
import { ReplayClient, textOf } from "../support/replay_client.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { type Aftermath, nothingLost, underFire } from "../support/under_fire.ts";
import {
  burst,
  numbered,
  type Register,
  type ReplayRow,
  type ReplayStage,
  replayStage,
  replayTest,
  startReplay,
  unharmed,
} from "./replay_suite.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Both were told of one gap, and of what came before or behind it nothing is missing. */
function oneGap({ ledgers }: Aftermath, cause: string): void {
  for (const { gaps } of ledgers) assertEquals(gaps, [cause]);
}

/** Waits until both processes have seen the engine go and come back. */
async function backUp({ servers }: Pick<ReplayStage, "servers">): Promise<void> {
  for (const server of servers) {
    const isUp = () => server.all({ on: "state" }).at(-1)?.state === "up";
    for (let i = 0; !isUp(); i++) {
      assert(i < 300, "not up after 15 s");
      await sleep(50);
    }
  }
}

/** Registers all cases for one row. */
export function replayFaults(row: ReplayRow, register: Register = replayTest): void {
  const test = (title: string, fn: () => Promise<void>) => register(row, title, fn);
  const { open } = ReplayClient;
  const redis = row.engine === "redis";

  test("the engine is killed and comes back with nothing: one gap, then everything", async () => {
    await using s = await replayStage(row);
    using a = await open(s.servers[0], "a");
    await a.join("old");
    await burst(s.servers[0], a, "old", "m", 3);
    await a.texts(3);
    const after = await underFire(s.servers, async () => {
      await s.engine!.kill();
      for (const server of s.servers) await server.until({ on: "state", state: "down" });
      await s.engine!.start();
      await backUp(s);
    });
    oneGap(after, "epoch");
    assertEquals(await a.texts(1), ["gap: epoch"]);
    for (const server of s.servers) {
      using b = await open(server, "b");
      const { frames, joined } = await b.join("old", a.position);
      assertEquals([frames.map(textOf), joined.recovered], [["gap: epoch"], false]);
      assertEquals(server.all({ on: "gap", topic: "room" }).length, 1);
    }
    unharmed(s);
  });

  test("the engine is killed and comes back with its data: nothing is lost", async () => {
    await using s = await replayStage(row, { keeps: true, env: { DURABLE: "1" } });
    const after = await underFire(s.servers, async () => {
      for (let i = 0; i < 2; i++) {
        await s.engine!.kill();
        await sleep(300);
        await s.engine!.start();
        await backUp(s);
      }
    });
    nothingLost(after);
    unharmed(s);
  });

  test("a client that comes back while the engine is away waits, and misses nothing", async () => {
    await using s = await replayStage(row, { keeps: true, env: { DURABLE: "1" } });
    using a = await open(s.servers[0], "a");
    await a.join("room");
    await burst(s.servers[0], a, "room", "m", 10);
    const first = await a.frame();
    await a.texts(9);
    await s.engine!.kill();
    for (const server of s.servers) await server.until({ on: "state", state: "down" });
    using back = await open(s.servers[1], "back");
    using fresh = await open(s.servers[1], "fresh");
    back.do({ do: "subscribe", topic: "room", after: first.position! });
    fresh.do({ do: "subscribe", topic: "another" });
    a.do({ do: "publish", topic: "room", data: "into the void" });
    const { error } = await s.servers[0].until({ on: "published", relayed: false });
    assert(`${error}`.startsWith(`Cannot publish over ${row.engine}: expected a connection`));
    assertEquals(s.servers[1].all({ on: "subscribed" }), []);
    await s.engine!.start();
    assertEquals(await back.texts(9), numbered("m", 1, 10));
    for (const client of [back, fresh]) {
      const { subscribed, recovered } = await client.frame() as Record<string, unknown>;
      assertEquals([subscribed, recovered], [true, true]);
    }
    await backUp(s);
    a.do({ do: "publish", topic: "room", data: "now" });
    assertEquals(await back.texts(1), ["now"]);
    unharmed(s);
  });

  test("an engine that is away at the start: whoever comes waits, and is there when it is", async () => {
    await using s = await replayStage(row, { away: true });
    const [first, second] = s.servers;
    using a = await open(first, "a");
    using b = await open(second, "b");
    a.do({ do: "subscribe", topic: "room" });
    b.do({ do: "subscribe", topic: "room", after: "" });
    a.do({ do: "publish", topic: "room", data: "into the void" });
    await first.until({ on: "published", relayed: false });
    for (const server of s.servers) assertEquals(server.all({ on: "subscribed" }), []);
    await s.engine!.start();
    await backUp(s);
    for (const client of [a, b]) {
      const { subscribed, recovered } = await client.frame() as Record<string, unknown>;
      assertEquals([subscribed, recovered], [true, true]);
    }
    await burst(second, b, "room", "m", 5);
    for (const client of [a, b]) assertEquals(await client.texts(5), numbered("m", 0, 5));
    for (const server of s.servers) assertEquals(server.all({ on: "gap" }), []);
  });

  test("the engine stands still, then goes on: every publish settles, and nothing is lost", async () => {
    await using s = await replayStage(row, { history: { count: 10_000 } });
    const after = await underFire(s.servers, async () => {
      s.engine!.pause();
      await sleep(10_000);
      s.engine!.resume();
      await backUp(s);
    });
    nothingLost(after);
    unharmed(s);
  });

  test("a network that cuts, swallows, is slow or thin: nothing is lost", async () => {
    // All three say the same of it: over NATS the one that started last decides for all.
    const options = { history: { count: 10_000 } };
    await using s = await replayStage(row, options);
    await using proxy = new TcpProxy(s.engine!.port);
    await using far = await startReplay(row, row.pair[1], proxy.port, options);
    const servers = [s.servers[0], far] as const;
    await far.until({ on: "state", state: "up" });
    const after = await underFire(servers, async () => {
      for (const fault of ["cut", "reset"] as const) {
        proxy[fault]();
        await sleep(300);
        await backUp({ servers });
      }
      proxy.delay(200);
      await sleep(1_500);
      proxy.delay(0);
      proxy.swallow();
      await sleep(6_000);
      proxy.heal();
      await sleep(500);
      await backUp({ servers });
      proxy.throttle(10_000);
      await sleep(1_500);
      proxy.throttle(Infinity);
      await backUp({ servers });
    });
    nothingLost(after);
    unharmed({ servers });
  });

  test("our own process stands still for a while: it gets what it has missed", async () => {
    // So little that a process that stands still is cut off, and one that reads is not.
    await using s = await replayStage(row, redis ? {} : { maxPending: 1024 * 1024 });
    if (redis) {
      await s.engine!.redis("CONFIG", "SET", "client-output-buffer-limit", "pubsub 1mb 1mb 1");
    }
    using a = await open(s.servers[0], "a");
    const [, b] = s.servers;
    using far = await open(b, "far");
    for (const client of [a, far]) await client.join("room");
    b.signal("SIGSTOP");
    const long = "x".repeat(2_000);
    for (let start = 0; start < 5_000; start += 100) {
      await burst(s.servers[0], a, "room", `${long}m`, 100, start);
    }
    // Longer than the clients wait for an answer to a ping.
    await sleep(5_000);
    assertEquals(await cutOff(s.engine!), 1);
    b.signal("SIGCONT");
    // More than the thousand that are kept: that many are there, behind one gap.
    const seen: string[] = [];
    while (seen.at(-1) !== "m4999") seen.push((await far.texts(1))[0]!.replace(long, ""));
    const gap = seen.indexOf("gap: trimmed");
    const before = gap < 0 ? seen : seen.slice(0, gap);
    assertEquals(before, numbered("m", 0, before.length));
    if (gap >= 0) assertEquals(seen.slice(gap + 1), numbered("m", 4_000, 5_000));
    unharmed(s);
  });

  test("a history that is deleted while it is in use: one gap, and it goes on", async () => {
    await using s = await replayStage(row);
    const after = await underFire(s.servers, async () => {
      if (redis) await s.engine!.redis("DEL", "test:m:{room}", "test:s:{room}");
      else await s.engine!.natsRequest("$JS.API.STREAM.DELETE.edgesocket=test", "");
      await sleep(1_000);
      await backUp(s);
    });
    oneGap(after, "epoch");
    unharmed(s);
  });

  test("a stream that is trimmed: whoever is here misses nothing, who comes is told", async () => {
    await using s = await replayStage(row);
    const [first, second] = s.servers;
    using a = await open(first, "a");
    await a.join("room");
    await burst(first, a, "room", "m", 10);
    const early = (await a.frame()).position!;
    await a.texts(9);
    if (redis) await s.engine!.redis("XTRIM", "test:s:{room}", "MAXLEN", "3");
    else await s.engine!.natsRequest("$JS.API.STREAM.PURGE.edgesocket=test", '{"keep":3}');
    using back = await open(second, "back");
    const { frames, joined } = await back.join("room", early);
    assertEquals([frames.map(textOf), joined.recovered], [["gap: trimmed"], false]);
    using here = await open(second, "here");
    assertEquals((await here.join("room", a.position)).joined.recovered, true);
    await burst(first, a, "room", "n", 2);
    for (const client of [a, back, here]) assertEquals(await client.texts(2), ["n0", "n1"]);
    for (const server of s.servers) assertEquals(server.all({ on: "gap" }), []);
    unharmed(s);
  });

  if (redis) {
    test("a stream that is evicted: whoever is here misses nothing, who comes is told", async () => {
      await using s = await replayStage(row);
      const [first, second] = s.servers;
      using a = await open(first, "a");
      await a.join("room");
      await burst(first, a, "room", "m", 10);
      const early = (await a.frame()).position!;
      await a.texts(9);
      await s.engine!.redis("DEL", "test:s:{room}");
      using back = await open(second, "back");
      const { frames, joined } = await back.join("room", early);
      assertEquals([frames.map(textOf), joined.recovered], [["gap: trimmed"], false]);
      using here = await open(second, "here");
      assertEquals((await here.join("room", a.position)).joined.recovered, true);
      await burst(first, a, "room", "n", 2);
      for (const client of [a, back, here]) assertEquals(await client.texts(2), ["n0", "n1"]);
      assertEquals(first.all({ on: "gap" }), []);
      // One that is full, and has nothing that it may delete, says so.
      await s.engine!.redis("CONFIG", "SET", "maxmemory", "1");
      a.do({ do: "publish", topic: "room", data: "too much" });
      const { error } = await first.until({ on: "published", relayed: false });
      assert(
        `${error}`.startsWith("Cannot publish: expected redis to take it, got OOM"),
        `${error}`,
      );
      await s.engine!.redis("CONFIG", "SET", "maxmemory", "0");
      await burst(first, a, "room", "o", 2);
      assertEquals(await a.texts(2), ["o0", "o1"]);
      unharmed(s);
    });

    test("a restart that may have lost something is one gap, unless Redis is said to be durable", async () => {
      await using s = await replayStage(row, { keeps: true });
      const after = await underFire(s.servers, async () => {
        await s.engine!.kill();
        await s.engine!.start();
        await backUp(s);
      });
      oneGap(after, "epoch");
      unharmed(s);
    });

    test("a subscriber that Redis cuts off misses nothing", async () => {
      await using s = await replayStage(row);
      const after = await underFire(s.servers, async () => {
        for (let i = 0; i < 5; i++) {
          await s.engine!.redis("CLIENT", "KILL", "TYPE", i % 2 ? "normal" : "pubsub");
          await sleep(300);
        }
        await backUp(s);
      });
      nothingLost(after);
      unharmed(s);
    });
  }

  test("an older copy is restored: positions of the future are told, and no message is hidden", async () => {
    await using s = await replayStage(row, { keeps: true, env: { DURABLE: "1" } });
    const [first, second] = s.servers;
    using a = await open(first, "a");
    await a.join("room");
    await burst(first, a, "room", "m", 5);
    const old = await a.frame();
    await a.texts(4);
    const restore = await s.engine!.copy();
    await backUp(s);
    await burst(first, a, "room", "m", 5, 5);
    assertEquals(await a.texts(5), numbered("m", 5, 10));
    const future = a.position!;
    const downs = s.servers.map((server) => server.all({ on: "state", state: "down" }).length);
    await restore();
    for (const [i, server] of s.servers.entries()) {
      await server.until({ on: "state", state: "down" }, downs[i]! + 1);
    }
    await backUp(s);
    assertEquals(await a.texts(1), ["gap: epoch"]);
    using p = await open(second, "p");
    // As many as were there: their numbers are the same.
    await burst(second, p, "room", "n", 5);
    assertEquals(await a.texts(5), numbered("n", 0, 5));
    using back = await open(second, "back");
    const { frames, joined } = await back.join("room", future);
    assertEquals([frames.map(textOf), joined.recovered], [["gap: epoch"], false]);
    // What both histories have in common is common.
    using still = await open(second, "still");
    const all = await still.join("room", old.position);
    const expected = [...numbered("m", 1, 5), ...numbered("n", 0, 5)];
    assertEquals([all.frames.map(textOf), all.joined.recovered], [expected, true]);
    unharmed(s);
  });

  test("two processes with one id are told, and nothing is lost", async () => {
    await using s = await replayStage(row, { env: { ONE_ID: "000000000abc" } });
    nothingLost(await underFire(s.servers, () => sleep(500)));
    const message = "Cannot tell processes apart: expected a random id for each process, " +
      "got 8000000000000abc twice: is one of them a copy of a running process?";
    await Promise.any(s.servers.map((server) => server.until({ on: "reported", message })));
    unharmed(s);
  });

  test("a process ends in whatever state its engine is", async () => {
    const states = ["up", "down", "still", "suspect"];
    // The client of NATS tries for ever, and hands out nothing by which it could be told to end.
    if (redis) states.push("away");
    for (const state of states) {
      await using s = await replayStage(row, { away: state === "away" });
      const [first] = s.servers;
      using a = await open(first, "a");
      if (state !== "away") await a.join("quiet");
      if (state === "down") await s.engine!.kill();
      if (state === "down") await first.until({ on: "state", state });
      if (state === "still") s.engine!.pause();
      if (state === "suspect") {
        await unprepared(s.engine!);
        a.do({ do: "publish", topic: "quiet", data: "x" });
        await first.until({ on: "state", state });
      }
      // It waits for the engine, which may never answer.
      a.do({ do: "subscribe", topic: "another", after: "" });
      a.do({ do: "read", topic: "a third", after: "", count: 1 });
      a.do({ do: "count", topic: "room" });
      while (await a.frame() as unknown !== 0);
      const began = Date.now();
      first.signal("SIGTERM");
      assertEquals((await first.status).code, 0, state);
      assert(Date.now() - began < 8_000, `${state}: ${Date.now() - began} ms`);
      if (state === "still") s.engine!.resume();
      unharmed(s);
    }
  });
}

/** How many of two processes it has cut off because too much waited for them. */
async function cutOff(engine: TestEngine): Promise<number> {
  if (engine.name === "nats") return await engine.natsFigure("slow_consumers");
  const subscribers = await engine.redis("CLIENT", "LIST", "TYPE", "pubsub");
  return 2 - [...subscribers.matchAll(/\bid=/g)].length;
}

/** From now on it answers, and lets nobody get ready. */
async function unprepared(engine: TestEngine): Promise<void> {
  if (engine.name === "redis") {
    await engine.redis("ACL", "SETUSER", "default", "-script");
    for (const type of ["pubsub", "normal"]) await engine.redis("CLIENT", "KILL", "TYPE", type);
    return;
  }
  const stream = { name: "edgesocket=test", subjects: ["theirs"], storage: "memory" };
  const api = (what: string) => `$JS.API.STREAM.${what}.${stream.name}`;
  await engine.natsRequest(api("DELETE"), "");
  await engine.natsRequest(api("CREATE"), JSON.stringify(stream));
}
