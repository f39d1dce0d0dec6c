/** Questions to the model, and how they are answered. */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { answer } from "../../bench/model/answer.ts";
import { MILLION, zipf } from "../../bench/model/load.ts";
import { BOUNDS } from "../../bench/model/plan.ts";
import { parseQuestion } from "../../bench/model/question.ts";

Deno.test("without arguments it is the million", () => {
  const { load, stack, bounds, machines } = parseQuestion([]);
  assertEquals(load, { ...MILLION, bytes: 64 });
  assertEquals([stack, bounds, machines], [
    { runtime: "bun", engine: "redis" },
    BOUNDS,
    undefined,
  ]);
});

Deno.test("a question has rooms, bounds and machines of its own", () => {
  const { load, bounds, machines, costs } = parseQuestion([
    ...["--rooms=50x20@100", "--rooms=1x1e3@0.5", "--zipf=10x40@7^1", "--bytes=500"],
    ...["--busy=50", "--memory=200", "--each=900", "--traffic=10", "--latency=30"],
    ...["--network=100", "--processes=4", "--shards=2"],
  ]);
  assertEquals(load.rooms.slice(0, 2), [
    { rooms: 50, members: 20, publishes: 100 },
    { rooms: 1, members: 1_000, publishes: 0.5 },
  ]);
  const skewed = zipf({ rooms: 10, subscriptions: 40, publishes: 7, exponent: 1 });
  assertEquals(load.rooms.slice(2), skewed);
  assertEquals([Math.round(load.connections), load.bytes], [50 * 20 + 1_000 + 40, 500]);
  assertEquals(bounds, {
    ...{ busy: 0.5, memory: 200e6, connections: 900, traffic: 10e6, latency: 30 },
  });
  assertEquals([machines, costs.network], [{ processes: 4, shards: 2 }, 100]);
  assertEquals(parseQuestion(["--processes=3"]).machines, { processes: 3, shards: 1 });
  assertEquals(parseQuestion(["--rooms=1x5@1", "--connections=100"]).load.connections, 100);
});

Deno.test("what is no question is refused", () => {
  const wrong = [
    ...["rooms", "--rooms", "--room=1x1@1", "--rooms=1x1", "--rooms=0x5@1", "--rooms=5x0@1"],
    ...["--zipf=5x5@1", "--zipf=5x5@1^e", "--rooms=axb@c", "--busy=0", "--busy=x", "--each=-1"],
    ...["--connections=1e999", "--runtime=node", "--engine=kafka", "--busy="],
  ];
  for (const arg of wrong) assertThrows(() => parseQuestion([arg]), TypeError, "Cannot use");
});

Deno.test("an answer says how many, how much of each bound, how long, and what breaks first", () => {
  const text = answer(parseQuestion([])).join("\n");
  assertMatch(text, /^1,000,000 connections, 10,000 messages a second, on Bun over Redis\n/);
  assertMatch(text, /\n\d+ processes, \d+ shards?: the fewest that do\n/);
  assertMatch(text, /\nwith turns a process takes \d+ % of a core, a shard \d+ %\n/);
  assertMatch(text, /\n +\d+ % core +\d+ % of its bound: processor of a process\n/);
  assertMatch(text, /\n {2}1 room of 100,000: [\d.]+ ms, one in a hundred [\d.]+ ms\n/);
  assertMatch(text, /\n {2}9,000 rooms of 100: [\d.]+ ms, one in a hundred [\d.]+ ms\n/);
  assertMatch(text, /breaks first as it grows:\n(?: {2}\w[\w ]+ times [\d.,]+: [\w ]+\n?){3}$/);
});

Deno.test("machines that are there are judged as they are", () => {
  const few = answer(parseQuestion(["--processes=1", "--shards=1"])).join("\n");
  assertMatch(few, /\n1 process, 1 shard\n/);
  assertMatch(few, /\n {2}for ever: it does not keep up\n/);
  assert(!few.includes("the fewest"));
});

Deno.test("skewed rooms are told by their largest, and what cannot be is said", () => {
  const skewed = answer(parseQuestion(["--zipf=5000x20000@100^1"]));
  assertEquals(skewed.filter((line) => line.includes("one in a hundred")).length, 4);
  const impossible = answer(parseQuestion(["--rooms=1x10@10", "--latency=0.01"]));
  assertEquals(impossible.at(-1), "no number of processes and shards will do");
});
