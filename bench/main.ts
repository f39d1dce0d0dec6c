/**
 * The bench: servers in pairs, each pinned to one core with the load generator on another. Writes a
 * table and a plot; whole suites take the place of theirs in bench/results/, with a line of history.
 */
import { demand, run } from "./command.ts";
import { isOurs } from "./contenders.ts";
import { entryOf, parseHistory, toLine } from "./history.ts";
import { historyPlot } from "./history_plot.ts";
import { demandConnections, lookAtMachine, type Machine } from "./machine.ts";
import { isWhole, type Options, parseOptions, takes } from "./options.ts";
import { FULL, QUICK } from "./pace.ts";
import { plot } from "./plot.ts";
import { findings, type Report, shown, verdictOf } from "./report.ts";
import { idOf, isNoise, type Row } from "./row.ts";
import { measureModel } from "./model/bench.ts";
import { measureAll } from "./runner.ts";
import { findRuntimes, type Runtimes } from "./runtimes.ts";
import { PEERS, Stage } from "./stage.ts";
import { publish, reportOf } from "./published.ts";
import { besideBase, rowsOf, type SuiteName, SUITES } from "./suites.ts";
import { table, withShortTable } from "./table.ts";
import { begin, fromText, type Progress, type Subject, toText } from "./unfinished.ts";
import { workloads } from "./workloads.ts";

const root = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
const HISTORY = `${root}/bench/results/history.jsonl`;
const SAMPLES = `${root}/bench/results/samples.json`;
const UNFINISHED = `${root}/bench/results/partial/run.json`;
const PAGE = `${root}/docs/performance.md`;
const HISTORY_PLOT = `${root}/docs/images/bench-history.svg`;

function suitesOf({ suites }: Options): readonly SuiteName[] {
  return suites.length > 0 ? suites : SUITES;
}

/**
 * The rows that the options ask for.
 *
 * @throws {TypeError} If there are none.
 */
function plan(options: Options): Row[] {
  const names = suitesOf(options);
  const all = rowsOf(names, workloads(options.quick ? QUICK : FULL));
  const candidates = options.base === undefined ? all : besideBase(all);
  const workloadIds = candidates.map(({ workload }) => workload.id);
  const serverIds = candidates.map(({ contender }) => contender.id);
  const rows = candidates.filter(({ workload, contender }) =>
    takes(options, workload.id, workloadIds) && takes(options, contender.id, serverIds) &&
    (options.generator === "edgesocket" || workload.byOthers === true)
  );
  if (rows.length > 0) return rows;
  throw new TypeError(
    `Cannot run ${names.join(", ")}: expected rows that the options take, got none`,
  );
}

async function setting(
  options: Options,
  machine: Machine,
  { commit, versions }: Subject,
  { repeated, lost }: Progress,
): Promise<string[]> {
  const { version } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  return [
    `edgesocket ${version} at ${commit}, ${today()}${
      options.base ? `; base: ${options.base}` : ""
    }`,
    Object.entries(versions).map(([name, number]) => `${name} ${number}`).join(", "),
    machine.title,
    machine.serverCore === undefined
      ? "processes not kept on cores: this machine cannot, so expect more spread"
      : "each server kept on one core, the load generator on another",
    options.generator === "edgesocket"
      ? "load: bench/load, TypeScript on Bun over raw TCP; each echo is compared with what was sent"
      : "load: the client of ws on Node; each echo is compared with what was sent",
    `${repeated} samples were taken again, because a server had less than ` +
    `${shown(100 * options.core, 0)} % of its core; ${lost} pairs were lost`,
  ];
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function versionsOf({ bun, deno, node }: Runtimes): Record<string, string> {
  return { Bun: bun.version, Deno: deno.version, Node: node.version, ...PEERS };
}

/** Writes what a run has shown, for whoever made it. */
async function write(report: Report, folder: string): Promise<void> {
  const text = table(report);
  await Deno.writeTextFile(`${root}/${folder}/table.md`, text);
  await Deno.writeTextFile(`${root}/${folder}/plot.svg`, plot(report));
  console.log(`\n${text}\nWritten: ${folder}/{table.md,plot.svg}`);
}

/** Puts a whole run of some suites in the place of what was published of them, and into the history. */
async function publishRun(report: Report, subject: Subject, options: Options): Promise<void> {
  const all = workloads(FULL);
  const before = JSON.parse(await Deno.readTextFile(SAMPLES));
  const published = publish(before, suitesOf(options), report, all);
  await Deno.writeTextFile(SAMPLES, `${JSON.stringify(published)}\n`);
  const shown = reportOf(published, all);
  await write(shown, "bench/results");
  await Deno.writeTextFile(HISTORY, toLine(entryOf(report, subject)), { append: true });
  const history = parseHistory(await Deno.readTextFile(HISTORY));
  await Deno.writeTextFile(HISTORY_PLOT, historyPlot(history, rowsOf(SUITES, all)));
  await Deno.writeTextFile(PAGE, withShortTable(await Deno.readTextFile(PAGE), shown));
  await demand([Deno.execPath(), "fmt", "--quiet", PAGE, HISTORY_PLOT], root);
}

/** Whether every row of ours has all the pairs that were asked for. */
function isComplete({ rows, measurements }: Report, pairs: number): boolean {
  return rows.filter((row) => isOurs(row.contender) || isNoise(row))
    .every((row) => measurements.pairs(row).length >= Math.floor(row.share * pairs));
}

/** Says which floors are not met; returns whether one of them is missed. */
function tellFloors(report: Report): boolean {
  const judged = findings(report).map((finding) => ({ ...finding, judged: verdictOf(finding) }));
  for (const { row, metric, judged: found } of judged) {
    if (found === undefined || found.verdict === "met") continue;
    console.log(`${found.verdict}: ${idOf(row)}/${metric.id}, floor ${found.bound}`);
  }
  return judged.some(({ judged: found }) =>
    found?.verdict === "missed" || found?.verdict === "not measured"
  );
}

async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  if (options.model) {
    const near = await measureModel(root, options);
    if (options.check && !near) Deno.exitCode = 1;
    return;
  }
  const rows = plan(options);
  const [machine, runtimes] = await Promise.all([lookAtMachine(), findRuntimes()]);
  demandConnections(machine, Math.max(...rows.map(({ workload }) => workload.connections)));
  await using stage = await Stage.set(root, runtimes, options.base);
  const subject: Subject = {
    commit: (await run(["git", "describe", "--always", "--dirty"], root)).text,
    machine: machine.kind,
    versions: versionsOf(runtimes),
  };
  const progress = options.resume
    ? fromText(await Deno.readTextFile(UNFINISHED), subject)
    : begin();
  await Deno.mkdir(`${root}/bench/results/partial`, { recursive: true });
  const save = () => Deno.writeTextFile(UNFINISHED, toText(subject, progress));
  await measureAll({ options, machine, runtimes, stage, save }, rows, progress);
  const report: Report = {
    date: today(),
    setting: await setting(options, machine, subject, progress),
    rows,
    measurements: progress.measurements,
  };
  if (isWhole(options) && isComplete(report, options.pairs)) {
    await publishRun(report, subject, options);
  } else await write(report, "bench/results/partial");
  const missed = tellFloors(report);
  if (options.check && missed) Deno.exitCode = 1;
}

try {
  await main(Deno.args);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
