import { generator, quantile } from "../statistics.ts";
import type { Costs } from "./costs.ts";
import type { Load, Rooms } from "./load.ts";
import { predict, turnsAt, way } from "./predict.ts";
import { type Machines, spreadOf } from "./rates.ts";
import { processVisits, shardVisits, turnsWait, type Visit } from "./visits.ts";

/** Visits that are let come, one after the other. */
const VISITS = 200_000;

/** Messages to each kind of room that are followed to their last member. */
const MESSAGES = 4_000;

const SEED = 20_261_122;

/** When the last member of a room has a message, from the client that says it. Milliseconds. */
export interface Latency {
  readonly rooms: Rooms;
  readonly median: number;
  /** What one message in a hundred takes longer than. */
  readonly p99: number;
}

/** How long visits wait for a core that takes them in turn: Lindley's recursion. Microseconds. */
export function waits(
  visits: readonly Visit[],
  random: () => number,
  count: number = VISITS,
): Float64Array {
  const all = visits.filter(({ rate }) => rate > 0);
  const rate = all.reduce((sum, each) => sum + each.rate, 0) / 1e6;
  const waited = new Float64Array(count);
  if (rate === 0) return waited;
  for (let visit = 1, wait = 0; visit < count; visit++) {
    let choice = random() * rate * 1e6;
    let work = 0;
    for (const each of all) {
      work = each.work;
      choice -= each.rate;
      if (choice < 0) break;
    }
    const pause = -Math.log(1 - random()) / rate;
    wait = Math.max(0, wait + work - pause);
    waited[visit] = wait;
  }
  return waited;
}

/**
 * Lets messages come by chance (Poisson) to one process and one shard, and follows some to each kind
 * of room: they wait where they are published, at the shard, and at each process that has members,
 * the slowest of which counts. Assumes that each process and each shard has a core to itself, that
 * what they do does not depend on each other, and that the network takes one time.
 *
 * @returns `undefined` where a process or a shard cannot keep up.
 */
export function simulate(load: Load, machines: Machines, costs: Costs): Latency[] | undefined {
  const { process, shard } = predict(load, machines, costs);
  if (process >= 1 || shard >= 1) return undefined;
  const random = generator(SEED);
  const atProcess = waits(processVisits(load, machines.processes, costs), random);
  const atShard = waits(shardVisits(load, machines, costs), random);
  const turns = turnsAt(machines, costs);
  const [processTurns, shardTurns] = [
    turnsWait(process, turns.process),
    turnsWait(shard, turns.shard),
  ];
  const draw = (from: Float64Array) => from[Math.floor(random() * from.length)]!;
  return load.rooms.map((rooms) => {
    const others = Math.round(spreadOf(rooms, machines.processes).reached) - 1;
    const unhindered = way(rooms, machines, costs);
    const times = new Float64Array(MESSAGES).map(() => {
      let waited = draw(atProcess) + processTurns;
      if (others > 0) {
        let slowest = 0;
        for (let each = 0; each < others; each++) slowest = Math.max(slowest, draw(atProcess));
        waited += draw(atShard) + shardTurns + slowest + processTurns;
      }
      return (unhindered + waited) / 1e3;
    }).sort();
    return { rooms, median: quantile(times, 0.5), p99: quantile(times, 0.99) };
  });
}
