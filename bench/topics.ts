/**
 * The bench of topics: `deno task bench:topics [--quick] [--only=fan-out,publish]`. Fan-out beside a plain loop, publishes over
 * Redis beside its bare client, memory of a subscription. Writes bench/results/topics.md.
 */
import { demand, run } from "./command.ts";
import { demandConnections, lookAtMachine } from "./machine.ts";
import type { Usage } from "./core_time.ts";
import { findRuntimes } from "./runtimes.ts";
import { Stage } from "./stage.ts";
import { median as medianOf } from "./statistics.ts";
import { Worker } from "./worker.ts";

const root = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
const quick = Deno.args.includes("--quick");
/** One half only. */
const only = Deno.args.find((arg) => arg.startsWith("--only="))?.slice("--only=".length);
const ROUNDS = quick ? 3 : 7;
const CROWDS = quick ? [1_000] : [1_000, 10_000];
const SIZES = [64, 1_024];
const EACH = [1, 10];
const NAMES = ["bun", "deno"] as const;
type Name = typeof NAMES[number];
const WAYS: Record<Name, readonly string[]> = {
  bun: ["loop", "topics", "native", "crossws", "hono"],
  deno: ["loop", "topics", "crossws", "hono"],
};

const [machine, runtimes] = await Promise.all([lookAtMachine(), findRuntimes()]);
demandConnections(machine, Math.max(...CROWDS));
await using stage = await Stage.set(root, runtimes, undefined);
await demand(["npm", "install", "--no-audit", "--no-fund", "redis@6"], stage.folder);
const { serverCore } = machine;
const pinned = serverCore === undefined ? [] : ["taskset", "-c", serverCore];
const script = (file: string) => `${stage.folder}/current/bench/servers/${file}.ts`;

/** Microseconds of processor time for each delivery. */
async function fanOut(name: Name, way: string, crowd: number, size: number, each: number) {
  const command = [
    ...runtimes[name].command,
    script("rooms"),
    way,
    `${each}`,
  ];
  await using server = new Worker(`${name}, ${way}`, command, stage.folder, machine.serverCore);
  const { port } = await server.answer<{ port: number }>("listen");
  const loader = [...runtimes.bun.command, stage.load, `${port}`];
  await using load = new Worker("the load generator", loader, stage.folder, machine.loadCore);
  await load.ask({ do: "grow", total: crowd, abreast: 50 });
  const times = Math.max(4, Math.round((quick ? 100_000 : 200_000) / crowd / each));
  const request = { do: "fanOut", size, binary: false, each };
  await load.ask({ ...request, times });
  const before = await server.ask<Usage>({ do: "usage" });
  await load.ask({ ...request, times });
  const after = await server.ask<Usage>({ do: "usage" });
  return (after.cpu - before.cpu) / (times * crowd * each);
}

/** What a script prints. */
async function value(name: Name, ...args: string[]): Promise<number> {
  const text = await demand(
    [...pinned, ...runtimes[name].command, script("publisher"), ...args],
    stage.folder,
  );
  return JSON.parse(text.split("\n").at(-1)!).value;
}

function freePort(): number {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return listener.addr.port;
}

const median = (values: readonly number[]) => medianOf(values)!;
const lines = [
  "# What topics cost",
  "",
  `${new Date().toISOString().slice(0, 10)}, ${machine.title}; medians of ${ROUNDS} rounds.`,
  "",
  "## Fan-out: processor time of the server for each delivery",
  "",
  "| runtime, subscribers, bytes, publishes in one turn | loop | topics | of the loop | others, of the loop |",
  "| --- | ---: | ---: | ---: | --- |",
];
for (const name of only === "publish" ? [] : NAMES) {
  for (const crowd of CROWDS) {
    for (const size of SIZES) {
      for (const each of EACH) {
        const costs = new Map<string, number[]>(WAYS[name].map((way) => [way, []]));
        for (let round = 0; round < ROUNDS; round++) {
          for (const [way, list] of costs) {
            const cost = await fanOut(name, way, crowd, size, each).catch((error: unknown) =>
              void console.error(String(error))
            );
            if (cost !== undefined) list.push(cost);
          }
        }
        const at = (way: string) => median(costs.get(way)!);
        const others = WAYS[name].slice(2).filter((way) => costs.get(way)!.length > 0)
          .map((way) => `${way} ${(at(way) / at("loop")).toFixed(2)}`);
        const row = [
          `${name}, ${crowd}, ${size}, ${each}`,
          `${at("loop").toFixed(2)} µs`,
          `${at("topics").toFixed(2)} µs`,
          (at("topics") / at("loop")).toFixed(2),
          others.join(", "),
        ];
        lines.push(`| ${row.join(" | ")} |`);
        console.log(lines.at(-1));
      }
    }
  }
}

lines.push("", "## Publishing over Redis, 100 in flight, and memory", "");
lines.push("| runtime | bare client | topics | of the bare one | bytes of a subscription |");
lines.push("| --- | ---: | ---: | ---: | ---: |");
const hasRedis = (await run(["redis-server", "--version"])).ok;
for (const name of only === "fan-out" ? [] : NAMES) {
  const memory = await value(name, "memory");
  const rates: Record<string, number[]> = { bare: [], topics: [] };
  if (hasRedis) {
    const port = freePort();
    const args = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", ""];
    const engine = new Deno.Command("redis-server", { args, stdout: "null" }).spawn();
    await new Promise((resolve) => setTimeout(resolve, 500));
    for (let round = 0; round < ROUNDS; round++) {
      for (const way of ["bare", "topics"]) {
        rates[way]!.push(await value(name, way, `redis://127.0.0.1:${port}`));
      }
    }
    engine.kill();
    await engine.status;
  }
  const [bare, topics] = [rates.bare!, rates.topics!].map((list) => hasRedis ? median(list) : NaN);
  const cells = [
    bare!.toFixed(0),
    topics!.toFixed(0),
    (topics! / bare!).toFixed(2),
    memory.toFixed(0),
  ];
  lines.push(`| ${name} | ${cells.join(" | ")} |`);
  console.log(lines.at(-1));
}
await Deno.mkdir(`${root}/bench/results/partial`, { recursive: true });
const file = `bench/results/${quick ? "partial/" : ""}topics.md`;
await Deno.writeTextFile(`${root}/${file}`, `${lines.join("\n")}\n`);
console.log(`Written: ${file}`);
Deno.exit(0);
