import { assert, assertEquals, assertRejects } from "@std/assert";
import { latecomersWorkloads } from "../../bench/latecomers_workloads.ts";
import { comeBack, type Latecomer } from "../../bench/load/come_back.ts";
import { payloadsOf } from "../../bench/load/cycle.ts";
import { scriptsIn } from "../../bench/load/engine.ts";
import { FULL } from "../../bench/pace.ts";
import { forgetPeak, peak, peakIn } from "../../bench/peak.ts";
import type { Pair } from "../../bench/workload.ts";

const MEBI = 1_024 * 1_024;

/** A side that answers by the name of what it is asked, and keeps what that was. */
function side(answers: Record<string, readonly unknown[]>) {
  const asked: Record<string, unknown>[] = [];
  const next: Record<string, number> = {};
  return {
    asked,
    ask(request: { do: string }) {
      asked.push(request);
      const list = answers[request.do] ?? [];
      const value = list[next[request.do] ?? 0];
      next[request.do] = (next[request.do] ?? 0) + 1;
      return value instanceof Error ? Promise.reject(value) : Promise.resolve(value);
    },
  };
}

/** Both sides of a measurement that costs 3 s of the processor, 12 MiB and 6 questions. */
function sides(engine: "redis" | null, comeBack: readonly unknown[] = []) {
  const server = side({
    engine: [engine],
    forgetPeak: [50 * MEBI],
    usage: [{ cpu: 1e6, clock: 0 }, { cpu: 4e6, clock: 6e6 }],
    peak: [62 * MEBI],
  });
  const load = side({ port: [6379], scripts: [100, 106], comeBack });
  return { server, load, pair: { server, load } as unknown as Pair };
}

const names = ({ asked }: ReturnType<typeof side>) => asked.map((request) => request.do);

Deno.test("catching up costs what the server took for three topics, by their messages", async () => {
  const { server, load, pair } = sides("redis");
  const { values, server: share } = await latecomersWorkloads(FULL).catchUp.measure(pair);
  assertEquals(values, { cost: 3e6 / 3 / 10_000, peak: 12 });
  assertEquals(share?.busy, 0.5);
  // Each topic is come back to once: what was read of it before would be at hand.
  const topics = load.asked.filter((request) => request.do === "comeBack");
  assertEquals(topics.map(({ topic }) => topic), ["room0", "room1", "room2", "room3"]);
  assert(topics.every(({ behind, history }) => behind === 10_000 && history === 10_001));
  const filled = server.asked.filter((request) => request.do === "fill");
  assertEquals(filled.map(({ topic }) => topic), topics.map(({ topic }) => topic));
  // The first one is not counted.
  assertEquals(names(load).slice(0, 5), [
    ...["engine", "port", "grow", "comeBack", "scripts"],
  ]);
  assertEquals(names(load).at(-1), "endEngine");
});

Deno.test("coming back costs what the server took, by the clients; questions are those of one topic", async () => {
  const { server, load, pair } = sides("redis");
  const { values } = await latecomersWorkloads(FULL).comeBack.measure(pair);
  assertEquals(values, { cost: 1e6 / 1_000, peak: 12, questions: 2 });
  const [connect] = server.asked.filter((request) => request.do === "connect");
  assertEquals([connect!.port, connect!.count], [6379, 200]);
  const [grow] = load.asked.filter((request) => request.do === "grow");
  assertEquals(grow!.total, 1_000);
});

Deno.test("who needs no engine has none; one that was started is ended whatever happens", async () => {
  const none = sides(null);
  await latecomersWorkloads(FULL).comeBack.measure(none.pair);
  assert(!names(none.load).includes("engine"));
  const broken = sides("redis", [new Error("the load generator has ended")]);
  await assertRejects(
    () => latecomersWorkloads(FULL).catchUp.measure(broken.pair),
    Error,
    "has ended",
  );
  assertEquals(names(broken.load).at(-1), "endEngine");
});

Deno.test("scripts of Redis are counted, however they are called", () => {
  const stats = [
    "$120",
    "# Commandstats",
    "cmdstat_evalsha:calls=41,usec=80,usec_per_call=1.9,rejected_calls=0,failed_calls=0",
    "cmdstat_eval:calls=1,usec=9,usec_per_call=9.0,rejected_calls=0,failed_calls=0",
    "cmdstat_xrange:calls=7,usec=2,usec_per_call=0.3,rejected_calls=0,failed_calls=0",
    "",
  ];
  assertEquals(scriptsIn(stats.join("\r\n")), 42);
  assertEquals(scriptsIn("$0\r\n\r\n"), 0);
});

Deno.test("the peak is what the system says of it, and what is resident at the least", () => {
  const status = "Name:\tdeno\nVmPeak:\t  900 kB\nVmHWM:\t  300 kB\nVmRSS:\t  200 kB\n";
  assertEquals(peakIn(status), 300 * 1_024);
  assertEquals(peakIn("Name:\tdeno\n"), undefined);
  forgetPeak();
  assert(peak() > MEBI);
});

/** Connections that answer a wish as they are told to. */
function latecomers(count: number, answer: (one: Latecomer) => void): (Latecomer & Told)[] {
  return Array.from({ length: count }, () => {
    const one: Latecomer & Told = {
      onMessages() {},
      onClose() {},
      first: -1,
      wishes: 0,
      done: false,
      begin: (_, first) => one.first = first,
      finish: () => one.done = true,
      sendFrame() {
        one.wishes++;
        queueMicrotask(() => answer(one));
      },
    };
    return one;
  });
}

interface Told {
  first: number;
  wishes: number;
  done: boolean;
}

const WHAT = { topic: "room", history: 200, behind: 100, size: 64, binary: false };

Deno.test("clients are back when each of them has all that it has missed, from there on", async () => {
  const all = latecomers(3, (one) => {
    for (let i = 0; i < 4; i++) one.onMessages(25);
  });
  assertEquals((await comeBack(all, WHAT)).count, 300);
  for (const { first, wishes, done } of all) assertEquals([first, wishes, done], [100, 1, true]);
});

Deno.test("a client that is ended instead ends the measurement", async () => {
  const all = latecomers(2, (one) => one.onClose());
  await assertRejects(() => comeBack(all, WHAT), Error, "expected messages, got the end");
});

Deno.test("what is published is what clients compare with", () => {
  const payloads = payloadsOf(64);
  assertEquals([payloads.length, payloads[3]!.length], [64, 64]);
  assert(new TextDecoder().decode(payloads[3]).startsWith("0003"));
});
