import type { Load, Rooms } from "./load.ts";

/** What there is to serve a load. */
export interface Machines {
  readonly processes: number;
  /** Of the engine: 1 is one engine, and no cluster. */
  readonly shards: number;
}

/** What a process has, and what happens there in a second: an average of all of them. */
export interface ProcessRates {
  readonly connections: number;
  readonly subscriptions: number;
  /** That somebody here is subscribed to. */
  readonly topics: number;
  /** Messages of clients. */
  readonly publishes: number;
  /** Words on how far it is, in topics that have gone quiet. */
  readonly beacons: number;
  /** Messages and beacons from the engine, its own among them. */
  readonly received: number;
  /** Messages to connections. */
  readonly deliveries: number;
  /**
   * What wakes it, where it has nothing else to do: messages of clients and of other processes, and the
   * engine's answers. Its own messages come back with these.
   */
  readonly arrivals: number;
}

/** What happens in a second at the shard that has most to do. */
export interface ShardRates {
  /** Messages and beacons. */
  readonly publishes: number;
  /** The same, once for each process that they go to. */
  readonly deliveries: number;
  /** Processes that there are. */
  readonly processes: number;
}

/** Seconds without a word after which a topic counts as quiet: from the first to the second of them. */
const QUIET = [0.5, 1] as const;

/** How many processes have somebody in a room, where connections go to any of them by chance. */
export function processesOf(members: number, processes: number): number {
  return processes * (1 - (1 - 1 / processes) ** members);
}

/**
 * Beacons for each message, where a process says so many things a second in one topic, by chance: the
 * share of messages that none follows until the topic counts as quiet.
 */
export function beaconsPer(rate: number): number {
  const [from, to] = QUIET;
  const span = rate * (to - from);
  // Hardly a word: each has its beacon. The quotient would be nothing by nothing.
  if (span < 1e-6) return 1;
  return (Math.exp(-rate * from) - Math.exp(-rate * to)) / span;
}

/** What becomes of the messages of some rooms. */
export interface Spread {
  /** Processes that have somebody in such a room. */
  readonly reached: number;
  /** Members of a room in each of these. */
  readonly members: number;
  /** Beacons for each message. */
  readonly beacons: number;
}

/** How rooms spread over processes. */
export function spreadOf({ rooms, members, publishes }: Rooms, processes: number): Spread {
  const reached = processesOf(members, processes);
  // Where nobody is subscribed, any process may publish.
  const publishers = reached === 0 ? processes : reached;
  const beacons = rooms === 0 ? 0 : beaconsPer(publishes / rooms / publishers);
  return { reached, members: reached === 0 ? 0 : members / reached, beacons };
}

/** What happens at a process. */
export function processRates({ connections, rooms: all }: Load, processes: number): ProcessRates {
  const rates = {
    ...{ connections: connections / processes, subscriptions: 0, topics: 0 },
    ...{ publishes: 0, beacons: 0, received: 0, deliveries: 0, arrivals: 0 },
  };
  for (const each of all) {
    const { rooms, members, publishes } = each;
    const { reached, beacons } = spreadOf(each, processes);
    rates.subscriptions += rooms * members / processes;
    rates.topics += rooms * reached / processes;
    rates.publishes += publishes / processes;
    rates.beacons += publishes * beacons / processes;
    rates.received += publishes * (1 + beacons) * reached / processes;
    rates.deliveries += publishes * members / processes;
    const others = Math.max(0, reached - 1);
    rates.arrivals += publishes * (1 + (1 + beacons) * (1 + others)) / processes;
  }
  return rates;
}

/** What happens at a shard. A room is at one of them: few rooms do not spread over many shards. */
export function shardRates({ rooms: all }: Load, { processes, shards }: Machines): ShardRates {
  let [publishes, deliveries] = [0, 0];
  for (const each of all) {
    if (each.rooms === 0) continue;
    const { reached, beacons } = spreadOf(each, processes);
    const here = each.publishes * (1 + beacons) / Math.min(each.rooms, shards);
    publishes += here;
    deliveries += here * reached;
  }
  return { publishes, deliveries, processes };
}
