import { shown } from "../report.ts";
import { publishesOf, type Rooms } from "./load.ts";
import { breaks, plan, strains } from "./plan.ts";
import { predict, type Prediction } from "./predict.ts";
import type { Question } from "./question.ts";
import { simulate } from "./simulate.ts";

/** Kinds of rooms that are named, the largest of them: skewed rooms are of many kinds. */
const NAMED = 4;

const RUNTIMES = { bun: "Bun", deno: "Deno" } as const;
const ENGINES = { redis: "Redis", nats: "NATS" } as const;

/** What a question is answered, in lines. */
export function answer({ load, stack, costs, bounds, machines: given }: Question): string[] {
  const lines = [
    `${shown(load.connections, 0)} connections, ${
      shown(publishesOf(load), 0)
    } messages a second, ` +
    `on ${RUNTIMES[stack.runtime]} over ${ENGINES[stack.engine]}`,
  ];
  const machines = given ?? plan(load, bounds, costs);
  if (machines === undefined) return [...lines, "", "no number of processes and shards will do"];
  const { processes, shards } = machines;
  const prediction = predict(load, machines, costs);
  const used = strains(prediction, bounds);
  const latencies = simulate(load, machines, costs);
  const largest = load.rooms.toSorted((one, other) => other.members - one.members).slice(0, NAMED);
  const growth = breaks(load, machines, costs, bounds);
  return [
    ...lines,
    "",
    `${counted(processes, "process", "processes")}, ${counted(shards, "shard", "shards")}${
      given ? "" : ": the fewest that do"
    }`,
    ...used.map(([name, share]) => {
      return `  ${figureOf(name, prediction).padStart(12)}  ${
        percent(share)
      } of its bound: ${name}`;
    }),
    `with turns a process takes ${percent(prediction.processBusy).trim()} of a core, ` +
    `a shard ${percent(prediction.shardBusy).trim()}`,
    "",
    "until the last member has a message, in a simulation:",
    ...latencies?.filter(({ rooms }) => largest.includes(rooms)).map(({ rooms, median, p99 }) =>
      `  ${titleOf(rooms)}: ${shown(median, 1)} ms, one in a hundred ${shown(p99, 1)} ms`
    ) ?? ["  for ever: it does not keep up"],
    "",
    "what breaks first as it grows:",
    ...growth.map(({ grows, factor, breaks }) =>
      `  ${grows} times ${shown(factor, factor < 10 ? 2 : 0)}: ${breaks}`
    ),
  ];
}

function figureOf(name: string, prediction: Prediction): string {
  const { process, shard, memory, connections, traffic, latency } = prediction;
  const figures: Readonly<Record<string, string>> = {
    "processor of a process": `${percent(process).trim()} core`,
    "memory of a process": `${shown(memory / 1e6, 0)} MB`,
    "connections of a process": shown(connections, 0),
    "processor of a shard": `${percent(shard).trim()} core`,
    "network of a shard": `${shown(traffic / 1e6, 0)} MB/s`,
    "latency of the largest room": `${shown(latency, 1)} ms`,
  };
  return figures[name]!;
}

function titleOf({ rooms, members }: Rooms): string {
  return `${counted(rooms, "room", "rooms")} of ${shown(members, 0)}`;
}

function counted(count: number, one: string, many: string): string {
  return `${shown(count, 0)} ${count === 1 ? one : many}`;
}

function percent(share: number): string {
  return `${shown(100 * share, 0)} %`.padStart(5);
}
