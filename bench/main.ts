/**
 * The bench: every server, one after the other, round after round, each pinned to one core with the
 * load generator on another. Writes a table and a plot into bench/results/.
 */
import { run } from "./command.ts";
import { atBase, type Contender, contenders, isOurs, titleOf } from "./contenders.ts";
import { demandConnections, lookAtMachine, type Machine } from "./machine.ts";
import { Measurements } from "./measurements.ts";
import { type Options, parseOptions, takes } from "./options.ts";
import { plot } from "./plot.ts";
import { type Report, shown } from "./report.ts";
import { findRuntimes, type Runtimes } from "./runtimes.ts";
import { PEERS, Stage } from "./stage.ts";
import { table } from "./table.ts";
import { Worker } from "./worker.ts";
import { FULL, QUICK, type Sample, type Workload, workloads } from "./workloads.ts";

const root = new URL("..", import.meta.url).pathname.replace(/\/$/, "");

/** What a run needs. */
interface Bench {
  readonly options: Options;
  readonly machine: Machine;
  readonly runtimes: Runtimes;
  readonly stage: Stage;
}

/** Starts a server and a load generator, measures once, and ends both. */
async function measure(
  { machine, runtimes, stage }: Bench,
  workload: Workload,
  contender: Contender,
): Promise<Sample> {
  await using server = new Worker(titleOf(contender), [
    ...machine.serverPin,
    ...runtimes[contender.runtime].command,
    stage.script(contender),
    ...(workload.fanOut ? ["fan-out"] : []),
  ], stage.folder);
  const { port } = await server.answer<{ port: number }>("listen");
  await using load = new Worker("the load generator", [
    ...machine.loadPin,
    ...runtimes.bun.command,
    stage.load,
    String(port),
  ], stage.folder);
  return await workload.measure({ server, load });
}

/** Measures all of it, round by round; who begins changes with each round. */
async function measureAll(
  bench: Bench,
  taken: readonly Workload[],
  rivals: readonly Contender[],
): Promise<Measurements> {
  const { rounds } = bench.options;
  const measurements = new Measurements();
  const plan = taken.flatMap((workload) => {
    const included = rivals.filter((rival) => workload.includes(rival));
    return Array.from({ length: rounds }, (_, round) => round).flatMap((round) => {
      const first = round % Math.max(1, included.length);
      return [...included.slice(first), ...included.slice(0, first)]
        .map((contender) => ({ workload, contender, round }));
    });
  });
  const start = performance.now();
  for (const [index, { workload, contender, round }] of plan.entries()) {
    const sample = await measure(bench, workload, contender)
      .catch((error: unknown) => void console.error(String(error)));
    measurements.add(workload.id, contender.id, sample);
    const left = (performance.now() - start) / (index + 1) * (plan.length - index - 1) / 60_000;
    console.log(
      `[${index + 1}/${plan.length}, ${left < 1 ? "under" : "about"} ${
        Math.ceil(left)
      } min left] ` +
        `${workload.id} ${round + 1}/${rounds}, ${titleOf(contender)}: ${line(workload, sample)}`,
    );
  }
  return measurements;
}

function line({ metrics }: Workload, sample: Sample | undefined): string {
  if (sample === undefined) return "failed";
  const values = metrics.map(({ id, title, digits }) =>
    `${shown(sample.values[id] ?? NaN, digits)} ${title}`
  );
  const { server, load } = sample;
  const shares = server === undefined || load === undefined
    ? []
    : [`server ${shown(100 * server, 0)} %`, `load ${shown(100 * load, 0)} %`];
  return [...values, ...shares].join(", ");
}

async function setting({ machine, runtimes, options }: Bench): Promise<string[]> {
  const { version } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  const commit = await run(["git", "describe", "--always", "--dirty"], root);
  const { bun, deno, node } = runtimes;
  const peers = Object.entries(PEERS).map(([name, number]) => `${name} ${number}`);
  return [
    `edgesocket ${version}${commit.text ? ` at ${commit.text}` : ""}, ${today()}` +
    (options.base ? `; base: ${options.base}` : ""),
    `Bun ${bun.version}, Deno ${deno.version}, Node ${node.version}; ${peers.join(", ")}`,
    machine.title,
    machine.serverPin.length > 0
      ? "each server pinned to one core, the load generator to another"
      : "processes not pinned to cores: this machine cannot, so expect more spread",
    "load generator: bench/load, TypeScript on Bun, over raw TCP",
  ];
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/** Where the results go: those of a whole run are there to be shown, others are not. */
async function write(report: Report, whole: boolean): Promise<void> {
  const folder = `bench/results${whole ? "" : "/partial"}`;
  await Deno.mkdir(`${root}/${folder}`, { recursive: true });
  const files = {
    "table.md": table(report),
    "plot.svg": plot(report),
    "samples.json": `${JSON.stringify(report.measurements, undefined, 1)}\n`,
  };
  for (const [name, content] of Object.entries(files)) {
    await Deno.writeTextFile(`${root}/${folder}/${name}`, content);
  }
  console.log(`\n${files["table.md"]}\nWritten: ${folder}/{${Object.keys(files).join(",")}}`);
}

async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  const [machine, runtimes] = await Promise.all([lookAtMachine(), findRuntimes()]);
  const known = workloads(options.quick ? QUICK : FULL);
  const ids = (all: readonly { id: string }[]) => all.map(({ id }) => id);
  const everyone = options.base === undefined
    ? contenders
    : contenders.flatMap((one) => isOurs(one) ? [one, atBase(one)] : [one]);
  const taken = known.filter(({ id }) => takes(options, id, ids(known)));
  const rivals = everyone.filter(({ id }) => takes(options, id, ids(everyone)));
  demandConnections(machine, Math.max(...taken.map(({ connections }) => connections)));
  await using stage = await Stage.set(root, runtimes, options.base);
  const bench = { options, machine, runtimes, stage };
  const report = {
    date: today(),
    setting: await setting(bench),
    rounds: options.rounds,
    workloads: taken,
    contenders: rivals,
    measurements: await measureAll(bench, taken, rivals),
  };
  await write(report, !options.quick && options.only.length === 0);
}

try {
  await main(Deno.args);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
