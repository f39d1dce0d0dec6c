import type { Costs } from "./costs.ts";
import type { Load } from "./load.ts";
import { type Machines, processRates, shardRates, spreadOf } from "./rates.ts";
import { processWork, shardWork } from "./work.ts";

/** Something that comes by chance, and that one core works on, one after the other. */
export interface Visit {
  /** A second. */
  readonly rate: number;
  /** Microseconds. */
  readonly work: number;
}

/** What a process works on, in all that is not for ever there: each with its share of the turns. */
export function processVisits(load: Load, processes: number, costs: Costs): Visit[] {
  const { publish, beacon, receive, delivery } = costs;
  const rates = processRates(load, processes);
  const turns = shareOfTurns(
    processWork(rates, costs) - processWork(rates, costs, 0),
    rates.arrivals,
  );
  return load.rooms.flatMap((each) => {
    const { reached, members, beacons } = spreadOf(each, processes);
    const here = each.publishes / processes;
    const others = Math.max(0, reached - 1);
    const own = Math.min(1, reached);
    const out = delivery * members;
    return [
      // Subscribers of the process that publishes do not wait for the engine.
      { rate: here, work: turns + publish + out * own },
      { rate: here * others, work: turns + receive + out },
      // The engine answers, and its own comes back, to be dropped.
      { rate: here * (1 + beacons), work: turns + receive * own },
      { rate: here * beacons, work: beacon },
      { rate: here * beacons * others, work: turns + receive },
    ];
  });
}

/** What the shard works on that has most to do. */
export function shardVisits(load: Load, machines: Machines, costs: Costs): Visit[] {
  const rates = shardRates(load, machines);
  // Turns and writes are shared by whatever comes together.
  const always = costs.engineBase + rates.publishes * costs.enginePublish +
    rates.deliveries * costs.engineDelivery;
  const shared = shareOfTurns(shardWork(rates, costs) - always, rates.publishes);
  return load.rooms.filter(({ rooms }) => rooms > 0).map((each) => {
    const { reached, beacons } = spreadOf(each, machines.processes);
    return {
      rate: each.publishes * (1 + beacons) / Math.min(each.rooms, machines.shards),
      work: shared + costs.enginePublish + costs.engineDelivery * reached,
    };
  });
}

/** What each of those that wake has of the turns. */
function shareOfTurns(work: number, arrivals: number): number {
  return arrivals === 0 ? 0 : work / arrivals;
}

/** The share of a core that visits take, where nothing else is. */
export function shareOf(visits: readonly Visit[]): number {
  return visits.reduce((sum, { rate, work }) => sum + rate * work, 0) / 1e6;
}

/**
 * How long a visit waits on average, in microseconds: Pollaczek and Khinchine for visits that come by
 * chance (Poisson) to one core, which takes them in turn; infinite if they are too many.
 *
 * @param busy The share of the core that is taken, with what is for ever there.
 */
export function meanWait(visits: readonly Visit[], busy: number): number {
  if (busy >= 1) return Infinity;
  const squares = visits.reduce((sum, { rate, work }) => sum + rate * work ** 2, 0);
  return squares / 1e6 / (2 * (1 - busy));
}
