import { shown } from "../report.ts";
import { type Agreement, agreements, FIGURES, type Sample } from "./agreement.ts";
import { type Measured, nameOf, type Stack } from "./costs.ts";
import type { Results } from "./results.ts";
import { RUNS } from "./runs.ts";

/** All stacks that may be measured. */
export const STACKS: readonly Stack[] = [
  { runtime: "bun", engine: "redis" },
  { runtime: "deno", engine: "redis" },
  { runtime: "bun", engine: "nats" },
  { runtime: "deno", engine: "nats" },
];

/** What a stack is called. */
export function titleOf({ runtime, engine }: Stack): string {
  const names = { bun: "Bun", deno: "Deno", redis: "Redis", nats: "NATS" } as const;
  return `${names[runtime]}, ${names[engine]}`;
}

/** What constants are called, with their units. */
const CONSTANTS: readonly (readonly [keyof Measured, string, "µs" | "KiB" | "B" | "MiB"])[] = [
  ["wake", "a turn of a process", "µs"],
  ["publish", "a message of a client, to the engine", "µs"],
  ["beacon", "a beacon, to the engine", "µs"],
  ["receive", "a message or a beacon from the engine", "µs"],
  ["delivery", "a message to one connection", "µs"],
  ["idle", "an idle connection, each second", "µs"],
  ["base", "a process, each second", "µs"],
  ["engineWake", "a turn of the engine", "µs"],
  ["enginePublish", "a message or a beacon", "µs"],
  ["engineDelivery", "the same, for each process that it goes to", "µs"],
  ["engineWrite", "a write to a process", "µs"],
  ["engineBase", "the engine, each second", "µs"],
  ["processBytes", "a process", "MiB"],
  ["connectionBytes", "a connection", "KiB"],
  ["subscriptionBytes", "a subscription", "B"],
  ["topicBytes", "a topic that somebody here wants", "B"],
];

const BYTES = { B: 1, KiB: 1_024, MiB: 1_048_576, "µs": 1 } as const;

/** The constants of those stacks that were measured. */
export function costsTable({ costs }: Results): string {
  const stacks = STACKS.filter((stack) => costs[nameOf(stack)] !== undefined);
  const rows = CONSTANTS.map(([name, title, unit]) => {
    const cells = stacks.map((stack) => {
      const value = costs[nameOf(stack)]![name] / BYTES[unit];
      return `${shown(value, value < 10 ? 1 : 0)} ${unit}`;
    });
    return [`\`${name}\``, title, ...cells];
  });
  return grid(["", "what it is", ...stacks.map(titleOf)], rows);
}

/** Each run of a stack: what was measured, and what the model says. */
export function agreementTable(costs: Measured, samples: readonly Sample[]): string {
  const all = agreements(RUNS, samples, costs);
  const rows = samples.map(({ id, publishes }) => {
    const { processes, fitted } = RUNS.find((each) => each.id === id)!;
    const cells = FIGURES.map((figure) => {
      const found = all.find((each) => each.run.id === id && each.figure === figure);
      return found === undefined ? "" : cellOf(found);
    });
    return [id, `${processes}`, shown(publishes, 0), ...cells, fitted ? "yes" : "no"];
  });
  const head = ["run", "processes", "said", "a process", "the engine", "memory"];
  return grid([...head, "at the engine", "fitted on"], rows);
}

/** What each figure is divided by, and its unit. */
const UNITS = {
  process: [0.01, " %", 1],
  engine: [0.01, " %", 1],
  memory: [1_048_576, " MiB", 0],
  messages: [1, "", 0],
} as const;

function cellOf({ figure, measured, predicted, near }: Agreement): string {
  const [divisor, unit, digits] = UNITS[figure];
  const value = (number: number) => shown(number / divisor, digits);
  const cell = `${value(measured)} / ${value(predicted)}${unit}`;
  return near === false ? `**${cell}**` : cell;
}

/** How many of the predictions are near, and of how many. */
export function scores(all: readonly Agreement[]): string {
  const score = (fitted: boolean) => {
    const judged = all.filter(({ run, near }) => run.fitted === fitted && near !== undefined);
    return `${judged.filter(({ near }) => near).length} of ${judged.length}`;
  };
  return `${score(false)} predictions of runs that the model was not fitted on are within 25 %, ` +
    `and ${score(true)} of those that it was`;
}

function grid(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((title, index) => index === 0 || title === "what it is" ? "---" : "---:");
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}
