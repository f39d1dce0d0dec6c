/** What topics with a history promise, over an engine or in memory: one suite for all of them. */
import { assert, assertEquals } from "@std/assert";
import type { ClientName } from "../fixtures/engine_clients.ts";
import { type EngineOptions, hasEngine, TestEngine } from "../support/engines.ts";
import { ProcessServer } from "../support/process_server.ts";
import { type Frame, ReplayClient, textOf } from "../support/replay_client.ts";
import type { WireRuntime } from "../support/runtimes.ts";
import type { Env } from "../support/server.ts";

const SCRIPT = new URL("../fixtures/engine_server.ts", import.meta.url);

/** One row: a client, its engine if there is one, and the runtimes of two processes. */
export interface ReplayRow {
  readonly client: ClientName | "memory";
  readonly engine?: "redis" | "nats";
  /** In memory both are the same process. */
  readonly pair: readonly [WireRuntime, WireRuntime];
}

/** Two processes, and the engine between them. */
export interface ReplayStage extends AsyncDisposable {
  readonly engine: TestEngine | undefined;
  readonly servers: readonly [ProcessServer, ProcessServer];
}

/** What a case may ask for. */
export interface StageOptions extends EngineOptions {
  readonly history?: { readonly count?: number; readonly bytes?: number; readonly age?: number };
  readonly env?: Env;
}

/** Starts one process of a row. */
export function startReplay(
  row: ReplayRow,
  { command }: WireRuntime,
  port: number,
  { history = {}, env = {} }: StageOptions = {},
): Promise<ProcessServer> {
  const TOPICS = JSON.stringify({ mode: "replay", history });
  const all = { CLIENT: row.client, ENGINE_PORT: `${port}`, TOPICS, ...env };
  return ProcessServer.start({ command }, all, SCRIPT);
}

/** Starts both, with an engine of their own; in memory, one that is both. */
export async function replayStage(
  row: ReplayRow,
  options: StageOptions = {},
): Promise<ReplayStage> {
  const engine = row.engine && await TestEngine.create(row.engine, options);
  const start = (runtime: WireRuntime) => startReplay(row, runtime, engine?.port ?? 0, options);
  const a = await start(row.pair[0]);
  const b = engine === undefined ? a : await start(row.pair[1]);
  if (engine && !options.away) {
    await Promise.all([a, b].map((server) => server.until({ on: "state", state: "up" })));
  }
  return {
    engine,
    servers: [a, b],
    async [Symbol.asyncDispose]() {
      await Promise.all([...new Set([a, b])].map((server) => server[Symbol.asyncDispose]()));
      await engine?.[Symbol.asyncDispose]();
    },
  };
}

export const numbered = (name: string, from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `${name}${from + i}`);

/** No process has ended, none has let a rejection pass, and none has written to its console. */
export function unharmed({ servers }: Pick<ReplayStage, "servers">): void {
  for (const server of servers) {
    assertEquals([server.all({ on: "unhandled" }), server.errors], [[], ""]);
  }
}

/** Publishes numbered messages, and waits until the engine has them. */
export async function burst(
  server: ProcessServer,
  client: ReplayClient,
  topic: string,
  data: string,
  count: number,
  start = 0,
): Promise<void> {
  const done = server.all({ on: "burst" }).length;
  client.do({ do: "burst", topic, data, count, start });
  const { unsent } = await server.until({ on: "burst" }, done + 1);
  assertEquals(unsent, 0);
}

/** Where the cases of a suite go. */
export type Register = (row: ReplayRow, title: string, fn: () => Promise<void>) => void;

/** Registers a case for a row. */
export const replayTest: Register = (row, title, fn) => {
  const [{ name }, { name: other }] = row.pair;
  const needs = row.engine && !hasEngine(row.engine) ? ` [needs ${row.engine}-server]` : "";
  const pair = row.engine ? `${row.client}, with ${other}` : row.client;
  Deno.test({ name: `${name}: replay, ${pair}: ${title}${needs}`, ignore: needs !== "", fn });
};

/** Registers all cases for one row. */
export function replaySuite(row: ReplayRow, register: Register = replayTest): void {
  const test = (title: string, fn: () => Promise<void>) => register(row, title, fn);
  const { open } = ReplayClient;

  test("everybody sees one order, in both processes, and the publisher is left out", async () => {
    // More than is published: whoever is behind by more than the history has lost something, and is told.
    await using s = await replayStage(row, { history: { count: 5_000 } });
    const [a, b] = [await open(s.servers[0], "a"), await open(s.servers[1], "b")];
    for (const client of [a, b]) assertEquals((await client.join("room")).joined.recovered, true);
    for (let start = 0; start < 1_000; start += 100) {
      a.do({ do: "burst", topic: "room", data: "a", count: 100, start });
      b.do({ do: "burst", topic: "room", data: "b", count: 100, start });
    }
    const seen: Frame[][] = [[], []];
    for (let i = 0; i < 2_000; i++) {
      seen[0]!.push(await a.frame());
      seen[1]!.push(await b.frame());
    }
    assertEquals(seen[0], seen[1]);
    for (const name of ["a", "b"]) {
      const ours = seen[0]!.filter(({ message }) => message!.startsWith(name));
      assertEquals(ours.map(({ message }) => message), numbered(name, 0, 1_000));
      assert(ours.every(({ bytes = false }, i) => bytes === (i % 2 === 1)));
    }
    assertEquals(new Set(seen[0]!.map(({ position }) => position)).size, 2_000);
    a.do({ do: "publish", topic: "room", data: "from a", except: true });
    assertEquals(await b.texts(1), ["from a"]);
    a.do({ do: "publish", topic: "room", data: "for all" });
    assertEquals([await a.texts(1), await b.texts(1)], [["for all"], ["for all"]]);
    const { position } = await s.servers[0].until({ on: "published", relayed: true }, 2);
    assertEquals(position, b.position);
    unharmed(s);
  });

  test("a client that comes back, to either process, gets what it has missed, then what comes", async () => {
    await using s = await replayStage(row, { history: { count: 50 } });
    const [first, second] = s.servers;
    using a = await open(first, "a");
    const { joined } = await a.join("room");
    await burst(first, a, "room", "m", 10);
    assertEquals(await a.texts(10), numbered("m", 0, 10));
    const position = a.position!;
    a.vanish();
    await first.until({ on: "close", id: "a" });
    using p = await open(first, "p");
    await burst(first, p, "room", "m", 20, 10);
    const missed = numbered("m", 10, 30);
    for (const server of [second, first]) {
      using back = await open(server, "back");
      const { frames, joined } = await back.join("room", position);
      assertEquals([frames.map(textOf), joined.recovered], [missed, true]);
      // From where it is: nothing.
      using again = await open(server, "again");
      assertEquals((await again.join("room", back.position)).frames, []);
      p.do({ do: "publish", topic: "room", data: "now" });
      for (const client of [back, again]) assertEquals(await client.texts(1), ["now"]);
      missed.push("now");
    }
    // From before the first message: all of them are kept.
    using early = await open(second, "early");
    const all = await early.join("room", joined.position);
    assertEquals([all.frames.length, all.joined.recovered], [32, true]);
    unharmed(s);
  });

  test("more than is kept is told as one gap; what is kept can be read", async () => {
    await using s = await replayStage(row, { history: { count: 5 } });
    const [first, second] = s.servers;
    using a = await open(first, "a");
    await a.join("room");
    await burst(first, a, "room", "m", 4);
    const [zero] = [await a.frame(), await a.texts(3)];
    await burst(first, a, "room", "m", 4, 4);
    await a.texts(4);
    for (const server of [second, first]) {
      using late = await open(server, "late");
      const { frames, joined } = await late.join("room", zero.position);
      assertEquals([frames.map(textOf), joined.recovered], [["gap: trimmed"], false]);
      using new_ = await open(server, "new");
      const all = await new_.join("room", "");
      assertEquals([all.frames.map(textOf), all.joined.recovered], [numbered("m", 3, 8), true]);
    }
    // Two are gone, five are kept: whoever has the second one misses nothing.
    using last = await open(second, "last");
    await burst(first, a, "room", "m", 1, 8);
    const { position } = await a.frame();
    await burst(first, a, "room", "m", 5, 9);
    const { frames, joined } = await last.join("room", position);
    // Its process may hear of the last ones in a moment: they come then, and none is missing.
    const texts = [...frames.map(textOf), ...await last.texts(5 - frames.length)];
    assertEquals([texts, joined.recovered], [numbered("m", 9, 14), true]);
    unharmed(s);
  });

  test("whatever clients say of their position, nobody is harmed, and no other topic is read", async () => {
    await using s = await replayStage(row);
    const [first, second] = s.servers;
    using a = await open(first, "a");
    using b = await open(second, "b", { maxPayloadLength: 4 * 1024 * 1024 });
    await a.join("room");
    await a.join("secret");
    await burst(first, a, "secret", "s", 5);
    await burst(first, a, "room", "m", 5);
    const frames: Frame[] = [];
    for (let i = 0; i < 10; i++) frames.push(await a.frame());
    const of = (text: string) => frames.find(({ message }) => message === text)!.position!;
    const parts = of("m2").split(".");
    const future = [parts[0], (parseInt(parts[1]!, 36) + 1_000).toString(36), ...parts.slice(2)];
    const bad = [
      "made up",
      "0.1",
      "..",
      "x".repeat(1024 * 1024),
      "\u0000",
      "🙂.1.1",
      future.join("."),
      `${of("m2")}.1`,
      ...["-5", "z".repeat(20)].map((check) => [...parts.slice(0, -1), check].join(".")),
      of("m2").toUpperCase(),
    ];
    for (const after of bad) {
      const { frames, joined } = await b.join("room", after);
      assertEquals([frames.map(textOf), joined], [["gap: epoch"], { ...joined, recovered: false }]);
      b.do({ do: "unsubscribe", topic: "room" });
      await b.frame();
    }
    // The position of another topic: at worst nothing is missing.
    const { frames: got } = await b.join("room", of("s2"));
    assert(got.every((frame) => !textOf(frame).startsWith("s")), JSON.stringify(got));
    for (const after of [5, null, {}, ["x"]]) {
      b.do({ do: "unsubscribe", topic: "room" });
      await b.frame();
      const { joined } = await b.join("room", after as unknown as string);
      assertEquals(joined.recovered, false, `${after}`);
    }
    // A loop is told, too, and goes on.
    for (const after of ["made up", future.join(".")]) {
      b.do({ do: "unsubscribe", topic: "room" });
      await b.frame();
      b.do({ do: "read", topic: "room", after, count: 2 });
      assertEquals(textOf(await b.frame()), "gap: epoch");
      await burst(first, a, "room", "now", 1);
      assertEquals(textOf(await b.frame()), "now0");
      assertEquals(await b.frame(), { read: true } as Frame);
    }
    // Before the first: whatever comes of it, it is no error.
    b.do({ do: "unsubscribe", topic: "room" });
    await b.frame();
    const zero = await b.join("room", [parts[0], "0", ...parts.slice(2)].join("."));
    assertEquals(zero.joined.subscribed, true);
    await burst(first, a, "room", "n", 3);
    assertEquals(await b.texts(3), numbered("n", 0, 3));
    for (const server of s.servers) assertEquals(server.all({ on: "reported" }), []);
    unharmed(s);
  });

  test("where nothing was said yet a newcomer waits for nobody, whatever is said elsewhere", async () => {
    await using s = await replayStage(row);
    const [first, second] = s.servers;
    using a = await open(first, "a");
    await a.join("quiet");
    await burst(first, a, "busy", "m", 10);
    using b = await open(second, "b");
    for (const after of ["", a.position]) {
      const { frames, joined } = await b.join("quiet", after);
      assertEquals([frames, joined.recovered], [[], true]);
      b.do({ do: "unsubscribe", topic: "quiet" });
      await b.frame();
      await burst(first, a, "busy", "m", 10);
    }
    const { joined } = await b.join("quiet", "");
    await burst(first, a, "busy", "m", 10);
    await burst(first, a, "quiet", "n", 2);
    for (const client of [a, b]) assertEquals(await client.texts(2), ["n0", "n1"]);
    using back = await open(first, "back");
    const { frames } = await back.join("quiet", joined.position);
    assertEquals(frames.map(textOf), ["n0", "n1"]);
    unharmed(s);
  });

  test("a history that is let go of while it is read: whatever is missing is told", async () => {
    await using s = await replayStage(row, { history: { count: 10 } });
    const [first, second] = s.servers;
    using p = await open(first, "p");
    let over = false;
    const publishing = (async () => {
      for (let start = 0; !over; start += 5) await burst(first, p, "room", "m", 5, start);
    })();
    const reading = Array.from({ length: 6 }, async () => {
      let position = "";
      let last = -1;
      let told = true;
      for (let i = 0; i < 15; i++) {
        using reader = await open(second, "reader");
        const { frames } = await reader.join("room", position);
        while (frames.length < 8) frames.push(await reader.frame());
        for (const frame of frames) {
          position = frame.position ?? frame.gap?.position ?? position;
          if (frame.gap !== undefined) told = true;
          if (frame.message === undefined) continue;
          const number = Number(frame.message.slice(1));
          assert(number === last + 1 || (told && number > last), `m${number} after m${last}`);
          last = number;
          told = false;
        }
      }
    });
    await Promise.all(reading).finally(() => over = true);
    await publishing;
    unharmed(s);
  });

  test("a history larger than what may wait for a client is paced", async () => {
    await using s = await replayStage(row, { history: { count: 1_000 } });
    const [first, second] = s.servers;
    const options = { maxPayloadLength: 4 * 1024 * 1024 };
    using a = await open(first, "a", options);
    for (let i = 0; i < 60; i++) {
      a.do({ do: "publish", topic: "room", data: `${i} ${"x".repeat(50_000)}` });
    }
    await first.until({ on: "published", relayed: true }, 60);
    for (const maxBackpressure of [65_536, 1_024]) {
      using slow = await open(second, "slow", { maxBackpressure });
      slow.do({ do: "subscribe", topic: "room", after: "" });
      slow.pause();
      await new Promise((resolve) => setTimeout(resolve, 300));
      a.do({ do: "publish", topic: "room", data: "meanwhile" });
      slow.resume();
      const seen: string[] = [];
      while (seen.at(-1) !== "meanwhile") {
        const frame = await slow.frame();
        if (frame.message !== undefined) seen.push(textOf(frame).split(" ")[0]!);
      }
      const before = seen.filter((text) => text === "meanwhile").length;
      assertEquals(seen.slice(0, 60), numbered("", 0, 60));
      assert(before <= 2);
    }
    assertEquals(second.all({ on: "close", code: 1013 }), []);
    unharmed(s);
  });

  test("a loop over a topic gets what is kept, then what comes from either process", async () => {
    await using s = await replayStage(row);
    const [first, second] = s.servers;
    using a = await open(first, "a");
    using b = await open(second, "b");
    await burst(first, a, "room", "m", 300);
    const evens = (from: number, to: number) => numbered("m", from, to).filter((_, i) => i % 2 < 1);
    b.do({ do: "read", topic: "room", after: "", count: 320 });
    const texts = async (count: number) => {
      const seen: string[] = [];
      for (let i = 0; i < count; i++) seen.push((await b.frame()).message as string);
      return seen.filter((text) => typeof text === "string");
    };
    assertEquals(await texts(300), evens(0, 300));
    await burst(first, a, "room", "m", 10, 300);
    assertEquals(await texts(10), evens(300, 310));
    await burst(second, b, "room", "m", 10, 310);
    assertEquals(await texts(10), evens(310, 320));
    assertEquals(await b.frame(), { read: true } as Frame);
    unharmed(s);
  });

  test("a history has an end in bytes and in age, and what is gone is told", async () => {
    for (const [history, wait] of [[{ bytes: 10_000 }, 0], [{ age: 1 }, 1_500]] as const) {
      await using s = await replayStage(row, { history });
      const [first, second] = s.servers;
      using a = await open(first, "a");
      await a.join("room");
      const long = "x".repeat(1_000);
      await burst(first, a, "room", `${long}m`, 1);
      const { position } = await a.frame();
      await burst(first, a, "room", `${long}m`, 20, 1);
      await a.texts(20);
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      if (wait > 0) await burst(first, a, "room", `${long}m`, 1, 21);
      using late = await open(second, "late");
      const { frames, joined } = await late.join("room", position);
      assertEquals([frames.map(textOf), joined.recovered], [["gap: trimmed"], false]);
      using all = await open(second, "all");
      const { frames: kept } = await all.join("room", "");
      assert(kept.length >= 1 && kept.length <= 8, `${kept.length} are kept`);
      const last = wait > 0 ? 22 : 21;
      const numbers = kept.map(({ message }) => message!.replace(long, ""));
      assertEquals(numbers, numbered("m", last - kept.length, last));
      unharmed(s);
    }
  });

  test("one of a thousand that does not read costs the others nothing, and comes back to the rest", async () => {
    await using s = await replayStage(row);
    const [, second] = s.servers;
    using p = await open(second, "p");
    const crowd: ReplayClient[] = [];
    while (crowd.length < 1_000) {
      const some = Array.from({ length: 50 }, () => open(second, "crowd"));
      for (const client of await Promise.all(some)) crowd.push(client);
    }
    using slow = await open(second, "slow", { maxBackpressure: 65_536 });
    for (const client of [slow, ...crowd]) await client.join("room");
    await slow.join("flood");
    await burst(second, p, "room", "m", 10);
    assertEquals(await slow.texts(10), numbered("m", 0, 10));
    slow.pause();
    const long = "x".repeat(50_000);
    for (let i = 0; i < 20; i++) {
      await burst(second, p, "flood", long, 20, 20 * i);
      await burst(second, p, "room", "m", 2, 10 + 2 * i);
    }
    assertEquals((await second.until({ on: "close", id: "slow" })).code, 1013);
    for (const client of crowd) {
      assertEquals(await client.texts(50), numbered("m", 0, 50));
      client[Symbol.dispose]();
    }
    using back = await open(second, "back");
    const { frames, joined } = await back.join("room", slow.position);
    assertEquals([frames.map(textOf), joined.recovered], [numbered("m", 10, 50), true]);
    // Its end is reported, and nothing else.
    const told = second.errors.trim().split("\n");
    assertEquals(told.filter((line) => !line.includes("limits (backpressure)")), []);
    assertEquals(second.all({ on: "unhandled" }), []);
  });

  test("hundreds who come back at the same moment read a history once", async () => {
    await using s = await replayStage(row);
    const [first, second] = s.servers;
    using a = await open(first, "a");
    await a.join("room");
    const positions: string[] = [];
    await burst(first, a, "room", "m", 500);
    for (let i = 0; i < 500; i++) positions.push((await a.frame()).position!);
    const reads = await readsOf(s.engine);
    const crowd = await Promise.all(Array.from({ length: 200 }, () => open(second, "crowd")));
    for (const [i, client] of crowd.entries()) {
      client.do({ do: "subscribe", topic: "room", after: positions[2 * i]! });
    }
    for (const [i, client] of crowd.entries()) {
      assertEquals(await client.texts(499 - 2 * i), numbered("m", 2 * i + 1, 500));
    }
    const more = await readsOf(s.engine) - reads;
    // Each on its own would be two pages for each client; JetStream hands out 500 one by one.
    const most = s.engine?.name === "nats" ? 1_500 : 20;
    assert(more <= most, `${more} reads for 200 clients`);
    for (const client of crowd) client[Symbol.dispose]();
    unharmed(s);
  });
}

/** How often the history has been read so far: by NATS all that it was sent; 0 in memory. */
async function readsOf(engine: TestEngine | undefined): Promise<number> {
  if (engine === undefined) return 0;
  if (engine.name === "nats") return await engine.natsFigure("in_msgs");
  const stats = await engine.redis("INFO", "commandstats");
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1]);
}
