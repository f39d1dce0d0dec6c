import type { Measured } from "./costs.ts";
import type { ProcessRates, ShardRates } from "./rates.ts";
import { turnsOf, writesOf } from "./wakes.ts";

/**
 * Microseconds of a core that a process takes in a second.
 *
 * @param wakes How often it is woken, if it has no core to itself.
 */
export function processWork(rates: ProcessRates, costs: Measured, wakes?: number): number {
  const work = costs.base + rates.connections * costs.idle + rates.publishes * costs.publish +
    rates.beacons * costs.beacon + rates.received * costs.receive +
    rates.deliveries * costs.delivery;
  const workOf = (turns: number) => work + turns * costs.wake;
  return workOf(wakes ?? turnsOf(rates.arrivals, workOf));
}

/** The same of the engine, or of a shard of it. */
export function shardWork(rates: ShardRates, costs: Measured, wakes?: number): number {
  const work = costs.engineBase + rates.publishes * costs.enginePublish +
    rates.deliveries * costs.engineDelivery;
  const workOf = (turns: number) =>
    work + turns * costs.engineWake + writesAt(rates, turns) * costs.engineWrite;
  return workOf(wakes ?? turnsOf(rates.publishes, workOf));
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
