import type { Contender } from "./contenders.ts";
import type { Effort } from "./load/crowd.ts";
import type { Usage } from "./servers/control.ts";
import type { Worker } from "./worker.ts";

/** How much is done in one measurement. */
export interface Pace {
  /** Seconds of each echo that are not counted: the runtimes compile while they run. */
  readonly warmUp: number;
  /** Seconds of each echo that are counted. */
  readonly seconds: number;
  /** Connections opened and closed for the upgrade rate; three times as many to warm up. */
  readonly visits: number;
  /** Messages sent to everyone; half as many again to warm up. */
  readonly fanOuts: number;
  /** Idle connections at which memory and upgrades are measured. */
  readonly steps: readonly number[];
  /** Seconds for which an idle server is watched. */
  readonly idle: number;
}

export const FULL: Pace = {
  warmUp: 1,
  seconds: 2,
  visits: 10_000,
  fanOuts: 40,
  steps: [1_000, 5_000, 10_000, 15_000],
  idle: 8,
};

export const QUICK: Pace = {
  warmUp: 0.3,
  seconds: 0.5,
  visits: 2_000,
  fanOuts: 10,
  steps: [1_000, 5_000],
  idle: 2,
};

/** What is measured, and what it is compared by. */
export interface Metric {
  readonly id: string;
  readonly title: string;
  readonly digits: number;
  /** How two contenders are compared: what one has of the other, or more than the other. */
  readonly compare: "ratio" | "difference";
}

/** One measurement of one contender. */
export interface Sample {
  /** By the id of the metric. */
  readonly values: Readonly<Record<string, number>>;
  /** Share of a core. */
  readonly server?: number;
  /** Share of a core. */
  readonly load?: number;
}

/** The two processes of a measurement. */
export interface Pair {
  readonly server: Worker;
  readonly load: Worker;
}

/** One thing to measure. */
export interface Workload {
  readonly id: string;
  readonly title: string;
  /** Its column in the short table, if it has one. */
  readonly short?: string;
  readonly metrics: readonly Metric[];
  /** Connections open at the same time. */
  readonly connections: number;
  /** Whether the server sends each message to all instead of back. */
  readonly fanOut?: boolean;
  /** Who takes part. */
  includes(contender: Contender): boolean;
  measure(pair: Pair): Promise<Sample>;
}

/** Handshakes that are under way at the same time. */
const ABREAST = 50;
const SMALL = { size: 64, binary: false };
const LARGE = { size: 16 * 1024, binary: true };
const NEWS = { size: 100, binary: false };
const KIB = 1024;

/** All of them, at a pace. */
export function workloads(pace: Pace): readonly Workload[] {
  const most = Math.max(...pace.steps);
  return [
    echo(pace, "echo", "Echo of 64-byte texts, 50 connections, 16 in flight on each", SMALL, 16),
    echo(pace, "binary", "Echo of 16 KiB of binary, 50 connections, 4 in flight on each", LARGE, 4),
    {
      id: "upgrade",
      title: "Upgrade rate: connect, one echo, close; 50 at a time",
      short: "upgrades",
      metrics: [{ id: "rate", title: "connections/s per core", digits: 0, compare: "ratio" }],
      connections: ABREAST,
      includes: () => true,
      async measure(pair) {
        const visit = { do: "visit", abreast: ABREAST, ...SMALL };
        // JavaScript that runs once a connection is compiled late: a server has long passed this.
        await pair.load.ask({ ...visit, total: 3 * pace.visits });
        return rated(await watched(pair, { ...visit, total: pace.visits }));
      },
    },
    {
      id: "memory",
      title: "Memory of each of 10,000 idle connections, beside 5,000 others",
      short: "idle memory",
      metrics: [{ id: "memory", title: "KiB", digits: 2, compare: "difference" }],
      connections: 15_000,
      includes: isNoControl,
      async measure(pair) {
        // The first ones bring the heap to its size: what it keeps free is not theirs.
        await pair.load.ask({ do: "grow", total: 5_000, abreast: ABREAST });
        const base = await memory(pair);
        await pair.load.ask({ do: "grow", total: 15_000, abreast: ABREAST });
        return { values: { memory: (await memory(pair) - base) / 10_000 / KIB } };
      },
    },
    {
      id: "fan-out",
      title: "Fan-out of one 100-byte text to 5,000 connections",
      short: "fan-out",
      metrics: [{ id: "rate", title: "messages/s per core", digits: 0, compare: "ratio" }],
      connections: 5_000,
      fanOut: true,
      includes: isNoControl,
      async measure(pair) {
        await pair.load.ask({ do: "grow", total: 5_000, abreast: ABREAST });
        const fanOut = { do: "fanOut", ...NEWS };
        await pair.load.ask({ ...fanOut, times: pace.fanOuts / 2 });
        return rated(await watched(pair, { ...fanOut, times: pace.fanOuts }));
      },
    },
    {
      id: "growth",
      title: "Cost of a connection as their number grows",
      metrics: pace.steps.slice(1).flatMap((step, index): Metric[] => {
        const steps = [pace.steps[index]!, step].map((count) => count.toLocaleString("en"));
        const range = steps.join(" to ");
        return [
          { id: `memory-${step}`, title: `KiB each, ${range}`, digits: 2, compare: "difference" },
          { id: `upgrade-${step}`, title: `µs to open, ${range}`, digits: 1, compare: "ratio" },
        ];
      }),
      connections: most,
      includes: isFloorOrOurs,
      async measure(pair) {
        const visit = { do: "visit", abreast: ABREAST, ...SMALL };
        await pair.load.ask({ ...visit, total: 3 * pace.visits });
        const values: Record<string, number> = {};
        let [open = 0, ...steps] = pace.steps;
        await pair.load.ask({ do: "grow", total: open, abreast: ABREAST });
        let before = await memory(pair);
        for (const step of steps) {
          const { rate } = await watched(pair, { do: "grow", total: step, abreast: ABREAST });
          const after = await memory(pair);
          values[`upgrade-${step}`] = 1e6 / rate;
          values[`memory-${step}`] = (after - before) / (step - open) / KIB;
          [open, before] = [step, after];
        }
        return { values };
      },
    },
    {
      id: "idle",
      title: `Processor time of ${most.toLocaleString("en")} idle connections, no ping due`,
      metrics: [{ id: "share", title: "% of a core", digits: 2, compare: "difference" }],
      connections: most,
      includes: isFloorOrOurs,
      async measure(pair) {
        await pair.load.ask({ do: "grow", total: most, abreast: ABREAST });
        await memory(pair);
        const before = await pair.server.ask<Usage>({ do: "usage" });
        await new Promise((resolve) => setTimeout(resolve, pace.idle * 1000));
        const after = await pair.server.ask<Usage>({ do: "usage" });
        return { values: { share: 100 * shareOf(before, after) } };
      },
    },
  ];
}

function echo(
  pace: Pace,
  id: string,
  title: string,
  shape: { size: number; binary: boolean },
  window: number,
): Workload {
  const lanes = 50;
  return {
    id,
    title,
    short: shape.size < KIB ? `${shape.size} B echo` : `${shape.size / KIB} KiB echo`,
    metrics: [{ id: "rate", title: "messages/s per core", digits: 0, compare: "ratio" }],
    connections: lanes,
    includes: isNoControl,
    async measure(pair) {
      await pair.load.ask({ do: "grow", total: lanes, abreast: lanes });
      const request = { do: "echo", lanes, window, ...shape };
      await pair.load.ask({ ...request, seconds: pace.warmUp });
      return rated(await watched(pair, { ...request, seconds: pace.seconds }));
    },
  };
}

/** The raw servers behind Hono show what an upgrade through Hono's router costs, and no more. */
function isNoControl({ script }: Contender): boolean {
  return !script.endsWith("_raw_hono");
}

function isFloorOrOurs({ script }: Contender): boolean {
  return script.endsWith("_raw") || script === "edgesocket";
}

interface Watched {
  /** Messages or connections for each second of the server's processor time. */
  readonly rate: number;
  readonly server: number;
  readonly load: number;
}

/**
 * Has the load generator do something, and watches what it costs both sides.
 *
 * The rate is by processor time, not by the clock: a server that has its core to itself and is kept
 * busy shows the same either way, and one that waits for a client (opening TCP connections costs the
 * client more than the server) is not blamed for it.
 */
async function watched(
  { server, load }: Pair,
  request: { do: string } & Record<string, unknown>,
): Promise<Watched> {
  const before = await server.ask<Usage>({ do: "usage" });
  const { count, share } = await load.ask<Effort>(request);
  const after = await server.ask<Usage>({ do: "usage" });
  return {
    rate: count / ((after.cpu - before.cpu) / 1e6),
    server: shareOf(before, after),
    load: share,
  };
}

function rated({ rate, ...shares }: Watched): Sample {
  return { values: { rate }, ...shares };
}

function shareOf(before: Usage, after: Usage): number {
  return (after.cpu - before.cpu) / (after.clock - before.clock);
}

function memory({ server }: Pair): Promise<number> {
  return server.ask<number>({ do: "memory" });
}
