import type { Costs } from "./costs.ts";
import type { Load, Rooms } from "./load.ts";
import { type Machines, processRates, shardRates, spreadOf } from "./rates.ts";
import { meanWait, processVisits, shardVisits } from "./visits.ts";
import { memoryOf, processTime, processWork, shardTime, shardWork } from "./work.ts";

/** Bytes around a message on its way from the engine to a process, about. */
const AROUND = 120;

/** Bytes of a message where a load does not say. */
const BYTES = 64;

/** What it is like with so many processes and shards. */
export interface Prediction {
  /**
   * The share of a core that the work of each process takes, from 0 to 1 and beyond: turns aside, of
   * which there are the fewer for each message the more there is to do.
   */
  readonly process: number;
  /** The same with turns, as the system shows it: at most 1. */
  readonly processBusy: number;
  /** The same of the shard that takes most. */
  readonly shard: number;
  readonly shardBusy: number;
  /** Bytes of one process. */
  readonly memory: number;
  /** Connections of one process. */
  readonly connections: number;
  /** Bytes a second that the shard sends to processes. */
  readonly traffic: number;
  /**
   * Milliseconds until the last member of the largest room has a message, on average, from the client
   * that says it; infinite where a process or a shard cannot keep up.
   */
  readonly latency: number;
}

/** What it is like. */
export function predict(load: Load, machines: Machines, costs: Costs): Prediction {
  const rates = processRates(load, machines.processes);
  const atShard = shardRates(load, machines);
  const process = processWork(rates, costs) / 1e6;
  const shard = shardWork(atShard, costs) / 1e6;
  return {
    process,
    processBusy: Math.min(1, processTime(rates, costs) / 1e6),
    shard,
    shardBusy: Math.min(1, shardTime(atShard, costs) / 1e6),
    memory: memoryOf(rates, costs),
    connections: rates.connections,
    traffic: atShard.deliveries * ((load.bytes ?? BYTES) + AROUND),
    latency: latencyOf(load, machines, costs, { process, shard }),
  };
}

/** Microseconds of a turn of a process, and of a shard, which may have something for each process. */
export function turnsAt({ processes }: Machines, costs: Costs): { process: number; shard: number } {
  return { process: costs.wake, shard: costs.engineWake + processes * costs.engineWrite };
}

/**
 * Microseconds of a message on its way to the last member of such a room, where it waits for nobody:
 * four times on the network, at the process that publishes it, at its shard, and at a process of
 * members, which sends to one after the other.
 */
export function way(rooms: Rooms, { processes }: Machines, costs: Costs): number {
  const { reached, members } = spreadOf(rooms, processes);
  const ends = 2 * costs.network + costs.publish + costs.delivery * members;
  if (processes === 1) return ends;
  return ends + 2 * costs.network + costs.enginePublish + costs.engineDelivery * reached +
    costs.receive;
}

function latencyOf(
  load: Load,
  machines: Machines,
  costs: Costs,
  { process, shard }: Pick<Prediction, "process" | "shard">,
): number {
  const [largest] = load.rooms.toSorted((one, other) => other.members - one.members);
  const turns = turnsAt(machines, costs);
  const visits = processVisits(load, machines.processes, costs);
  const atProcess = meanWait(visits, process, turns.process);
  const atShard = meanWait(shardVisits(load, machines, costs), shard, turns.shard);
  const waiting = machines.processes === 1 ? atProcess : 2 * atProcess + atShard;
  return (waiting + (largest === undefined ? 0 : way(largest, machines, costs))) / 1e3;
}
