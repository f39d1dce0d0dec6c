/**
 * What topics over an engine take: the formula, and how many processes and shards a load needs by it.
 * `deno run bench/model.ts` answers for a million connections. Its constants are those that
 * docs/scale-out.md tells of, and guesses where it tells of none: nothing of it was held against
 * measurements of several processes yet.
 */

/** Rooms that are alike. */
export interface Rooms {
  /** How many of them. */
  readonly rooms: number;
  /** Connections in each. */
  readonly members: number;
  /** Messages a second, to all of these rooms together. */
  readonly publishes: number;
}

/** What is asked of the whole. */
export interface Load {
  readonly connections: number;
  readonly rooms: readonly Rooms[];
}

/** Microseconds of a core, and bytes. */
export interface Costs {
  /** A message to one connection. */
  readonly delivery: number;
  /** A message from the process that publishes it to the engine. */
  readonly publish: number;
  /** A message from the engine to a process, before it is delivered. */
  readonly receive: number;
  /** A connection, for a second in which nothing is said. */
  readonly idle: number;
  /** A message at the engine, and for each process that it goes to. */
  readonly enginePublish: number;
  readonly engineDelivery: number;
  /** Memory of a process, of a connection, and of a subscription. */
  readonly processBytes: number;
  readonly connectionBytes: number;
  readonly subscriptionBytes: number;
  /** Microseconds there and back on the network. */
  readonly network: number;
}

/** What a process, and a shard of the engine, may be used. */
export interface Bounds {
  /** Of a core, from 0 to 1. */
  readonly busy: number;
  /** Bytes of memory of one process. */
  readonly memory: number;
  /** Milliseconds after which the last member of the largest room has a message, on average. */
  readonly latency: number;
}

/** What is there. */
export interface Machines {
  readonly processes: number;
  readonly shards: number;
}

/** What it is like with so many processes and shards. */
export interface Prediction {
  /** How much of a core each process takes, from 0 to 1 and beyond. */
  readonly process: number;
  /** How much of a core the shard takes that takes most. */
  readonly shard: number;
  /** Bytes of one process. */
  readonly memory: number;
  /** Milliseconds until the last member of the largest room has a message; infinite if it never ends. */
  readonly latency: number;
}

/** Measured on one machine, or guessed. */
export const COSTS: Costs = {
  delivery: 6,
  publish: 5,
  receive: 4,
  idle: 1,
  enginePublish: 3,
  engineDelivery: 2,
  processBytes: 60e6,
  connectionBytes: 8e3,
  subscriptionBytes: 60,
  network: 500,
};

/** How many processes have somebody in a room, where connections go to any of them by chance. */
export function processesOf(members: number, processes: number): number {
  return processes * (1 - (1 - 1 / processes) ** members);
}

/** What it is like. */
export function predict(load: Load, { processes, shards }: Machines, costs: Costs): Prediction {
  let [busy, shard, squares, subscriptions, longest] = [0, 0, 0, 0, 0];
  for (const { rooms, members, publishes } of load.rooms) {
    if (rooms === 0) continue;
    const reached = processesOf(members, processes);
    // A process has so many of the messages, and each of them takes so long there.
    const messages = publishes * reached / processes;
    const work = costs.receive + (reached === 0 ? 0 : costs.delivery * members / reached);
    busy += messages * work + publishes / processes * costs.publish;
    squares += messages * work ** 2;
    // A room is at one shard: few rooms do not spread over many.
    const atEngine = publishes * (costs.enginePublish + costs.engineDelivery * reached);
    shard += atEngine / Math.min(rooms, shards);
    subscriptions += rooms * members / processes;
    longest = Math.max(longest, work);
  }
  const connections = load.connections / processes;
  const process = (busy + connections * costs.idle) / 1e6;
  // Pollaczek and Khinchine: what waits behind messages that take so long, and come by chance.
  const waiting = process < 1 ? squares / 1e6 / (2 * (1 - process)) : Infinity;
  return {
    process,
    shard: shard / 1e6,
    memory: costs.processBytes + connections * costs.connectionBytes +
      subscriptions * costs.subscriptionBytes,
    latency: shard < 1e6 ? (costs.network + waiting + longest) / 1e3 : Infinity,
  };
}

/** How much of each bound is used, the most first: what breaks first as the load grows. */
export function strains(prediction: Prediction, bounds: Bounds): [name: string, used: number][] {
  const used: [string, number][] = [
    ["processor of a process", prediction.process / bounds.busy],
    ["memory of a process", prediction.memory / bounds.memory],
    ["processor of a shard", prediction.shard / bounds.busy],
    ["latency of the largest room", prediction.latency / bounds.latency],
  ];
  return used.sort(([, one], [, other]) => other - one);
}

/** The fewest processes and shards with which it fits; `undefined` if no number of them will do. */
export function plan(
  load: Load,
  bounds: Bounds,
  costs: Costs,
  most = 10_000,
): Machines | undefined {
  const fits = (processes: number) => {
    const { process, memory, latency } = predict(load, { processes, shards: Infinity }, costs);
    return process <= bounds.busy && memory <= bounds.memory && latency <= bounds.latency;
  };
  for (let processes = 1; processes <= most; processes++) {
    if (!fits(processes)) continue;
    for (let shards = 1; shards <= most; shards *= 2) {
      const prediction = predict(load, { processes, shards }, costs);
      if (prediction.shard <= bounds.busy) return { processes, shards };
    }
    return;
  }
}

/** A million connections that say ten thousand things a second. */
export const MILLION: Load = {
  connections: 1_000_000,
  rooms: [
    { rooms: 9_000, members: 100, publishes: 9_999 },
    { rooms: 1, members: 100_000, publishes: 1 },
  ],
};

/** Bounds that leave room for what nobody has thought of. */
export const BOUNDS: Bounds = { busy: 0.7, memory: 1e9, latency: 200 };

if (import.meta.main) {
  const machines = plan(MILLION, BOUNDS, COSTS);
  console.log("a million connections, 10,000 publishes a second, rooms of 100 and one of 100,000:");
  if (machines === undefined) console.log("no number of processes will do");
  else {
    const prediction = predict(MILLION, machines, COSTS);
    const percent = (used: number) => `${(100 * used).toFixed(0)} %`;
    console.log(`${machines.processes} processes, ${machines.shards} shards`);
    console.log(`a process takes ${percent(prediction.process)} of a core,`);
    console.log(
      `${(prediction.memory / 1e6).toFixed(0)} MB; a shard ${percent(prediction.shard)};`,
    );
    console.log(`the last of 100,000 has a message after ${prediction.latency.toFixed(0)} ms`);
    for (const [name, used] of strains(prediction, BOUNDS)) {
      console.log(`  ${percent(used).padStart(5)} of the bound: ${name}`);
    }
  }
}
