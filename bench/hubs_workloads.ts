import type { Way } from "./load/callers.ts";
import type { Pace } from "./pace.ts";
import { MEMORY, memory, type Pair, RATE, rated, watched, type Workload } from "./workload.ts";

/** What is measured of hubs. */
export interface HubsWorkloads {
  readonly calls: Workload;
  readonly broadcast: Workload;
  readonly connects: Workload;
  readonly memory: Workload;
  /** Calls where no WebSocket gets through. */
  readonly events: Workload;
  readonly polling: Workload;
  /** Calls of one process that clients of another are told. */
  readonly twoProcesses: Workload;
}

/** Clients that call at the same time, and handshakes that are under way. */
const LANES = 50;

/** Calls under way on each of them. */
const WINDOW = 16;

const CROWD = 1_000;

/** Clients that call by requests, each call when the one before was answered. */
const ASKING = 20;

/** Connections that bring the heap to its size, and the idle ones after them whose memory counts. */
const FIRST = 2_000;
const IDLE = 5_000;

/** All of them, at a pace. */
export function hubsWorkloads(pace: Pace): HubsWorkloads {
  return {
    calls: {
      id: "calls",
      title: `awaited calls, ${LANES} clients with ${WINDOW} under way each`,
      short: "calls",
      metrics: [{ ...RATE, title: "calls/s" }],
      connections: LANES,
      needs: ["server"],
      async measure(pair) {
        await join(pair, LANES);
        const call = { do: "call", window: WINDOW };
        await pair.load.ask({ ...call, seconds: pace.warmUp });
        return rated(await watched(pair, { ...call, seconds: pace.seconds }));
      },
    },
    broadcast: {
      id: "broadcast",
      title: `a call that is told to ${CROWD.toLocaleString("en")} clients`,
      short: "broadcast",
      metrics: [{ ...RATE, title: "deliveries/s" }],
      connections: CROWD,
      needs: ["server"],
      async measure(pair) {
        await join(pair, CROWD);
        const times = Math.round(pace.deliveries / CROWD);
        await pair.load.ask({ do: "shout", times });
        return rated(await watched(pair, { do: "shout", times }));
      },
    },
    connects: {
      id: "connects",
      title: `connect, shake hands, one call, close; ${LANES} at a time`,
      short: "connects",
      metrics: [{ ...RATE, title: "connections/s" }],
      connections: LANES,
      needs: ["server"],
      async measure(pair) {
        const drop = { do: "drop", abreast: LANES, speaks: await speaks(pair) };
        const total = Math.round(pace.visits / 2);
        await pair.load.ask({ ...drop, total });
        return rated(await watched(pair, { ...drop, total }));
      },
    },
    memory: {
      id: "hub-memory",
      title: `memory of each of ${IDLE.toLocaleString("en")} idle clients, beside ${
        FIRST.toLocaleString("en")
      } others`,
      short: "idle clients",
      metrics: [MEMORY],
      connections: FIRST + IDLE,
      needs: [],
      async measure(pair) {
        await join(pair, FIRST);
        const before = await memory(pair);
        await join(pair, FIRST + IDLE);
        return { values: { memory: (await memory(pair) - before) / IDLE / 1_024 } };
      },
    },
    events: byRequests(
      pace,
      "sse",
      "events",
      "server-sent events",
      ", which Socket.IO has not: it polls",
    ),
    polling: byRequests(pace, "polling", "polls", "long polling"),
    twoProcesses: {
      id: "two-processes",
      title: `a call at another process, over Redis, that is told to ${
        CROWD.toLocaleString("en")
      } clients`,
      short: "two processes",
      metrics: [{ ...RATE, title: "deliveries/s" }],
      connections: CROWD,
      needs: ["server"],
      measure: (pair) => betweenProcesses(pair, Math.round(pace.deliveries / CROWD)),
    },
  };
}

function byRequests(pace: Pace, id: string, way: Way, title: string, remark = ""): Workload {
  return {
    id,
    title: `awaited calls over ${title}, ${ASKING} clients with one under way each${remark}`,
    short: `calls over ${title}`,
    metrics: [{ ...RATE, title: "calls/s" }],
    connections: ASKING,
    needs: ["server"],
    async measure(pair) {
      await join(pair, ASKING, way);
      const call = { do: "call", window: 1 };
      await pair.load.ask({ ...call, seconds: 2 * pace.warmUp });
      return rated(await watched(pair, { ...call, seconds: pace.seconds }));
    },
  };
}

/** The engine and the other process run on the core of the load generator, which starts them. */
async function betweenProcesses(pair: Pair, times: number) {
  const { server, load } = pair;
  const port = await load.ask<number>({ do: "engine", name: "redis" });
  try {
    await server.ask({ do: "connect", port });
    const command = await server.ask<string[]>({ do: "command" });
    const from = await load.ask<number>({ do: "sibling", command });
    await join(pair, CROWD);
    await load.ask({ do: "shout", times, from });
    return rated(await watched(pair, { do: "shout", times, from }));
  } finally {
    await load.ask({ do: "endSibling" });
    await load.ask({ do: "endEngine" });
  }
}

/** How the server is spoken to: it says so itself. */
function speaks({ server }: Pair): Promise<string> {
  return server.ask<string>({ do: "speaks" });
}

async function join(pair: Pair, total: number, way: Way = "webSocket"): Promise<void> {
  await pair.load.ask({ do: "join", speaks: await speaks(pair), total, abreast: LANES, way });
}
