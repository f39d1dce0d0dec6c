import type { Measured } from "./costs.ts";
import { fit } from "./fit.ts";
import type { EngineSample } from "./flood.ts";
import { type Load, louder, publishesOf } from "./load.ts";
import { processRates, type ShardRates, shardRates } from "./rates.ts";
import type { Run } from "./runs.ts";
import { memoryOf, processTime, shardTime, writesAt } from "./work.ts";

/** What a run came to. */
export interface Sample {
  /** The run that it is of. */
  readonly id: string;
  /** Messages of clients a second, as they were. */
  readonly publishes: number;
  /** Of a core, by each process on average. */
  readonly process: number;
  /** For how much of the time each process could have run, and something else did. */
  readonly waited: number;
  /** How often each process was woken in a second, on average. */
  readonly wakes: number;
  /** Of a core, by the engine; and how often that was woken. */
  readonly engine: number;
  readonly engineWakes: number;
  /** Bytes of each process on average, once garbage is collected. */
  readonly memory: number;
  /** Messages and beacons a second at the engine; missing where it does not count them. */
  readonly messages?: number;
}

/** What is predicted of a run. */
export const FIGURES = ["process", "engine", "memory", "messages"] as const;

/** How far a prediction may be from what is measured, as a share of that. */
export const NEAR = 0.25;

/** Shares of a core below which a clock that ticks a hundred times a second says too little. */
export const LEAST = 0.01;

/** What has to be measured of each for a prediction to be judged: canaries are a fifth of a message a second. */
const LEAST_OF = { process: LEAST, engine: LEAST, memory: 0, messages: 10 } as const;

/** A prediction beside what was measured. */
export interface Agreement {
  readonly run: Run;
  readonly figure: typeof FIGURES[number];
  readonly measured: number;
  readonly predicted: number;
  /** `undefined` where what was measured is too little to say. */
  readonly near: boolean | undefined;
}

/** That of several samples of one run during which its processes had to wait least for a core. */
export function calmest(samples: readonly [Sample, ...Sample[]]): Sample {
  return samples.reduce((best, sample) => sample.waited < best.waited ? sample : best);
}

/** A run with as much said as there was. */
function loadOf({ load }: Run, { publishes }: Sample): Load {
  const planned = publishesOf(load);
  return planned === 0 ? load : louder(load, publishes / planned);
}

/**
 * Constants that come nearest to those samples whose runs are to be fitted on, and to those of the
 * engine alone.
 */
export function costsFrom(
  runs: readonly Run[],
  samples: readonly Sample[],
  floods: readonly EngineSample[] = [],
): Measured {
  const fitted = runs.filter((run) => run.fitted).flatMap((run) => {
    const sample = samples.find(({ id }) => id === run.id);
    if (sample === undefined) return [];
    const load = loadOf(run, sample);
    const machines = { processes: run.processes, shards: 1 };
    return [{ sample, at: processRates(load, run.processes), shard: shardRates(load, machines) }];
  });
  const of = (target: (sample: Sample) => number) => fitted.map(({ sample }) => target(sample));
  const [base, idle, wake, publish, beacon, receive, delivery] = fit(
    fitted.map(({ at, sample }) => [
      ...[1, at.connections, sample.wakes],
      ...[at.publishes, at.beacons, at.received, at.deliveries],
    ]),
    of(({ process }) => 1e6 * process),
    1e6 * LEAST,
  );
  const atEngine = [
    ...fitted.map(({ shard, sample }) => ({ ...sample, shard, isAlone: false })),
    ...floods.map((flood) => ({ ...flood, shard: floodRates(flood), isAlone: true })),
  ];
  const [engineBase, engineWake, enginePublish, engineDelivery, engineWrite] = fit(
    atEngine.map(({ shard, engineWakes, isAlone }) => {
      // To write to a process that waits is to wake it. Those of an engine alone are awake.
      const writes = isAlone ? 0 : writesAt(shard, engineWakes);
      return [1, engineWakes, shard.publishes, shard.deliveries, writes];
    }),
    atEngine.map(({ engine }) => 1e6 * engine),
    1e6 * LEAST,
  );
  const [processBytes, connectionBytes, subscriptionBytes, topicBytes] = fit(
    fitted.map(({ at }) => [1, at.connections, at.subscriptions, at.topics]),
    of(({ memory }) => memory),
    1,
  );
  const found = {
    ...{ base, idle, wake, publish, beacon, receive, delivery },
    ...{ engineBase, engineWake, enginePublish, engineDelivery, engineWrite },
    ...{ processBytes, connectionBytes, subscriptionBytes, topicBytes },
  };
  const rounded = Object.entries(found).map(([name, cost = 0]) =>
    [name, Number(cost.toPrecision(4))] as const
  );
  return Object.fromEntries(rounded) as Record<keyof Measured, number>;
}

/** What an engine does that is alone with its subscribers. */
function floodRates({ subscribers, publishes }: EngineSample): ShardRates {
  return { publishes, deliveries: publishes * subscribers, processes: subscribers };
}

/** Each sample beside what the constants predict. */
export function agreements(
  runs: readonly Run[],
  samples: readonly Sample[],
  costs: Measured,
): Agreement[] {
  return runs.flatMap((run) => {
    const sample = samples.find(({ id }) => id === run.id);
    if (sample === undefined) return [];
    const load = loadOf(run, sample);
    const rates = processRates(load, run.processes);
    const machines = { processes: run.processes, shards: 1 };
    const atShard = shardRates(load, machines);
    const predicted = {
      // Processes that have to wait for a core find more to do when they have it.
      process: processTime(rates, costs, sample.wakes) / 1e6,
      engine: shardTime(atShard, costs, sample.engineWakes) / 1e6,
      memory: memoryOf(rates, costs),
      messages: atShard.publishes,
    };
    return FIGURES.flatMap((figure) => {
      const measured = sample[figure];
      if (measured === undefined) return [];
      const off = Math.abs(predicted[figure] - measured);
      const near = measured < LEAST_OF[figure] ? undefined : off <= NEAR * measured;
      return [{ run, figure, measured, predicted: predicted[figure], near }];
    });
  });
}
