import { atBase, clientLineups, hubsLineups, isOurs, lineups, nodeLineup } from "./contenders.ts";
import { ASIDE, isNoise, type Row, row } from "./row.ts";
import { topicsLineups } from "./topics_contenders.ts";
import type { Workloads } from "./workloads.ts";

/** What `deno task bench` takes as its argument. */
export const SUITES = ["core", "node", "fan-out", "topics", "hubs", "client"] as const;

/** The name of one. */
export type SuiteName = typeof SUITES[number];

/** What is below edgesocket, where it is. */
const COMPARED = [
  ...["raw", "ws", "a plain loop", "a bare loop", "node-redis", "no subscriptions"],
  ...["JetStream's client", "a loop over an array"],
];

/** What may be lost of speed, and gained in memory (KiB), from the version that `--base` names. */
const BASE_FLOORS: Row["floors"] = { rate: 0.97, cost: 1.03, memory: 0.25, bytes: 5 };

/**
 * The rows of each suite. To add one: a server in servers/, a contender for it in contenders.ts, and a
 * line here that says under which workload it is compared with whom, and what is promised of it.
 */
const suites: Record<SuiteName, (all: Workloads) => Row[]> = {
  core: (all) => [...runtimeRows("bun", all), ...runtimeRows("deno", all)],
  node: ({ echo, binary, upgrade, memory, latency, fanOut }) => {
    const { ws, wsRequest, ours, onDeno } = nodeLineup;
    const { raw } = lineups.deno;
    return [
      ...[echo, binary, upgrade].map((workload) => row(workload, ws, ws)),
      row(echo, ours, ws, { rate: 0.95 }),
      row(binary, ours, ws),
      row(upgrade, ours, ws, { rate: 0.8 }),
      row(upgrade, ours, wsRequest, { rate: 0.9 }),
      row(memory, ours, ws, { memory: 1 }),
      ...[latency, fanOut].map((workload) => aside(row(workload, ours, ws))),
      ...[echo, upgrade, memory].map((workload) => aside(row(workload, onDeno, raw))),
    ];
  },
  "fan-out": (all) =>
    (["bun", "deno"] as const).flatMap((runtime) => {
      const { raw, ours, oursHono, hono, crossws } = lineups[runtime];
      return [raw, ours, oursHono, hono, crossws].map((each) => row(all.fanOut, each, raw));
    }),
  topics: (all) => [...topicsRows("bun", all), ...topicsRows("deno", all)],
  hubs: (all) => (["bun", "deno", "node"] as const).flatMap((runtime) => hubsRows(runtime, all)),
  client: (all) =>
    (["bun", "deno", "node"] as const).flatMap((runtime) => clientRows(runtime, all)),
};

/** A row of edgesocket of which nothing is promised. */
function aside(row: Row): Row {
  return { ...row, share: ASIDE };
}

/** What is promised of edgesocket beside raw: of a rate the least, of all else the most. */
const FLOORS = {
  bun: {
    echo: { rate: 0.98 },
    binary: { rate: 0.97 },
    upgrade: { rate: 0.9 },
    memory: { memory: 1 },
    idle: { share: 2 },
  },
  deno: {
    echo: { rate: 0.99 },
    binary: { rate: 0.97 },
    upgrade: { rate: 0.95 },
    memory: { memory: 1 },
    idle: { share: 2 },
  },
} as const;

function runtimeRows(runtime: "bun" | "deno", all: Workloads): Row[] {
  const { raw, rawHono, ours, oursHono, hono, crossws } = lineups[runtime];
  const floors = FLOORS[runtime];
  const { echo, binary, upgrade, latency, memory, growth, idle } = all;
  return [
    ...[echo, binary].flatMap((workload) => [
      row(workload, raw, raw),
      row(workload, ours, raw, floors[workload.id as "echo" | "binary"]),
      ...[oursHono, hono, crossws].map((each) => row(workload, each, raw)),
    ]),
    ...(runtime === "bun" ? [row(echo, oursHono, hono, { rate: 4 })] : []),
    row(upgrade, raw, raw),
    row(upgrade, ours, raw, floors.upgrade),
    row(upgrade, oursHono, rawHono, { rate: 0.9 }),
    ...[oursHono, rawHono, hono, crossws].map((each) => row(upgrade, each, raw)),
    row(memory, ours, raw, floors.memory),
    ...[oursHono, hono, crossws].map((each) => row(memory, each, raw)),
    row(latency, raw, raw),
    row(latency, ours, raw),
    { ...row(growth, ours, raw), share: 1 / 5 },
    row(idle, ours, raw, floors.idle),
  ];
}

/** The share of the pairs of a room that is like another one, and of a peer in it. */
const LIKEWISE = 1 / 5;
const PEER_LIKEWISE = 1 / 15;

/** Of the cost of a plain loop, by messages in one turn. */
const ROOM_FLOORS: Readonly<Record<"bun" | "deno", readonly number[]>> = {
  bun: [1.05, 0.15],
  deno: [1.05, 1.05],
};

/** Small rooms come first, and are judged; those of 10,000 take long, and follow from them. */
const JUDGED = 4;

function topicsRows(runtime: "bun" | "deno", { topics: all }: Workloads): Row[] {
  const lineup = topicsLineups[runtime];
  const { loop, topics, others, client, publisher, replayed, none, subscriptions } = lineup;
  const { jetstream, stored, array, latecomers: { memory, redis, nats } } = lineup;
  const rooms = all.rooms.flatMap((room, index): Row[] => {
    const cost = ROOM_FLOORS[runtime][index % 2]!;
    const ours = row(room, topics, loop, index < JUDGED ? { cost } : {});
    const peers = others.map((each) => row(room, each, loop));
    return [
      index < JUDGED ? ours : { ...ours, share: LIKEWISE },
      ...index === 0 ? peers : peers.map((each) => ({ ...each, share: PEER_LIKEWISE })),
    ];
  });
  return [
    row(all.rooms[0]!, loop, loop),
    ...rooms,
    row(all.publish, publisher, client, { rate: 0.8 }),
    row(all.publish, replayed, client, { rate: 0.45 }),
    row(all.jetstream, stored, jetstream),
    row(all.catchUp, redis, array),
    ...[nats, memory].map((each) => aside(row(all.catchUp, each, array))),
    row(all.comeBack, redis, array),
    aside(row(all.comeBack, memory, array)),
    row(all.subscription, subscriptions, none, { bytes: 100 }),
  ];
}

/** What is promised of a hub beside the bare loop, and of calls beside Socket.IO. */
const HUB_FLOORS = { calls: { rate: 0.8 }, memory: { memory: 4 }, others: { rate: 2 } } as const;

function hubsRows(runtime: "bun" | "deno" | "node", { hubs: all }: Workloads): Row[] {
  const { hub, loop, native, others, scaled } = hubsLineups[runtime];
  const [socketIo, trpc] = others as [typeof hub, typeof hub];
  return [
    row(all.calls, loop, loop),
    row(all.calls, hub, loop, HUB_FLOORS.calls),
    aside(row(all.calls, hub, native)),
    row(all.calls, hub, socketIo, HUB_FLOORS.others),
    aside(row(all.calls, hub, trpc)),
    aside(row(all.broadcast, hub, loop)),
    aside(row(all.broadcast, hub, socketIo)),
    aside(row(all.connects, hub, loop)),
    ...others.map((each) => aside(row(all.connects, hub, each))),
    row(all.memory, hub, loop, HUB_FLOORS.memory),
    aside(row(all.memory, hub, socketIo)),
    ...[all.events, all.polling].map((each) => aside(row(each, hub, socketIo))),
    aside(row(all.twoProcesses, scaled.hub, scaled.socketIo)),
  ];
}

/** What is promised of a client that comes back after a cut, beside one that does not. */
const CLIENT_FLOORS = { rate: 0.8 } as const;

function clientRows(runtime: "bun" | "deno" | "node", { client: { calls } }: Workloads): Row[] {
  const { client, plain, microsoft, stateful } = clientLineups[runtime];
  return [
    aside(row(calls, plain, plain)),
    row(calls, client, plain, CLIENT_FLOORS),
    aside(row(calls, client, microsoft)),
    aside(row(calls, client, stateful)),
  ];
}

/** The rows of some suites. */
export function rowsOf(names: readonly SuiteName[], all: Workloads): Row[] {
  return names.flatMap((name) => suites[name](all));
}

/**
 * The rows that show what a change brought: edgesocket beside itself at another version, and raw
 * beside raw, which shows what chance brings.
 */
export function besideBase(rows: readonly Row[]): Row[] {
  return rows.flatMap((each) => {
    if (isNoise(each)) return [each];
    // Only once, where it is compared with what is below it: growth and idle take long, and follow from memory.
    const once = isOurs(each.contender) && COMPARED.includes(each.against.name);
    if (!once || ["growth", "idle"].includes(each.workload.id)) return [];
    return [{ ...each, against: atBase(each.contender), floors: BASE_FLOORS }];
  });
}
