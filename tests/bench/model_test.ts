/** The arithmetic of the model. Whether it is true of processes is for the bench to say. */
import { assert, assertEquals } from "@std/assert";
import type { Costs } from "../../bench/model/costs.ts";
import { larger, type Load, louder, MILLION, more, zipf } from "../../bench/model/load.ts";
import { BOUNDS, breaks, plan, strains } from "../../bench/model/plan.ts";
import { predict } from "../../bench/model/predict.ts";
import { beaconsPer, processesOf, processRates, shardRates } from "../../bench/model/rates.ts";
import { simulate, waits } from "../../bench/model/simulate.ts";
import { meanWait, processVisits, shardVisits, shareOf } from "../../bench/model/visits.ts";
import { turnsOf, writesOf } from "../../bench/model/wakes.ts";
import { memoryOf, processTime, processWork, shardTime } from "../../bench/model/work.ts";
import { generator } from "../../bench/statistics.ts";

/** Whether a number is another one, but for what is lost in rounding. */
function assertAlmost(actual: number, expected: number, share = 1e-9): void {
  assert(Math.abs(actual - expected) <= share * Math.abs(expected), `${actual} is not ${expected}`);
}

/** Costs that can be added up by hand. */
const PLAIN: Costs = {
  ...{ base: 1_000, idle: 1, wake: 0, publish: 100, beacon: 30, receive: 50, delivery: 10 },
  ...{ engineBase: 500, engineWake: 0, enginePublish: 20, engineDelivery: 5, engineWrite: 0 },
  ...{ processBytes: 1_000, connectionBytes: 10, subscriptionBytes: 1, topicBytes: 7 },
  network: 250,
};

/** The same where turns cost something. */
const TURNS: Costs = { ...PLAIN, wake: 40, engineWake: 10, engineWrite: 3 };

/** Rooms in which so much is said that no topic goes quiet. */
const LOUD: Load = { connections: 100, rooms: [{ rooms: 1, members: 100, publishes: 10_000 }] };

Deno.test("a room has somebody in each process that chance leads to", () => {
  assertEquals([processesOf(5, 1), processesOf(0, 3)], [1, 0]);
  assertAlmost(processesOf(1, 7), 1);
  assertAlmost(processesOf(2, 2), 1.5);
  assertAlmost(processesOf(100_000, 10), 10);
});

Deno.test("that share is what chance brings", () => {
  const random = generator(1);
  let reached = 0;
  for (let room = 0; room < 20_000; room++) {
    reached += new Set(Array.from({ length: 12 }, () => Math.floor(8 * random()))).size;
  }
  assertAlmost(reached / 20_000, processesOf(12, 8), 0.01);
});

Deno.test("a topic that goes quiet has a beacon for each message, a busy one has none", () => {
  assertEquals(beaconsPer(0), 1);
  assertAlmost(beaconsPer(1e-5), 1, 1e-5);
  assert(beaconsPer(50) < 1e-9);
  // What chance brings: the share of pauses that are longer than half a second to a second.
  const random = generator(2);
  let quiet = 0;
  for (let message = 0; message < 100_000; message++) {
    if (-Math.log(1 - random()) / 1.5 > 0.5 + random() / 2) quiet++;
  }
  assertAlmost(quiet / 100_000, beaconsPer(1.5), 0.02);
});

Deno.test("one process: what its messages take is added up", () => {
  const load: Load = { connections: 100, rooms: [{ rooms: 10, members: 10, publishes: 1_000 }] };
  const beacons = 1_000 * beaconsPer(100);
  const { process, shard, memory } = predict(load, { processes: 1, shards: 1 }, PLAIN);
  const work = 1_000 * (100 + 50 + 10 * 10) + beacons * (30 + 50) + 100 + 1_000;
  assertAlmost(process, work / 1e6);
  assertAlmost(shard, (500 + (1_000 + beacons) * (20 + 5)) / 1e6);
  assertEquals(memory, 1_000 + 100 * 10 + 100 + 10 * 7);
});

Deno.test("what is said to nobody is published all the same", () => {
  const load: Load = { connections: 0, rooms: [{ rooms: 5, members: 0, publishes: 1_000 }] };
  const { publishes, received, deliveries, topics } = processRates(load, 2);
  assertEquals([publishes, received, deliveries, topics], [500, 0, 0, 0]);
  assertEquals(shardRates(load, { processes: 2, shards: 1 }).deliveries, 0);
  assertEquals(predict(load, { processes: 2, shards: 1 }, PLAIN).memory, 1_000);
});

Deno.test("more processes share deliveries, but each message goes to all that have somebody", () => {
  const [one, ten] = [1, 10].map((processes) => processRates(LOUD, processes));
  assertAlmost(ten!.deliveries, one!.deliveries / 10);
  assertAlmost(ten!.received / one!.received, processesOf(100, 10) / 10, 1e-6);
  const shard = (processes: number) => shardRates(LOUD, { processes, shards: 1 });
  assertAlmost(shard(10).deliveries / shard(10).publishes, processesOf(100, 10));
  assertAlmost(shard(10).publishes, shard(1).publishes, 1e-6);
});

Deno.test("what is worked on, one after the other, is what is added up", () => {
  const loads = [MILLION, LOUD, {
    connections: 7,
    rooms: [{ rooms: 3, members: 1, publishes: 2 }],
  }];
  for (const load of loads) {
    for (const processes of [1, 3, 50]) {
      for (const costs of [PLAIN, TURNS]) {
        const machines = { processes, shards: 2 };
        const { process, shard } = predict(load, machines, costs);
        const always = (1_000 + load.connections / processes) / 1e6;
        assertAlmost(shareOf(processVisits(load, processes, costs)) + always, process, 1e-6);
        assertAlmost(shareOf(shardVisits(load, machines, costs)) + 500 / 1e6, shard, 1e-6);
      }
    }
  }
});

/** One who takes all that is there in each turn, and what comes by chance: turns a second, and waits. */
function inTurns(rate: number, each: number, wake: number) {
  const random = generator(5);
  const pause = () => -Math.log(1 - random()) / rate * 1e6;
  let [now, next, turns, waited, count] = [0, pause(), 0, 0, 0];
  while (turns < 100_000) {
    now = Math.max(now, next);
    const begun = now;
    let taken = 0;
    for (; next <= begun; next += pause()) {
      waited += begun + wake + taken * each - next;
      taken++;
    }
    now += wake + taken * each;
    count += taken;
    turns++;
  }
  return { turns: turns / now * 1e6, wait: waited / count };
}

Deno.test("the more there is to do, the more of it shares a turn", () => {
  assertEquals([turnsOf(0, () => 500), turnsOf(10, () => 1e6) < 1], [0, true]);
  assertAlmost(turnsOf(10, (turns) => 100 + 40 * turns), 10, 0.01);
  for (const [rate, each, wake] of [[1_000, 30, 100], [8_000, 20, 60], [20_000, 30, 40]] as const) {
    const turns = turnsOf(rate, (turns) => rate * each + turns * wake);
    const simulated = inTurns(rate, each, wake);
    assertAlmost(turns, simulated.turns, 0.05);
    // The formula is that of whoever is never idle: the others wait a little less.
    const formula = meanWait([{ rate, work: each }], rate * each / 1e6, wake);
    assert(simulated.wait <= 1.05 * formula && simulated.wait >= 0.6 * formula, `${formula}`);
    assert(turns < rate && rate * each + turns * wake < 1e6, `${turns}`);
  }
});

Deno.test("in a turn, whoever has something there is written to once", () => {
  assertEquals([writesOf(0, 3, 8, 5), writesOf(10, 3, 8, 0)], [0, 0]);
  // A message in each turn; all of eight reached by many; and two messages to half of them.
  assertEquals([writesOf(10, 3, 8, 10), writesOf(100, 8, 8, 10)], [30, 80]);
  assertEquals([writesOf(20, 4, 8, 10), writesOf(5, 3, 8, 10)], [60, 15]);
});

Deno.test("turns slow down what is busy, and can be said where there is no core for each", () => {
  const rates = processRates(louder(LOUD, 0.02), 2);
  const time = (turns?: number) => processTime(rates, TURNS, turns);
  assertEquals(time(0), processWork(rates, TURNS));
  assertAlmost(time(10) - time(0), 400);
  assert(time() > time(0) && time() <= time(rates.arrivals));
  const atShard = shardRates(louder(LOUD, 0.02), { processes: 2, shards: 1 });
  const [idle, one] = [0, 1].map((turns) => shardTime(atShard, TURNS, turns));
  // It writes to both of them.
  assertAlmost(one! - idle!, 10 + 2 * 3, 1e-6);
  // A message of a client, the engine's answer, and what the others have said.
  const { arrivals, publishes, received } = rates;
  assertAlmost(arrivals, publishes + received, 1e-6);
});

Deno.test("one room is at one shard, many spread; rooms that are none are nowhere", () => {
  const at = (rooms: number, shards: number) => {
    const load = { connections: 0, rooms: [{ rooms, members: 1, publishes: 1e6 * rooms }] };
    return shardRates(load, { processes: 1, shards }).publishes / 1e6;
  };
  assertEquals([at(1, 4), at(2, 4), at(100, 4), at(0, 4)], [1, 1, 25, 0]);
});

Deno.test("skewed rooms have as many subscriptions and messages as rooms that are alike", () => {
  for (const exponent of [0, 0.8, 1, 1.5]) {
    const rooms = zipf({ rooms: 5_000, subscriptions: 40_000, publishes: 300, exponent });
    const sum = (of: (each: typeof rooms[number]) => number) =>
      rooms.reduce((sum, each) => sum + of(each), 0);
    assertEquals(sum(({ rooms }) => rooms), 5_000);
    assertAlmost(sum(({ rooms, members }) => rooms * members), 40_000);
    assertAlmost(sum(({ publishes }) => publishes), 300);
    assert(rooms.length < 80);
    const [first, , , , , , , , , tenth] = rooms;
    assertAlmost(first!.members / tenth!.members, 10 ** exponent);
    assertAlmost(first!.publishes / tenth!.publishes, 10 ** exponent);
  }
});

Deno.test("with a skew, a message has more to hear it, and small rooms reach fewer processes", () => {
  const [alike, skewed] = [0, 1].map((exponent) => {
    const rooms = zipf({ rooms: 1_000, subscriptions: 10_000, publishes: 1_000, exponent });
    return processRates({ connections: 10_000, rooms }, 8);
  });
  assert(skewed!.deliveries > 10 * alike!.deliveries);
  assert(skewed!.topics < alike!.topics);
  assertAlmost(skewed!.subscriptions, alike!.subscriptions);
});

Deno.test("whoever waits in turn waits as Pollaczek and Khinchine say", () => {
  const visits = [{ rate: 5_000, work: 60 }, { rate: 20, work: 10_000 }, { rate: 0, work: 1e9 }];
  const busy = shareOf(visits);
  assertEquals(busy, 0.5);
  const expected = meanWait(visits, busy);
  assertAlmost(expected, (5_000 * 60 ** 2 + 20 * 10_000 ** 2) / 1e6 / 2 / 0.5);
  const waited = waits(visits, generator(3));
  assertAlmost(waited.reduce((sum, each) => sum + each, 0) / waited.length, expected, 0.15);
  assertEquals([meanWait(visits, 1), meanWait([], 0), waits([], generator(3))[9]], [
    Infinity,
    0,
    0,
  ]);
});

Deno.test("a message is four times on the network, and twice where there is one process", () => {
  const load: Load = { connections: 10, rooms: [{ rooms: 1, members: 10, publishes: 1e-9 }] };
  const latency = (processes: number) =>
    predict(load, { processes, shards: 1 }, PLAIN).latency * 1_000;
  assertAlmost(latency(1), 2 * 250 + 100 + 10 * 10, 1e-6);
  const reached = processesOf(10, 5);
  const engine = 20 + 5 * reached;
  assertAlmost(latency(5), 4 * 250 + 100 + engine + 50 + 10 * 10 / reached, 1e-6);
  assertEquals(
    predict({ connections: 1, rooms: [] }, { processes: 1, shards: 1 }, PLAIN).latency,
    0,
  );
});

Deno.test("what cannot keep up takes for ever, and is not simulated", () => {
  const machines = { processes: 1, shards: 1 };
  for (const [factor, keepsUp] of [[0.01, true], [10, false]] as const) {
    const load = louder(LOUD, factor);
    assertEquals(Number.isFinite(predict(load, machines, PLAIN).latency), keepsUp);
    assertEquals(simulate(load, machines, PLAIN) !== undefined, keepsUp);
  }
});

Deno.test("a simulation of one process agrees with the formula, and its tail is longer", () => {
  const load: Load = { connections: 2e3, rooms: [{ rooms: 20, members: 100, publishes: 400 }] };
  const machines = { processes: 1, shards: 1 };
  const { latency } = predict(load, machines, PLAIN);
  const [found] = simulate(load, machines, PLAIN)!;
  assert(found!.median <= latency * 1.1 && found!.p99 > latency, `${latency}`);
  // With many processes, the slowest of them counts: later than the formula's average one.
  const many = { processes: 8, shards: 1 };
  const [slowest] = simulate(louder(load, 2), many, PLAIN)!;
  assert(slowest!.median > predict(louder(load, 2), many, PLAIN).latency * 0.9);
  assertEquals(simulate(load, machines, PLAIN), simulate(load, machines, PLAIN));
});

Deno.test("what breaks first is that of which most is used", () => {
  const bounds = { busy: 0.5, memory: 100, connections: 10, traffic: 1_000, latency: 10 };
  const prediction = {
    ...{ process: 0.4, processBusy: 1, shard: 0.1, shardBusy: 1 },
    ...{ memory: 90, connections: 1, traffic: 100, latency: 20 },
  };
  assertEquals(strains(prediction, bounds), [
    ["latency of the largest room", 2],
    ["memory of a process", 0.9],
    ["processor of a process", 0.8],
    ["processor of a shard", 0.2],
    ["connections of a process", 0.1],
    ["network of a shard", 0.1],
  ]);
});

Deno.test("a plan has the fewest processes and shards that do, or there is none", () => {
  const costs = { ...PLAIN, publish: 20, receive: 5, delivery: 5, engineDelivery: 1 };
  const machines = plan(MILLION, BOUNDS, costs)!;
  const fits = (changed: Partial<typeof machines>) =>
    strains(predict(MILLION, { ...machines, ...changed }, costs), BOUNDS)[0]![1] <= 1;
  const { processes, shards } = machines;
  assertEquals([fits({}), fits({ processes: processes - 1 })], [true, false]);
  assert(shards > 1 && !fits({ shards: shards / 2 }));
  // A shard cannot be shared by one room, however many there are.
  const loud: Load = { connections: 10, rooms: [{ rooms: 1, members: 1, publishes: 1e6 }] };
  const free = { ...costs, publish: 0, beacon: 0, receive: 0, delivery: 0 };
  assertEquals(plan(loud, { ...BOUNDS, latency: 1e9 }, free, 100), undefined);
  assertEquals(plan(MILLION, { ...BOUNDS, latency: 0.1 }, costs, 50), undefined);
  assertEquals(plan({ connections: 0, rooms: [] }, BOUNDS, costs), { processes: 1, shards: 1 });
});

Deno.test("a load grows in three ways, each until something breaks", () => {
  assertEquals(louder(LOUD, 2).rooms[0], { rooms: 1, members: 100, publishes: 20_000 });
  assertEquals(more(LOUD, 2).rooms[0], { rooms: 2, members: 100, publishes: 20_000 });
  assertEquals([more(LOUD, 2).connections, louder(LOUD, 2).connections], [200, 100]);
  const [small, large] = larger(MILLION, 2).rooms;
  assertEquals([small!.members, large!.members], [100, 200_000]);

  const costs = { ...PLAIN, publish: 20, receive: 5, delivery: 5, engineDelivery: 1 };
  const machines = plan(MILLION, BOUNDS, costs)!;
  const found = breaks(MILLION, machines, costs, BOUNDS);
  assertEquals(found.map(({ grows }) => grows).sort(), [
    ...["connections and rooms", "publishes", "the largest room"],
  ]);
  const grow = { publishes: louder, "connections and rooms": more, "the largest room": larger };
  for (const { grows, factor, breaks: first } of found) {
    assert(factor >= 1);
    const after = grow[grows as keyof typeof grow](MILLION, factor * 1.001);
    const [name, used] = strains(predict(after, machines, costs), BOUNDS)[0]!;
    assertEquals([name, used > 1], [first, true]);
  }
  // Where nobody says anything, saying more of it breaks nothing.
  const silent = breaks({ connections: 10, rooms: [] }, machines, costs, BOUNDS);
  assertEquals(silent.map(({ grows }) => grows), ["connections and rooms"]);
});

Deno.test("memory is a process, its connections, their subscriptions and their topics", () => {
  const load: Load = { connections: 20, rooms: [{ rooms: 5, members: 8, publishes: 0 }] };
  const rates = processRates(load, 2);
  assertAlmost(memoryOf(rates, PLAIN), 1_000 + 10 * 10 + 20 + 7 * 5 * processesOf(8, 2) / 2);
});
