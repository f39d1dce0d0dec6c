import { type Load, zipf } from "./load.ts";

/** One thing that is measured: a load on so many processes, over one engine. */
export interface Run {
  readonly id: string;
  readonly processes: number;
  readonly load: Load;
  /** Whether the constants are fitted on it. The others show what the model is worth. */
  readonly fitted: boolean;
}

/** Rooms that are alike, and so many connections. */
function alike(
  connections: number,
  rooms: number,
  members: number,
  publishes: number,
): Load {
  return { connections, rooms: [{ rooms, members, publishes }] };
}

/** A room that is large beside many that are small: the million, three thousand times smaller. */
const SMALL_MILLION: Load = {
  connections: 600,
  rooms: [
    { rooms: 40, members: 15, publishes: 200 },
    { rooms: 1, members: 400, publishes: 10 },
  ],
};

/** Rooms whose sizes differ as Zipf has it. */
const SKEWED: Load = {
  connections: 600,
  rooms: zipf({ rooms: 200, subscriptions: 2_400, publishes: 300, exponent: 1 }),
};

/**
 * What is measured. Some of a single process and one of four are fitted on; processes that are busier,
 * two, four and eight of them, skewed rooms and rooms that are large or quiet have to follow from them.
 */
export const RUNS: readonly Run[] = [
  { id: "nothing", processes: 1, load: alike(0, 0, 0, 0), fitted: true },
  { id: "idle connections", processes: 1, load: alike(4_000, 4_000, 1, 0), fitted: true },
  { id: "idle subscriptions", processes: 1, load: alike(1_000, 1_000, 100, 0), fitted: true },
  { id: "pairs", processes: 1, load: alike(400, 200, 2, 2_000), fitted: true },
  { id: "fan-out", processes: 1, load: alike(400, 2, 200, 150), fitted: true },
  { id: "quiet rooms", processes: 1, load: alike(500, 1_500, 3, 800), fitted: true },
  { id: "many processes for each room", processes: 4, load: alike(400, 50, 12, 500), fitted: true },
  { id: "busy pairs", processes: 1, load: alike(400, 200, 2, 6_000), fitted: false },
  { id: "busy fan-out", processes: 1, load: alike(400, 2, 200, 450), fitted: false },
  { id: "small rooms", processes: 2, load: alike(400, 40, 10, 1_200), fitted: false },
  {
    id: "quiet rooms of two processes",
    processes: 2,
    load: alike(600, 1_500, 4, 500),
    fitted: false,
  },
  { id: "a busy topic", processes: 4, load: alike(200, 4, 50, 300), fitted: false },
  { id: "skewed rooms", processes: 4, load: SKEWED, fitted: false },
  { id: "rooms of twenty", processes: 8, load: alike(800, 80, 20, 800), fitted: false },
  { id: "one large room", processes: 8, load: alike(1_000, 1, 1_000, 20), fitted: false },
  { id: "a million, much smaller", processes: 8, load: SMALL_MILLION, fitted: false },
];

/** Enough to see that all works. */
export const QUICK: readonly string[] = ["nothing", "pairs", "many processes for each room"];
