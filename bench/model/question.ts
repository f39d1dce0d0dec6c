import { type AllCosts, type Costs, costsOf, NETWORK, type Stack } from "./costs.ts";
import { type Load, MILLION, type Rooms, zipf } from "./load.ts";
import { BOUNDS, type Bounds } from "./plan.ts";
import type { Machines } from "./rates.ts";

/** What somebody wants to know. */
export interface Question {
  readonly load: Load;
  readonly stack: Stack;
  readonly costs: Costs;
  readonly bounds: Bounds;
  /** What is there; `undefined` for what is wanted. */
  readonly machines: Machines | undefined;
}

export const USAGE = `deno run bench/model.ts [options]

  --rooms=9000x100@9999    rooms x members of each @ messages a second to all of them; may be repeated
  --zipf=200x5000@300^1    rooms x subscriptions of all @ messages a second ^ exponent of Zipf
  --connections=1000000    default: as many as subscriptions
  --bytes=64               of a message; the constants are those of 64
  --runtime=bun            or deno
  --engine=redis           or nats
  --network=${NETWORK}            microseconds from one machine to the next
  --busy=50                per cent of a core that the work of a process or a shard may take
  --memory=1000            megabytes that a process may take
  --each=20000             connections that a process may have
  --traffic=625            megabytes a second that a shard may send
  --latency=200            milliseconds until the last member of the largest room has a message
  --processes=50 --shards=4   what is there; default: the fewest that do

Without rooms it answers for a million connections.
`;

const NUMBERS = [
  ...["connections", "bytes", "network", "busy", "memory", "each", "traffic", "latency"],
  ...["processes", "shards"],
] as const;

const ROOMS = /^([\d.e]+)x([\d.e]+)@([\d.e]+)$/;
const ZIPF = /^([\d.e]+)x([\d.e]+)@([\d.e]+)\^([\d.e]+)$/;

/**
 * Reads the arguments.
 *
 * @param all What is known of costs: what was published last.
 * @throws {TypeError} If one is unknown, or not what it should be.
 */
export function parseQuestion(args: readonly string[], all?: AllCosts): Question {
  const given = new Map<string, string>();
  const rooms: Rooms[] = [];
  for (const arg of args) {
    const [, name, value] = /^--(\w+)=(.+)$/.exec(arg) ?? [];
    if (name === undefined || value === undefined) throw unknown(arg);
    if (name === "rooms") {
      const [count, members, publishes] = numbers(arg, ROOMS, value);
      rooms.push({ rooms: count!, members: members!, publishes: publishes! });
    } else if (name === "zipf") {
      const [count, subscriptions, publishes, exponent] = numbers(arg, ZIPF, value) as [
        number,
        number,
        number,
        number,
      ];
      rooms.push(...zipf({ rooms: count, subscriptions, publishes, exponent }));
    } else if (["runtime", "engine", ...NUMBERS].includes(name)) given.set(name, value);
    else throw unknown(arg);
  }
  const number = (name: typeof NUMBERS[number], otherwise: number): number => {
    const value = given.get(name);
    if (value === undefined) return otherwise;
    if (Number(value) > 0 && Number(value) < Infinity) return Number(value);
    throw new TypeError(`Cannot use --${name}: expected a number above 0, got "${value}"`);
  };
  const one = <T extends string>(name: string, values: readonly [T, ...T[]]): T => {
    const value = given.get(name) ?? values[0];
    const found = values.find((each) => each === value);
    if (found !== undefined) return found;
    const expected = values.join(" or ");
    throw new TypeError(`Cannot use --${name}: expected ${expected}, got "${value}"`);
  };
  const asked = rooms.length > 0 ? rooms : MILLION.rooms;
  const subscriptions = asked.reduce((sum, each) => sum + each.rooms * each.members, 0);
  const stack = {
    runtime: one("runtime", ["bun", "deno"]),
    engine: one("engine", ["redis", "nats"]),
  };
  return {
    load: {
      connections: number("connections", subscriptions),
      rooms: asked,
      bytes: number("bytes", 64),
    },
    stack,
    costs: costsOf(stack, number("network", NETWORK), all),
    bounds: {
      busy: number("busy", 100 * BOUNDS.busy) / 100,
      memory: 1e6 * number("memory", BOUNDS.memory / 1e6),
      connections: number("each", BOUNDS.connections),
      traffic: 1e6 * number("traffic", BOUNDS.traffic / 1e6),
      latency: number("latency", BOUNDS.latency),
    },
    machines: given.has("processes") || given.has("shards")
      ? { processes: number("processes", 1), shards: number("shards", 1) }
      : undefined,
  };
}

function unknown(arg: string): TypeError {
  return new TypeError(`Cannot use "${arg}".\n\n${USAGE}`);
}

/** The numbers of an argument of several. */
function numbers(arg: string, shape: RegExp, value: string): number[] {
  const found = shape.exec(value)?.slice(1).map(Number) ?? [];
  const [rooms = 0, members = 0] = found;
  // Any rate is a rate, but rooms of nobody are none.
  if (rooms >= 1 && members > 0 && found.every(Number.isFinite)) return found;
  throw new TypeError(`Cannot use "${arg}": expected numbers as in the line below.\n\n${USAGE}`);
}
