import { shareBetween, type Usage } from "./core_time.ts";
import type { EngineName } from "./load/engine.ts";
import type { Pace } from "./pace.ts";
import type { Metric, Pair, Sample, Workload } from "./workload.ts";

/** What is measured of clients that come back to a history. */
export interface LatecomersWorkloads {
  /** One that has missed much. */
  readonly catchUp: Workload;
  /** Many at the same time that have missed little. */
  readonly comeBack: Workload;
}

/** Bytes of a message. */
const SIZE = 64;

/** Clients that come back at once, and how many messages each of them has missed. */
const CROWD = 1_000;
const BEHIND = 100;

/** Topics that are come back to, after one to warm up: what was read of one may be at hand. */
const ROUNDS = 3;

const ABREAST = 50;
const MEBI = 1_024 * 1_024;

const COST: Metric = {
  id: "cost",
  title: "µs a message",
  digits: 2,
  compare: "ratio",
  better: "lower",
};

const PEAK: Metric = {
  id: "peak",
  title: "MiB more at the peak",
  digits: 1,
  compare: "difference",
  better: "lower",
};

/** One is where the topic is; those beyond it read the history. */
const QUESTIONS: Metric = {
  id: "questions",
  title: "questions to Redis",
  digits: 0,
  compare: "difference",
  better: "lower",
};

/** All of them, at a pace. */
export function latecomersWorkloads({ missed }: Pace): LatecomersWorkloads {
  return {
    catchUp: {
      id: "catch-up",
      title: `a client catches up with ${missed.toLocaleString("en")} texts of ${SIZE} B`,
      short: "catching up",
      metrics: [COST, PEAK],
      connections: 1,
      needs: ["server"],
      measure: (pair) =>
        withEngine(pair, async () => {
          const { cost, peak, share } = await rounds(pair, 1, missed, missed + 1);
          return { values: { cost: cost / missed, peak }, server: share };
        }),
    },
    comeBack: {
      id: "come-back",
      title: `${CROWD.toLocaleString("en")} clients come back at once to a topic, ` +
        `each ${BEHIND} texts of ${SIZE} B behind`,
      short: "coming back",
      metrics: [{ ...COST, title: "µs a client", digits: 0 }, PEAK, QUESTIONS],
      connections: CROWD,
      needs: ["server"],
      measure: (pair) =>
        withEngine(pair, async () => {
          const { cost, peak, questions, share } = await rounds(pair, CROWD, BEHIND, 2 * BEHIND);
          return { values: { cost: cost / CROWD, peak, questions }, server: share };
        }),
    },
  };
}

/** What coming back to one topic cost the server, on average. */
interface Round {
  /** Microseconds of processor time. */
  readonly cost: number;
  /** Mebibytes that it held beyond what it had before. */
  readonly peak: number;
  readonly questions: number;
  readonly share: NonNullable<Sample["server"]>;
}

/** So many clients come back to one topic after the other, the first of which does not count. */
async function rounds(
  { server, load }: Pair,
  clients: number,
  behind: number,
  history: number,
): Promise<Round> {
  const port = await load.ask<number | null>({ do: "port" });
  await server.ask({ do: "connect", port, count: history });
  await load.ask({ do: "grow", total: clients, abreast: ABREAST });
  const comeBack = { do: "comeBack", behind, history, size: SIZE, binary: false };
  for (let i = 0; i <= ROUNDS; i++) {
    await server.ask({ do: "fill", topic: `room${i}`, count: history, size: SIZE });
  }
  await load.ask({ ...comeBack, topic: "room0" });
  const scripts = () => load.ask<number>({ do: "scripts" });
  const least = await server.ask<number>({ do: "forgetPeak" });
  const first = await scripts();
  const before = await server.ask<Usage>({ do: "usage" });
  for (let i = 1; i <= ROUNDS; i++) await load.ask({ ...comeBack, topic: `room${i}` });
  const after = await server.ask<Usage>({ do: "usage" });
  const most = await server.ask<number>({ do: "peak" });
  return {
    cost: (after.cpu - before.cpu) / ROUNDS,
    peak: (most - least) / MEBI,
    questions: (await scripts() - first) / ROUNDS,
    share: shareBetween(before, after),
  };
}

/** Starts the engine that the server needs, if it needs one, beside the load generator. */
async function withEngine(
  { server, load }: Pair,
  measure: () => Promise<Sample>,
): Promise<Sample> {
  const name = await server.ask<EngineName | null>({ do: "engine" });
  if (name !== null) await load.ask({ do: "engine", name });
  try {
    return await measure();
  } finally {
    await load.ask({ do: "endEngine" });
  }
}
