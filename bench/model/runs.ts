import { type Load, zipf } from "./load.ts";

/** One thing that is measured: a load on so many processes, over one engine. */
export interface Run {
  readonly id: string;
  readonly processes: number;
  readonly load: Load;
  /** Whether the constants are fitted on it. The others show what the model is worth. */
  readonly fitted: boolean;
}

/**
 * Connections of nearly all runs, on all processes together: what a message costs depends on how many
 * sockets there are, because few of them would stay in the processor's caches.
 */
const MANY = 4_000;

/** Rooms that are alike, and so many connections. */
function alike(
  connections: number,
  rooms: number,
  members: number,
  publishes: number,
): Load {
  return { connections, rooms: [{ rooms, members, publishes }] };
}

/** A room that is large beside many that are small: the million, 250 times smaller. */
const SMALL_MILLION: Load = {
  connections: MANY,
  rooms: [
    { rooms: 150, members: 20, publishes: 150 },
    { rooms: 1, members: 1_000, publishes: 5 },
  ],
};

/** Rooms whose sizes differ as Zipf has it. */
const SKEWED: Load = {
  connections: MANY,
  rooms: zipf({ rooms: 400, subscriptions: 4_800, publishes: 150, exponent: 1 }),
};

/**
 * What is measured. Those of a single process and three of several are fitted on; two, four and eight
 * processes, skewed rooms and rooms that are large or quiet have to follow from them.
 */
export const RUNS: readonly Run[] = [
  { id: "nothing", processes: 1, load: alike(0, 0, 0, 0), fitted: true },
  { id: "idle connections", processes: 1, load: alike(MANY, 4, 1_000, 0), fitted: true },
  { id: "idle subscriptions", processes: 1, load: alike(1_000, 5_000, 20, 0), fitted: true },
  { id: "pairs", processes: 1, load: alike(MANY, 2_000, 2, 1_500), fitted: true },
  { id: "fan-out", processes: 1, load: alike(MANY, 4, 1_000, 25), fitted: true },
  { id: "busy pairs", processes: 1, load: alike(MANY, 2_000, 2, 5_000), fitted: true },
  { id: "rooms of ten", processes: 1, load: alike(MANY, 400, 10, 1_200), fitted: true },
  { id: "rooms in four processes", processes: 4, load: alike(MANY, 300, 12, 500), fitted: true },
  { id: "rooms everywhere", processes: 8, load: alike(MANY, 100, 40, 150), fitted: true },
  { id: "a flood", processes: 8, load: alike(MANY, 400, 10, 1_200), fitted: true },
  { id: "one process", processes: 1, load: alike(MANY, 200, 20, 1_000), fitted: false },
  { id: "small rooms", processes: 2, load: alike(MANY, 400, 10, 1_000), fitted: false },
  { id: "quiet rooms", processes: 2, load: alike(MANY, 1_500, 4, 500), fitted: false },
  { id: "busy topics", processes: 4, load: alike(MANY, 4, 50, 300), fitted: false },
  { id: "skewed rooms", processes: 4, load: SKEWED, fitted: false },
  { id: "rooms of twenty", processes: 8, load: alike(MANY, 200, 20, 400), fitted: false },
  { id: "one large room", processes: 8, load: alike(MANY, 1, MANY, 6), fitted: false },
  { id: "a million, much smaller", processes: 8, load: SMALL_MILLION, fitted: false },
];

/** Enough to see that all works. */
export const QUICK: readonly string[] = ["nothing", "pairs", "rooms in four processes"];
