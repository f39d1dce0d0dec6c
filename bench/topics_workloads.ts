import type { Usage } from "./core_time.ts";
import { shareBetween } from "./core_time.ts";
import { type LatecomersWorkloads, latecomersWorkloads } from "./latecomers_workloads.ts";
import type { EngineName } from "./load/engine.ts";
import type { Pace } from "./pace.ts";
import { type Metric, type Pair, RATE, type Workload } from "./workload.ts";

/** What is measured of topics. */
export interface TopicsWorkloads extends LatecomersWorkloads {
  /** Messages to all subscribers of a topic: the smallest and most common case first. */
  readonly rooms: readonly Workload[];
  /** Messages to other processes. */
  readonly publish: Workload;
  /** The same over NATS, which keeps them. */
  readonly jetstream: Workload;
  /** What a subscription takes. */
  readonly subscription: Workload;
}

/** Bytes of a message. */
const SIZES = [64, 1_024];

/** Messages that are published in one turn. */
const TURNS = [1, 10];

/** How much more is sent to warm up than is counted. */
const WARM_UP = 3;

/** Handshakes that are under way at the same time. */
const ABREAST = 50;

/** Topics that each of a thousand connections is subscribed to. */
const EACH = 1_000;
const CONNECTIONS = 1_000;

const COST: Metric = {
  id: "cost",
  title: "µs each",
  digits: 2,
  compare: "ratio",
  better: "lower",
};

/** All of them, at a pace. */
export function topicsWorkloads(pace: Pace): TopicsWorkloads {
  return {
    rooms: pace.crowds.flatMap((crowd) =>
      SIZES.flatMap((size) => TURNS.map((turn) => room(pace, crowd, size, turn)))
    ),
    publish: publish("publish", "Redis", "redis", pace.publishes),
    jetstream: publish("jetstream", "NATS with JetStream", "nats", pace.stored),
    ...latecomersWorkloads(pace),
    subscription: {
      id: "subscription",
      title: `memory of each of ${(EACH * CONNECTIONS).toLocaleString("en")} subscriptions, of ${
        CONNECTIONS.toLocaleString("en")
      } connections to ${EACH.toLocaleString("en")} topics each`,
      short: "subscription",
      metrics: [{ id: "bytes", title: "B", digits: 0, compare: "difference", better: "lower" }],
      connections: 0,
      needs: [],
      async measure({ server }) {
        const subscribe = { do: "subscribe", connections: CONNECTIONS };
        // The first topic brings what is each connection's own.
        await server.ask({ ...subscribe, topics: 1 });
        const before = await server.ask<number>({ do: "inUse" });
        await server.ask({ ...subscribe, topics: EACH });
        const after = await server.ask<number>({ do: "inUse" });
        return { values: { bytes: (after - before) / EACH / CONNECTIONS } };
      },
    },
  };
}

function room(pace: Pace, crowd: number, size: number, turn: number): Workload {
  const subscribers = crowd.toLocaleString("en");
  const bytes = size < 1_024 ? `${size} B` : `${size / 1_024} KiB`;
  return {
    id: `room-${crowd}-${size}-${turn}`,
    title: `${turn} texts of ${bytes} in one turn to each of ${subscribers} subscribers of a topic`,
    short: `room of ${subscribers}, ${turn} × ${bytes}`,
    metrics: [COST],
    connections: crowd,
    args: [`${turn}`],
    needs: ["server"],
    async measure({ server, load }) {
      await load.ask({ do: "grow", total: crowd, abreast: ABREAST });
      const times = Math.max(4, Math.round(pace.deliveries / crowd / turn));
      const fanOut = { do: "fanOut", size, binary: false, each: turn, times };
      // The first ones run code that is not compiled yet: a server has long passed them.
      await load.ask({ ...fanOut, times: WARM_UP * times });
      const before = await server.ask<Usage>({ do: "usage" });
      await load.ask(fanOut);
      const after = await server.ask<Usage>({ do: "usage" });
      const cost = (after.cpu - before.cpu) / (times * crowd * turn);
      return { values: { cost }, server: shareBetween(before, after) };
    },
  };
}

function publish(id: string, title: string, engine: EngineName, count: number): Workload {
  return {
    id,
    title: `64-byte texts published over ${title}, 100 in flight`,
    short: id === "publish" ? id : `publish over ${title}`,
    metrics: [RATE],
    connections: 0,
    needs: ["server"],
    measure: (pair) => publishing(pair, engine, count),
  };
}

/** The engine runs on the core of the load generator, which starts it and has nothing else to do. */
async function publishing({ server, load }: Pair, name: EngineName, count: number) {
  const port = await load.ask<number>({ do: "engine", name });
  try {
    await server.ask({ do: "connect", port });
    await server.ask({ do: "publish", count: count / 2 });
    const before = await server.ask<Usage>({ do: "usage" });
    await server.ask({ do: "publish", count });
    const after = await server.ask<Usage>({ do: "usage" });
    const rate = count / ((after.cpu - before.cpu) / 1e6);
    return { values: { rate }, server: shareBetween(before, after) };
  } finally {
    await load.ask({ do: "endEngine" });
  }
}
