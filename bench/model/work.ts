import type { Measured } from "./costs.ts";
import type { ProcessRates, ShardRates } from "./rates.ts";
import { turnsOf, writesOf } from "./wakes.ts";

/** Microseconds of a core that a process takes in a second, turns aside. */
export function processWork(rates: ProcessRates, costs: Measured): number {
  return costs.base + rates.connections * costs.idle + rates.publishes * costs.publish +
    rates.beacons * costs.beacon + rates.received * costs.receive +
    rates.deliveries * costs.delivery;
}

/**
 * The same with turns.
 *
 * @param turns How many, if it has no core to itself.
 */
export function processTime(rates: ProcessRates, costs: Measured, turns?: number): number {
  const work = processWork(rates, costs);
  const timeOf = (turns: number) => work + turns * costs.wake;
  return timeOf(turns ?? turnsOf(rates.arrivals, timeOf));
}

/** Microseconds of a core that the engine takes in a second, or a shard of it, turns aside. */
export function shardWork(rates: ShardRates, costs: Measured): number {
  return costs.engineBase + rates.publishes * costs.enginePublish +
    rates.deliveries * costs.engineDelivery;
}

/** The same with turns, and with what is written in them. */
export function shardTime(rates: ShardRates, costs: Measured, turns?: number): number {
  const work = shardWork(rates, costs);
  const timeOf = (turns: number) =>
    work + turns * costs.engineWake + writesAt(rates, turns) * costs.engineWrite;
  return timeOf(turns ?? turnsOf(rates.publishes, timeOf));
}

/** How often a shard writes to a process, with so many turns a second. */
export function writesAt({ publishes, deliveries, processes }: ShardRates, turns: number): number {
  const reached = publishes === 0 ? 0 : deliveries / publishes;
  return writesOf(publishes, reached, processes, turns);
}

/** Bytes of a process. */
export function memoryOf(rates: ProcessRates, costs: Measured): number {
  return costs.processBytes + rates.connections * costs.connectionBytes +
    rates.subscriptions * costs.subscriptionBytes + rates.topics * costs.topicBytes;
}
