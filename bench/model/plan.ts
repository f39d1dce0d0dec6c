import type { Costs } from "./costs.ts";
import { larger, type Load, louder, more } from "./load.ts";
import { predict, type Prediction } from "./predict.ts";
import type { Machines } from "./rates.ts";

/** What a process, and a shard of the engine, may be used. */
export interface Bounds {
  /** Of a core, from 0 to 1, for work: turns aside. */
  readonly busy: number;
  /** Bytes of memory of one process. */
  readonly memory: number;
  /** Connections of one process: all of them come to the others when it ends. */
  readonly connections: number;
  /** Bytes a second that a shard sends. */
  readonly traffic: number;
  /** Milliseconds after which the last member of the largest room has a message, on average. */
  readonly latency: number;
}

/** Bounds that leave room for what nobody has thought of. Half of what a network of 10 Gbit/s takes. */
export const BOUNDS: Bounds = {
  busy: 0.5,
  memory: 1e9,
  connections: 20_000,
  traffic: 625e6,
  latency: 200,
};

/** How much of each bound is used, the most first. */
export function strains(
  prediction: Prediction,
  bounds: Bounds,
): (readonly [name: string, used: number])[] {
  const used = [
    ["processor of a process", prediction.process / bounds.busy],
    ["memory of a process", prediction.memory / bounds.memory],
    ["connections of a process", prediction.connections / bounds.connections],
    ["processor of a shard", prediction.shard / bounds.busy],
    ["network of a shard", prediction.traffic / bounds.traffic],
    ["latency of the largest room", prediction.latency / bounds.latency],
  ] as const;
  return used.toSorted(([, one], [, other]) => other - one);
}

/** Whether nothing is used beyond its bound. */
function fits(load: Load, machines: Machines, costs: Costs, bounds: Bounds): boolean {
  return strains(predict(load, machines, costs), bounds)[0]![1] <= 1;
}

/** The fewest processes with which it fits, and a power of two of shards; `undefined` if nothing does. */
export function plan(
  load: Load,
  bounds: Bounds,
  costs: Costs,
  most = 10_000,
): Machines | undefined {
  for (let processes = 1; processes <= most; processes++) {
    // Shards without end: what does not fit then is for more processes to solve.
    if (!fits(load, { processes, shards: Infinity }, costs, bounds)) continue;
    for (let shards = 1; shards <= most; shards *= 2) {
      if (fits(load, { processes, shards }, costs, bounds)) return { processes, shards };
    }
  }
}

/** What breaks first as a load grows in one way. */
export interface Break {
  /** What grows. */
  readonly grows: string;
  /** By how much it can grow. */
  readonly factor: number;
  /** The bound that is met then. */
  readonly breaks: string;
}

/** Ways in which a load may grow. */
const WAYS: readonly (readonly [string, (load: Load, factor: number) => Load])[] = [
  ["publishes", louder],
  ["connections and rooms", more],
  ["the largest room", larger],
];

/** By how much a load is let grow, at the most. */
const MOST = 1e6;

/** How often what is left to search is halved, by its logarithm. */
const HALVES = 50;

/** How far a load can grow before something breaks, and what: the nearest first. */
export function breaks(load: Load, machines: Machines, costs: Costs, bounds: Bounds): Break[] {
  return WAYS.flatMap(([grows, grow]) => {
    const holds = (factor: number) => fits(grow(load, factor), machines, costs, bounds);
    if (holds(MOST)) return [];
    let [low, high] = [1 / MOST, MOST];
    for (let step = 0; step < HALVES; step++) {
      const middle = Math.sqrt(low * high);
      if (holds(middle)) low = middle;
      else high = middle;
    }
    const [first] = strains(predict(grow(load, high), machines, costs), bounds);
    return [{ grows, factor: low, breaks: first![0] }];
  }).toSorted((one, other) => one.factor - other.factor);
}
