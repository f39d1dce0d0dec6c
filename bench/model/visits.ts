import type { Costs } from "./costs.ts";
import type { Load } from "./load.ts";
import { type Machines, spreadOf } from "./rates.ts";

/** Something that comes by chance, and that one core works on, one after the other. */
export interface Visit {
  /** A second. */
  readonly rate: number;
  /** Microseconds. */
  readonly work: number;
}

/** What a process works on, in all that is not for ever there, turns aside. */
export function processVisits({ rooms: all }: Load, processes: number, costs: Costs): Visit[] {
  const { publish, beacon, receive, delivery } = costs;
  return all.flatMap((each) => {
    const { reached, members, beacons } = spreadOf(each, processes);
    const here = each.publishes / processes;
    const others = Math.max(0, reached - 1);
    const own = Math.min(1, reached);
    const out = delivery * members;
    return [
      // Subscribers of the process that publishes do not wait for the engine.
      { rate: here, work: publish + out * own },
      { rate: here * others, work: receive + out },
      // Its own comes back, and is dropped.
      { rate: here * own, work: receive },
      { rate: here * beacons, work: beacon },
      { rate: here * beacons * reached, work: receive },
    ];
  });
}

/** What the shard works on that has most to do, turns aside. */
export function shardVisits({ rooms: all }: Load, machines: Machines, costs: Costs): Visit[] {
  return all.filter(({ rooms }) => rooms > 0).map((each) => {
    const { reached, beacons } = spreadOf(each, machines.processes);
    return {
      rate: each.publishes * (1 + beacons) / Math.min(each.rooms, machines.shards),
      work: costs.enginePublish + costs.engineDelivery * reached,
    };
  });
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
 * @param turn Microseconds of a turn beside its visits: the busier, the more of them a visit waits for.
 */
export function meanWait(visits: readonly Visit[], busy: number, turn = 0): number {
  if (busy >= 1) return Infinity;
  const squares = visits.reduce((sum, { rate, work }) => sum + rate * work ** 2, 0);
  return squares / 1e6 / (2 * (1 - busy)) + turnsWait(busy, turn);
}

/**
 * How long a visit waits for turns, where those that came in one are taken in the next: on average for
 * half of the turn that it came in, for what begins the next one, and for half of those before it. It
 * is less for whoever has little to do, and waits for nothing but to be woken.
 */
export function turnsWait(busy: number, turn: number): number {
  return turn * (3 - busy) / (2 * (1 - busy));
}
