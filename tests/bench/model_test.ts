/** The arithmetic of the model. Whether it is true of processes is for the bench to say. */
import { assert, assertEquals } from "@std/assert";
import {
  BOUNDS,
  COSTS,
  type Costs,
  type Load,
  MILLION,
  plan,
  predict,
  processesOf,
  strains,
} from "../../bench/model.ts";

/** Whether a number is another one, but for what is lost in rounding. */
function assertAlmost(actual: number, expected: number): void {
  assert(Math.abs(actual - expected) <= 1e-9 * Math.abs(expected), `${actual} is not ${expected}`);
}

/** Costs that can be added up by hand. */
const PLAIN: Costs = {
  delivery: 10,
  publish: 100,
  receive: 50,
  idle: 1,
  enginePublish: 20,
  engineDelivery: 5,
  processBytes: 1_000,
  connectionBytes: 10,
  subscriptionBytes: 1,
  network: 500,
};

Deno.test("a room has somebody in each process that chance leads to", () => {
  assertEquals([processesOf(5, 1), processesOf(0, 3)], [1, 0]);
  assertAlmost(processesOf(1, 7), 1);
  assertAlmost(processesOf(2, 2), 1.5);
  assertAlmost(processesOf(100_000, 10), 10);
});

Deno.test("one process: what its messages take is added up", () => {
  const load: Load = { connections: 100, rooms: [{ rooms: 10, members: 10, publishes: 1_000 }] };
  const { process, shard, memory, latency } = predict(load, { processes: 1, shards: 1 }, PLAIN);
  // A thousand times 100 to publish, 50 to receive and 10 for each of ten; and 100 for being there.
  assertAlmost(process, (1_000 * (100 + 50 + 10 * 10) + 100) / 1e6);
  assertAlmost(shard, 1_000 * (20 + 5) / 1e6);
  assertEquals(memory, 1_000 + 100 * 10 + 100);
  const waiting = 1_000 * 150 ** 2 / 1e6 / (2 * (1 - process));
  assertAlmost(latency, (500 + waiting + 150) / 1_000);
});

Deno.test("what is said to nobody is published all the same", () => {
  const load: Load = { connections: 0, rooms: [{ rooms: 5, members: 0, publishes: 1_000 }] };
  const { process, shard, latency } = predict(load, { processes: 2, shards: 1 }, PLAIN);
  assertAlmost(process, 1_000 / 2 * 100 / 1e6);
  assertAlmost(shard, 1_000 * 20 / 1e6);
  assertAlmost(latency, 0.55);
});

Deno.test("more processes share deliveries, but each message goes to all that have somebody", () => {
  const load: Load = { connections: 1e5, rooms: [{ rooms: 1, members: 100_000, publishes: 10 }] };
  const one = predict(load, { processes: 1, shards: 1 }, PLAIN);
  const ten = predict(load, { processes: 10, shards: 1 }, PLAIN);
  assertAlmost(ten.process, (10 * (50 + 10 * 1e4) + 10 * 100 / 10 + 1e4) / 1e6);
  assertAlmost(ten.shard / one.shard, (20 + 5 * 10) / (20 + 5));
  assert(one.latency === Infinity && ten.latency === Infinity, "10 a second are a second of work");
});

Deno.test("one room is at one shard, many spread", () => {
  const shard = (rooms: number, shards: number) =>
    predict(
      { connections: 0, rooms: [{ rooms, members: 1, publishes: 1_000 }] },
      { processes: 1, shards },
      PLAIN,
    ).shard;
  assertEquals([shard(1, 4), shard(2, 4), shard(100, 4)], [
    shard(1, 1),
    shard(1, 1) / 2,
    shard(1, 1) / 4,
  ]);
});

Deno.test("what breaks first is that of which most is used", () => {
  const bounds = { busy: 0.5, memory: 100, latency: 10 };
  const prediction = { process: 0.4, shard: 0.1, memory: 90, latency: 20 };
  assertEquals(strains(prediction, bounds), [
    ["latency of the largest room", 2],
    ["memory of a process", 0.9],
    ["processor of a process", 0.8],
    ["processor of a shard", 0.2],
  ]);
});

Deno.test("a plan has the fewest processes that do, or there is none", () => {
  const machines = plan(MILLION, BOUNDS, COSTS)!;
  const fits = (processes: number) =>
    strains(predict(MILLION, { ...machines, processes }, COSTS), BOUNDS)[0]![1] <= 1;
  assertEquals([fits(machines.processes), fits(machines.processes - 1)], [true, false]);
  // A shard cannot be shared by one room, however many there are.
  const loud: Load = { connections: 10, rooms: [{ rooms: 1, members: 1, publishes: 1e6 }] };
  assertEquals(
    plan(loud, { ...BOUNDS, latency: 1e9 }, { ...COSTS, publish: 0, receive: 0, delivery: 0 }),
    undefined,
  );
  assertEquals(plan(MILLION, { ...BOUNDS, latency: 0.1 }, COSTS, 50), undefined);
  assertEquals(
    plan({ connections: 0, rooms: [{ rooms: 0, members: 0, publishes: 0 }] }, BOUNDS, COSTS),
    {
      processes: 1,
      shards: 1,
    },
  );
});
