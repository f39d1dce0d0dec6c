/**
 * The bench of hubs: `deno task bench:hubs [--quick] [--only=calls,bun]`. Calls, broadcasts, connects
 * and memory, beside a bare loop that does the least for the same frames, and beside others. Rates are
 * for each second of the server's processor time. Writes bench/results/hubs.md.
 */
import { demand } from "./command.ts";
import type { Usage } from "./core_time.ts";
import type { Effort } from "./load/effort.ts";
import { demandConnections, lookAtMachine } from "./machine.ts";
import { findRuntimes, type Runtimes } from "./runtimes.ts";
import { Stage } from "./stage.ts";
import { estimate } from "./statistics.ts";
import { Worker } from "./worker.ts";

const root = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
const quick = Deno.args.includes("--quick");
const only = Deno.args.find((arg) => arg.startsWith("--only="))?.slice("--only=".length).split(",");
const wanted = (kind: readonly string[], name: string) =>
  only === undefined || !only.some((word) => kind.includes(word)) || only.includes(name);

const NAMES = ["bun", "deno", "node"] as const satisfies readonly (keyof Runtimes)[];
type Name = typeof NAMES[number];
const WAYS = ["native", "loop", "hub", "socket.io", "trpc"] as const;
type Way = typeof WAYS[number];
const ROUNDS = quick ? 3 : 9;
const ABREAST = 50;
/** Calls under way on each connection. */
const WINDOW = 16;
const CROWD = 1_000;
/** Connections that bring the heap to its size, and those after them whose memory counts. */
const [FIRST, IDLE] = quick ? [1_000, 2_000] : [2_000, 5_000];

/** Peers, as npm names them. */
const PACKAGES = [
  "valibot@1.5.0",
  "socket.io@4.8.4",
  "@socket.io/bun-engine@0.1.2",
  "@trpc/server@11.25.2",
];

interface Pair {
  readonly server: Worker;
  readonly load: Worker;
}

interface Measurement {
  readonly id: string;
  readonly title: string;
  /** Who takes part. */
  readonly ways: readonly Way[];
  readonly unit: string;
  measure(pair: Pair): Promise<number>;
}

/** Things done for each second of the server's processor time. */
async function rate({ server, load }: Pair, request: { do: string; [name: string]: unknown }) {
  const before = await server.ask<Usage>({ do: "usage" });
  const { count } = await load.ask<Effort>(request);
  const after = await server.ask<Usage>({ do: "usage" });
  return count / ((after.cpu - before.cpu) / 1e6);
}

const MEASUREMENTS: readonly Measurement[] = [
  {
    id: "calls",
    title: `awaited calls, ${ABREAST} clients with ${WINDOW} under way each`,
    ways: WAYS,
    unit: "calls/s",
    async measure(pair) {
      await pair.load.ask({ do: "grow", total: ABREAST, abreast: ABREAST });
      const calls = { do: "calls", lanes: ABREAST, window: WINDOW };
      await pair.load.ask({ ...calls, seconds: quick ? 0.5 : 1 });
      return rate(pair, { ...calls, seconds: quick ? 0.5 : 1 });
    },
  },
  {
    id: "broadcast",
    title: `a broadcast to ${CROWD.toLocaleString("en")} clients`,
    ways: ["native", "loop", "hub", "socket.io"],
    unit: "deliveries/s",
    async measure(pair) {
      await pair.load.ask({ do: "grow", total: CROWD, abreast: ABREAST });
      const times = quick ? 100 : 300;
      await pair.load.ask({ do: "shout", times });
      return rate(pair, { do: "shout", times });
    },
  },
  {
    id: "connects",
    title: `connect, shake hands, call, close; ${ABREAST} at a time`,
    ways: WAYS,
    unit: "connections/s",
    async measure(pair) {
      const total = quick ? 1_000 : 3_000;
      await pair.load.ask({ do: "visit", total: 2 * total, abreast: ABREAST });
      return rate(pair, { do: "visit", total, abreast: ABREAST });
    },
  },
  {
    id: "memory",
    title: `memory of an idle connection, ${IDLE.toLocaleString("en")} beside ${
      FIRST.toLocaleString("en")
    } others`,
    ways: ["loop", "hub", "socket.io"],
    unit: "KiB",
    async measure({ server, load }) {
      await load.ask({ do: "grow", total: FIRST, abreast: ABREAST });
      const before = await server.ask<number>({ do: "memory" });
      await load.ask({ do: "grow", total: FIRST + IDLE, abreast: ABREAST });
      return (await server.ask<number>({ do: "memory" }) - before) / IDLE / 1024;
    },
  },
];

const [machine, runtimes] = await Promise.all([lookAtMachine(), findRuntimes()]);
demandConnections(machine, FIRST + IDLE);
await using stage = await Stage.set(root, runtimes, undefined);
await demand(["npm", "install", "--no-audit", "--no-fund", ...PACKAGES], stage.folder);
const bench = `${stage.folder}/current/bench`;
// Node 20 reads no TypeScript.
await demand([
  ...[...runtimes.bun.command, "build", "--target=node", "--packages=external"],
  ...[`${bench}/servers/hubs.ts`, `--outfile=${bench}/servers/hubs.js`],
]);

async function sample(name: Name, way: Way, { measure }: Measurement): Promise<number> {
  const script = `${bench}/servers/hubs.${name === "node" ? "js" : "ts"}`;
  const command = [...runtimes[name].command, script, way];
  await using server = new Worker(`${name}, ${way}`, command, stage.folder, machine.serverCore);
  const { port } = await server.answer<{ port: number }>("listen");
  const loader = [...runtimes.bun.command, `${bench}/load/calls.ts`, `${port}`, way];
  await using load = new Worker("the load generator", loader, stage.folder, machine.loadCore);
  return await measure({ server, load });
}

/** A hub beside another, round by round. */
function beside(hub: readonly number[], other: readonly number[], unit: string): string {
  if (unit === "KiB") {
    const more = estimate(hub.map((value, i) => value - other[i]!));
    return more === undefined ? "" : `${more.median >= 0 ? "+" : ""}${more.median.toFixed(2)}`;
  }
  const ratio = estimate(hub.map((value, i) => value / other[i]!));
  if (ratio === undefined) return "";
  return `${ratio.median.toFixed(2)} (${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)})`;
}

const lines = [
  "# What hubs cost",
  "",
  `${new Date().toISOString().slice(0, 10)}, ${machine.title}; medians of ${ROUNDS} rounds.`,
  "Rates are for each second of the server's processor time. The loop does the least for the same",
  "frames: JSON.parse, an async function, JSON.stringify, send; on our connections, and on the",
  "runtime's own (of ws on Node).",
];
for (const measurement of MEASUREMENTS) {
  const { id, title, ways, unit } = measurement;
  if (!wanted(MEASUREMENTS.map(({ id }) => id), id)) continue;
  const others = ways.filter((way) => way !== "hub");
  lines.push("", `## ${title[0]!.toUpperCase()}${title.slice(1)}`, "");
  lines.push(`| runtime | hub, ${unit} | ${others.map((way) => `beside ${way}`).join(" | ")} |`);
  lines.push(`| --- | ---: | ${others.map(() => "---:").join(" | ")} |`);
  console.log(lines.slice(-4).join("\n"));
  for (const name of NAMES.filter((name) => wanted(NAMES, name))) {
    const values = new Map<Way, number[]>(ways.map((way) => [way, []]));
    for (let round = 0; round < ROUNDS; round++) {
      // Nobody is always first.
      const order = round % 2 === 0 ? ways : [...ways].reverse();
      for (const way of order) {
        const value = await sample(name, way, measurement).catch((error: unknown) =>
          void console.error(`${name}, ${way}: ${error}`)
        );
        values.get(way)!.push(value ?? NaN);
      }
    }
    const hub = values.get("hub")!;
    const { median } = estimate(hub)!;
    const cells = others.map((way) => {
      const other = values.get(way)!;
      return other.some(Number.isNaN) ? "–" : beside(hub, other, unit);
    });
    const digits = unit === "KiB" ? 2 : 0;
    lines.push(`| ${[name, median.toFixed(digits), ...cells].join(" | ")} |`);
    console.log(lines.at(-1));
  }
}
await Deno.mkdir(`${root}/bench/results/partial`, { recursive: true });
const file = `bench/results/${quick || only ? "partial/" : ""}hubs.md`;
await Deno.writeTextFile(`${root}/${file}`, `${lines.join("\n")}\n`);
console.log(`Written: ${file}`);
Deno.exit(0);
