import { type Contender, titleOf } from "./contenders.ts";
import type { Machine } from "./machine.ts";
import type { SamplePair } from "./measurements.ts";
import type { Options } from "./options.ts";
import { shown } from "./report.ts";
import type { Row } from "./row.ts";
import type { Runtimes } from "./runtimes.ts";
import { rest, schedule } from "./schedule.ts";
import type { Stage } from "./stage.ts";
import { Worker } from "./worker.ts";
import type { Progress } from "./unfinished.ts";
import type { Sample, Workload } from "./workload.ts";

/** How often a sample is taken again for want of a core, before its pair is given up. */
const REPEATS = 4;
/** Milliseconds before the first of them; each next one waits twice as long. */
const PAUSE = 250;

/** Pairs after which what has been measured is written down. */
const SAVED = 20;

/** What a run needs. */
export interface Bench {
  readonly options: Options;
  readonly machine: Machine;
  readonly runtimes: Runtimes;
  readonly stage: Stage;
  /** Writes down how far the run has come. */
  save(progress: Progress): Promise<void>;
}

/**
 * Measures all rows, pair by pair, until all is done or the time is over. A pair that fails twice,
 * for want of a core or because a server does, is given up.
 */
export async function measureAll(
  bench: Bench,
  rows: readonly Row[],
  progress: Progress,
): Promise<void> {
  const { pairs, time } = bench.options;
  const { measurements } = progress;
  const turns = rest(schedule(rows, pairs), (row) => measurements.pairs(row).length);
  const start = performance.now();
  const minutes = () => (performance.now() - start) / 60_000;
  const planned = turns.length;
  // Pairs that fail are tried once more at the end: `turns` grows while this goes on.
  for (const [index, { row, contenderFirst }] of turns.entries()) {
    if (minutes() >= time) {
      console.log(`${shown(time, 0)} min are over: ${turns.length - index} pairs are left out`);
      break;
    }
    const pair = await measurePair(bench, row, contenderFirst, progress).catch((error: unknown) =>
      void console.error(String(error))
    );
    if (pair !== undefined) measurements.add(row, pair);
    else if (index < planned) turns.push(turns[index]!);
    else progress.lost++;
    if (index % SAVED === SAVED - 1) await bench.save(progress);
    const left = minutes() / (index + 1) * (turns.length - index - 1);
    console.log(
      `[${index + 1}/${turns.length}, ${Math.ceil(left)} min left] ${row.workload.id}, ` +
        `${titleOf(row.contender)} beside ${row.against.name}: ${figures(row, pair)}`,
    );
  }
  await bench.save(progress);
}

async function measurePair(
  bench: Bench,
  { workload, contender, against }: Row,
  contenderFirst: boolean,
  progress: Progress,
): Promise<SamplePair> {
  const take = (one: Contender) => measureUndisturbed(bench, workload, one, progress);
  if (contenderFirst) {
    const first = await take(contender);
    return { contender: first, against: await take(against) };
  }
  const first = await take(against);
  return { contender: await take(contender), against: first };
}

/**
 * Measures until both processes had the cores that they need.
 *
 * @throws {Error} If that does not happen.
 */
async function measureUndisturbed(
  bench: Bench,
  workload: Workload,
  contender: Contender,
  progress: Progress,
): Promise<Sample> {
  const least = bench.options.core;
  for (let repeat = 0;; repeat++) {
    const sample = await measure(bench, workload, contender);
    const shares = workload.needs.map((side) => sample[side]?.had ?? 1);
    const had = Math.min(1, ...shares);
    if (had >= least) return sample;
    if (repeat === REPEATS) {
      throw new Error(
        `Cannot measure ${titleOf(contender)}: expected ${shown(100 * least, 0)} % of its core, ` +
          `got ${shown(100 * had, 0)} %; something else runs here (--core=0 measures all the same)`,
      );
    }
    progress.repeated++;
    // What disturbs may be over in a moment; nobody tells when.
    await new Promise((resolve) => setTimeout(resolve, PAUSE * 2 ** repeat));
  }
}

/** Starts a server and a load generator, measures once, and ends both. */
async function measure(
  { machine, runtimes, stage, options }: Bench,
  workload: Workload,
  contender: Contender,
): Promise<Sample> {
  const { serverCore, loadCore } = machine;
  await using server = new Worker(
    titleOf(contender),
    [
      ...runtimes[contender.runtime].command,
      stage.script(contender),
      ...(workload.args ?? []),
      ...(contender.args ?? []),
    ],
    stage.folder,
    serverCore,
  );
  const { port } = await server.answer<{ port: number }>("listen");
  const generator = options.generator === "ws"
    ? [...runtimes.node.command, stage.otherLoad]
    : [...runtimes.bun.command, stage.load];
  await using load = new Worker(
    "the load generator",
    [...generator, String(port)],
    stage.folder,
    loadCore,
  );
  return await workload.measure({ server, load });
}

function figures({ workload }: Row, pair: SamplePair | undefined): string {
  if (pair === undefined) return "failed";
  const { contender, against } = pair;
  const values = workload.metrics.map(({ id, title, digits, compare }) => {
    const [own, other] = [contender.values[id]!, against.values[id]!];
    const compared = compare === "ratio" ? own / other : own - other;
    return `${shown(own, digits)} ${title} (${shown(compared, 3)})`;
  });
  const { server, load } = contender;
  const busy = server === undefined || load === undefined
    ? []
    : [`server ${shown(100 * server.busy, 0)} %`, `load ${shown(100 * load.busy, 0)} %`];
  return [...values, ...busy].join(", ");
}
