/** How constants are found, and how predictions are held against what was measured. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { agreements, calmest, costsFrom, NEAR, type Sample } from "../../bench/model/agreement.ts";
import { costsOf, type Measured } from "../../bench/model/costs.ts";
import { fit } from "../../bench/model/fit.ts";
import { louder, publishesOf } from "../../bench/model/load.ts";
import { memoryOf, processTime, shardTime } from "../../bench/model/work.ts";
import { processorTimeIn, scheduleIn, wakesIn } from "../../bench/model/processes.ts";
import { processRates, shardRates } from "../../bench/model/rates.ts";
import { QUICK, type Run, RUNS } from "../../bench/model/runs.ts";
import { generator } from "../../bench/statistics.ts";

/** What a machine costs that is exactly as the model says. */
const TRUE: Measured = {
  ...{ base: 2_000, idle: 2, wake: 40, publish: 60, beacon: 25, receive: 12, delivery: 6 },
  ...{ engineBase: 500, engineWake: 15, enginePublish: 9, engineDelivery: 2, engineWrite: 4 },
  ...{ processBytes: 6e7, connectionBytes: 4_000, subscriptionBytes: 70, topicBytes: 900 },
};

/** What a run comes to on it. `noise` is a factor. */
function sampleOf(run: Run, noise: () => number, said = 0.95): Sample {
  const load = louder(run.load, said);
  const rates = processRates(load, run.processes);
  const atShard = shardRates(load, { processes: run.processes, shards: 1 });
  // On a machine that is busy, more or less.
  const busy = 0.3 + 0.1 * (run.id.length % 7);
  const [wakes, engineWakes] = [busy * rates.arrivals, (1.2 - busy) * atShard.publishes];
  return {
    ...{ id: run.id, publishes: publishesOf(load), waited: 0, wakes, engineWakes },
    process: noise() * processTime(rates, TRUE, wakes) / 1e6,
    engine: noise() * shardTime(atShard, TRUE, engineWakes) / 1e6,
    memory: noise() * memoryOf(rates, TRUE),
    messages: atShard.publishes,
  };
}

Deno.test("costs are found again, also where one of them is nothing", () => {
  const rows = [[1, 0, 5, 0], [2, 1, 0, 0], [0, 3, 1, 0], [4, 1, 1, 0], [1, 1, 1, 0]];
  const targets = rows.map(([a = 0, b = 0, c = 0]) => 7 * a + 2 * c + 0 * b);
  const [a, b, c, never] = fit(rows, targets, 0.1).map((cost) => Math.round(cost * 1e4) / 1e4);
  assertEquals([a, b, c, never], [7, 0, 2, 0]);
  assertEquals(fit([], [], 1), []);
});

Deno.test("no cost is less than nothing, and each run weighs as much as another", () => {
  // The second thing would have to give something back.
  assertEquals(fit([[1, 0], [1, 1]], [10, 5], 1).at(1), 0);
  // Off by a tenth of each, though one is a thousand times the other.
  const [cost] = fit([[1], [1_000]], [0.9, 1_100], 0.1);
  assert(cost! > 0.9 && cost! < 1.1);
  // Below the floor it does not matter that this is hundred times too much.
  const [floored] = fit([[1], [1_000]], [0.01, 1_000], 100);
  assert(Math.abs(floored! - 1) < 0.01);
});

Deno.test("runs that are fitted on find the costs of a machine that is as the model says", () => {
  const exact = RUNS.map((run) => sampleOf(run, () => 1));
  const found = costsFrom(RUNS, exact);
  for (const [name, cost] of Object.entries(TRUE)) {
    const share = found[name as keyof Measured] / cost;
    assert(share > 0.97 && share < 1.03, `${name}: ${share}`);
  }
  assert(agreements(RUNS, exact, found).every(({ near }) => near !== false));
});

Deno.test("what the engine takes alone has its part in the constants of the engine", () => {
  const exact = RUNS.map((run) => sampleOf(run, () => 1));
  // Its subscribers are awake, so that nothing is due for waking them.
  const rates = { publishes: 1e4, deliveries: 8e4, processes: 8 };
  const engine = shardTime(rates, { ...TRUE, engineWrite: 0 }, 500) / 1e6;
  const flood = { subscribers: 8, publishes: 1e4, engineWakes: 500 };
  const same = costsFrom(RUNS, exact, [{ ...flood, engine }]);
  const more = costsFrom(RUNS, exact, [{ ...flood, engine: 2 * engine }]);
  assert(Math.abs(same.engineDelivery / TRUE.engineDelivery - 1) < 0.1);
  assert(more.engineDelivery > 1.2 * same.engineDelivery);
  assertEquals(more.delivery, same.delivery);
});

Deno.test("with noise of a twentieth, the runs that it was not fitted on are predicted", () => {
  const random = generator(4);
  const samples = RUNS.map((run) => sampleOf(run, () => 0.95 + 0.1 * random()));
  const found = costsFrom(RUNS, samples);
  const off = agreements(RUNS, samples, found).filter(({ near }) => near === false);
  assertEquals(off.map(({ run, figure }) => [run.id, figure]), []);
});

Deno.test("what was not fitted on has no part in the constants; what is missing is left out", () => {
  const exact = RUNS.map((run) => sampleOf(run, () => 1));
  const wrong = RUNS.map((run) => sampleOf(run, () => run.fitted ? 1 : 3));
  assertEquals(costsFrom(RUNS, wrong), costsFrom(RUNS, exact));
  const some = exact.filter(({ id }) => id !== "pairs");
  assert(agreements(RUNS, some, TRUE).every(({ run }) => run.id !== "pairs"));
  assert(costsFrom(RUNS, some).delivery > 0);
});

Deno.test("of a run that was measured several times, that counts which waited least", () => {
  const [run] = RUNS.filter(({ id }) => id === "pairs");
  const sample = sampleOf(run!, () => 1);
  const [one, two, three] = [0.3, 0.1, 0.2].map((waited) => ({ ...sample, waited }));
  assertEquals(calmest([one!, two!, three!]), two);
  assertEquals(calmest([one!]), one);
});

Deno.test("a prediction that is a quarter off is near, and not beyond", () => {
  const [run] = RUNS.filter(({ id }) => id === "pairs");
  for (const [factor, near] of [[1 - NEAR / 2, true], [1.3, true], [1.4, false], [0.7, false]]) {
    const sample = sampleOf(run!, () => factor as number);
    const found = agreements(RUNS, [sample], TRUE).filter(({ figure }) => figure === "process");
    assertEquals(found.map((each) => each.near), [near]);
  }
});

Deno.test("what is too little for the clock is not judged, nor what an engine does not count", () => {
  const [nothing] = RUNS;
  const { messages: _, ...sample } = sampleOf(nothing!, () => 1);
  const judged = agreements(RUNS, [sample], { ...TRUE, base: 9e9, engineBase: 9e9 });
  assertEquals(judged.map(({ figure, near }) => [figure, near]), [
    ["process", undefined],
    ["engine", undefined],
    ["memory", true],
  ]);
});

Deno.test("runs have names of their own, take at most eight processes, and some are not fitted on", () => {
  const ids = RUNS.map(({ id }) => id);
  assertEquals(new Set(ids).size, ids.length);
  assert(QUICK.every((id) => ids.includes(id)));
  assertEquals([...new Set(RUNS.map(({ processes }) => processes))].sort(), [1, 2, 4, 8]);
  const others = RUNS.filter(({ fitted }) => !fitted);
  assert(others.length >= RUNS.length / 3);
  for (const processes of [2, 4, 8]) assert(others.some((run) => run.processes === processes));
  for (const { load } of RUNS) {
    // A connection is in a room once.
    for (const { members } of load.rooms) assert(members <= load.connections);
  }
});

Deno.test("processor time and turns are read as proc(5) has them", () => {
  const fields = ["4 (a) b (c)", "S", ...Array(10).fill("9"), "120", "30", "7"].join(" ");
  assertEquals(processorTimeIn(fields), 1_500_000);
  const status = "Name:\tbun\nvoluntary_ctxt_switches:\t120\nnonvoluntary_ctxt_switches:\t7\n";
  assertEquals(wakesIn(status), 120);
  assert(Number.isNaN(wakesIn("")));
  assertEquals(scheduleIn("2500 1000 3\n"), { ran: 2.5, waited: 1 });
});

Deno.test("a stack that was not measured costs nobody knows what", () => {
  assertThrows(
    () => costsOf({ runtime: "node" as "bun", engine: "redis" }),
    TypeError,
    "Cannot tell what it costs: expected",
  );
});
