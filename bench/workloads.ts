import { shareBetween, type Usage } from "./core_time.ts";
import type { Latency } from "./load/crowd.ts";
import { type ClientWorkloads, clientWorkloads } from "./client_workloads.ts";
import { type HubsWorkloads, hubsWorkloads } from "./hubs_workloads.ts";
import type { Pace } from "./pace.ts";
import { type TopicsWorkloads, topicsWorkloads } from "./topics_workloads.ts";
import { MEMORY, memory, type Metric, RATE, rated, watched, type Workload } from "./workload.ts";

/** Handshakes that are under way at the same time. */
const ABREAST = 50;
const SMALL = { size: 64, binary: false };
const LARGE = { size: 16 * 1024, binary: true };
const NEWS = { size: 100, binary: false };
const KIB = 1024;

/** Messages per second at which latency is measured: no server here is busy with so few. */
const CALM = 5_000;
/** Connections that bring the heap to its size, and the idle ones after them whose memory counts. */
const FIRST = 5_000;
const IDLE = 10_000;

/** All of them. */
export interface Workloads {
  readonly echo: Workload;
  readonly binary: Workload;
  readonly upgrade: Workload;
  readonly latency: Workload;
  readonly memory: Workload;
  readonly fanOut: Workload;
  readonly growth: Workload;
  readonly idle: Workload;
  readonly topics: TopicsWorkloads;
  readonly hubs: HubsWorkloads;
  readonly client: ClientWorkloads;
}

/** All of them, at a pace. */
export function workloads(pace: Pace): Workloads {
  const most = Math.max(...pace.steps);
  return {
    topics: topicsWorkloads(pace),
    hubs: hubsWorkloads(pace),
    client: clientWorkloads(pace),
    echo: echo(
      pace,
      "echo",
      "echo of 64-byte texts, 50 connections, 16 in flight on each",
      SMALL,
      16,
    ),
    binary: echo(
      pace,
      "binary",
      "echo of 16 KiB of binary, 50 connections, 4 in flight on each",
      LARGE,
      4,
    ),
    upgrade: {
      id: "upgrade",
      title: "connect, one echo, close; 50 at a time",
      short: "upgrades",
      metrics: [{ ...RATE, title: "connections/s" }],
      connections: ABREAST,
      needs: ["server"],
      async measure(pair) {
        const visit = { do: "visit", abreast: ABREAST, ...SMALL };
        // JavaScript that runs once a connection is compiled late: a server has long passed this.
        await pair.load.ask({ ...visit, total: 3 * pace.visits });
        return rated(await watched(pair, { ...visit, total: pace.visits }));
      },
    },
    latency: {
      id: "latency",
      title: `echo of 64-byte texts at ${
        CALM.toLocaleString("en")
      } a second on 50 connections, timed from when each was due`,
      short: "latency",
      metrics: [
        ["p50", "µs, p50"] as const,
        ["p99", "µs, p99"] as const,
        ["p999", "µs, p99.9"] as const,
      ].map(([id, title]) => ({ id, title, digits: 0, compare: "ratio", better: "lower" })),
      connections: ABREAST,
      needs: ["server", "load"],
      async measure(pair) {
        await pair.load.ask({ do: "grow", total: ABREAST, abreast: ABREAST });
        const calm = { do: "latency", lanes: ABREAST, rate: CALM, ...SMALL };
        await pair.load.ask({ ...calm, seconds: pace.warmUp });
        const { effort, ...shares } = await watched<Latency>(pair, { ...calm, seconds: 1 });
        const { p50, p99, p999 } = effort;
        return { values: { p50, p99, p999 }, server: shares.server, load: shares.load };
      },
    },
    memory: {
      id: "memory",
      title: `memory of each of ${IDLE.toLocaleString("en")} idle connections, beside ${
        FIRST.toLocaleString("en")
      } others`,
      short: "idle memory",
      metrics: [MEMORY],
      connections: FIRST + IDLE,
      needs: [],
      async measure(pair) {
        // The first ones bring the heap to its size: what it keeps free is not theirs.
        await pair.load.ask({ do: "grow", total: FIRST, abreast: ABREAST });
        const base = await memory(pair);
        await pair.load.ask({ do: "grow", total: FIRST + IDLE, abreast: ABREAST });
        return { values: { memory: (await memory(pair) - base) / IDLE / KIB } };
      },
    },
    fanOut: {
      id: "fan-out",
      title: "one 100-byte text to each of 5,000 connections",
      short: "fan-out",
      metrics: [RATE],
      connections: 5_000,
      args: ["fan-out"],
      needs: ["server"],
      async measure(pair) {
        await pair.load.ask({ do: "grow", total: 5_000, abreast: ABREAST });
        const fanOut = { do: "fanOut", ...NEWS };
        await pair.load.ask({ ...fanOut, times: pace.fanOuts / 2 });
        return rated(await watched(pair, { ...fanOut, times: pace.fanOuts }));
      },
    },
    growth: {
      id: "growth",
      title: "cost of a connection as their number grows",
      short: "growth",
      metrics: pace.steps.slice(1).flatMap((step, index): Metric[] => {
        const steps = [pace.steps[index]!, step].map((count) => count.toLocaleString("en"));
        const range = steps.join(" to ");
        return [
          {
            id: `memory-${step}`,
            title: `KiB each, ${range}`,
            digits: 2,
            compare: "difference",
            better: "lower",
          },
          {
            id: `upgrade-${step}`,
            title: `µs to open, ${range}`,
            digits: 1,
            compare: "ratio",
            better: "lower",
          },
        ];
      }),
      connections: most,
      needs: [],
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
    idle: {
      id: "idle",
      title: `processor time of ${
        (FIRST + IDLE).toLocaleString("en")
      } idle connections, no ping due`,
      short: "idle",
      metrics: [{
        id: "share",
        title: "% of a core",
        digits: 2,
        compare: "difference",
        better: "lower",
      }],
      connections: FIRST + IDLE,
      needs: [],
      async measure(pair) {
        await pair.load.ask({ do: "grow", total: FIRST + IDLE, abreast: ABREAST });
        await memory(pair);
        const before = await pair.server.ask<Usage>({ do: "usage" });
        await new Promise((resolve) => setTimeout(resolve, pace.idle * 1000));
        const after = await pair.server.ask<Usage>({ do: "usage" });
        return { values: { share: 100 * shareBetween(before, after).busy } };
      },
    },
  };
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
    metrics: [RATE],
    connections: lanes,
    needs: ["server"],
    byOthers: true,
    async measure(pair) {
      await pair.load.ask({ do: "grow", total: lanes, abreast: lanes });
      const request = { do: "echo", lanes, window, ...shape };
      await pair.load.ask({ ...request, seconds: pace.warmUp });
      return rated(await watched(pair, { ...request, seconds: pace.seconds }));
    },
  };
}
