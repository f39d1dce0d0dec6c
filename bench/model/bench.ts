import { demand, run as command } from "../command.ts";
import { demandConnections, lookAtMachine } from "../machine.ts";
import { type Options, takes } from "../options.ts";
import { findRuntimes, type Runtimes } from "../runtimes.ts";
import { agreements, calmest, costsFrom, type Sample } from "./agreement.ts";
import { nameOf, type Stack } from "./costs.ts";
import { type Results, withStack } from "./results.ts";
import { QUICK, type Run, RUNS } from "./runs.ts";
import { floodEngine } from "./flood.ts";
import { pageWith } from "./page.ts";
import { agreementTable, costsTable, scores, STACKS, titleOf } from "./tables.ts";
import { BRIEF, FULL } from "./times.ts";
import { Trial } from "./trial.ts";

/** How often a run is tried that does not come to its end. */
const TRIES = 4;

/** Part of the results that a run of some stacks takes the place of. */
const WHERE = "bench/results";

/**
 * Measures what the model is made of, fits its constants, and says of every run what they predict. A
 * whole run takes the place of what was published, in bench/results/model.json and docs/scale-out.md.
 *
 * @returns Whether all runs came to their end, and all predictions are near.
 */
export async function measureModel(root: string, options: Options): Promise<boolean> {
  const names = STACKS.map(nameOf);
  const stacks = STACKS.filter((stack) => takes(options, nameOf(stack), names));
  const [machine, runtimes] = await Promise.all([lookAtMachine(), findRuntimes()]);
  demandConnections(machine, Math.max(...RUNS.map(({ load }) => load.connections)));
  const commit = await command(["git", "describe", "--always", "--dirty"], root);
  const file = `${root}/${WHERE}/model.json`;
  let results: Results = JSON.parse(await Deno.readTextFile(file));
  let near = true;
  for (const stack of stacks) {
    const samples = await measureStack(root, runtimes, stack, options);
    const floods = await floodEngine(root, runtimes, stack.engine);
    const costs = costsFrom(RUNS, samples, floods);
    const all = agreements(RUNS, samples, costs);
    near &&= all.every((each) => each.near !== false);
    console.log(`\n${titleOf(stack)}\n${agreementTable(costs, samples)}\n${scores(all)}\n`);
    const missing = runsOf(options).filter((run) => samples.every(({ id }) => id !== run.id));
    if (missing.length > 0) {
      console.error(
        `not published: ${missing.map(({ id }) => id).join(", ")} did not come to an end`,
      );
      near = false;
      continue;
    }
    const setting = [
      `${new Date().toISOString().slice(0, 10)}, edgesocket at ${commit.text}`,
      `${stack.runtime} ${runtimes[stack.runtime].version}, ${machine.title}`,
    ];
    results = withStack(results, stack, setting, costs, samples, floods);
  }
  console.log(costsTable(results));
  if (options.quick) return near;
  await Deno.writeTextFile(file, `${JSON.stringify(results, undefined, 1)}\n`);
  await writePage(root, results);
  return near;
}

function runsOf({ quick }: Pick<Options, "quick">): readonly Run[] {
  return RUNS.filter(({ id }) => !quick || QUICK.includes(id));
}

async function measureStack(
  root: string,
  runtimes: Runtimes,
  stack: Stack,
  { quick, rounds }: Options,
): Promise<Sample[]> {
  const runs = runsOf({ quick });
  const found = new Map<Run, Sample[]>();
  // Round by round, so that what else the machine does is spread over all of them.
  for (let round = 1; round <= rounds; round++) {
    for (const run of runs) {
      const sample = await measureRun(root, runtimes, stack, run, quick);
      if (sample !== undefined) found.set(run, [...found.get(run) ?? [], sample]);
    }
  }
  return runs.flatMap((run) => {
    const [first, ...others] = found.get(run) ?? [];
    return first === undefined ? [] : [calmest([first, ...others])];
  });
}

async function measureRun(
  root: string,
  runtimes: Runtimes,
  stack: Stack,
  run: Run,
  quick: boolean,
): Promise<Sample | undefined> {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    try {
      await using trial = await Trial.start(root, runtimes, stack, run);
      const sample = await trial.watch(run, quick ? BRIEF : FULL);
      console.log(`${titleOf(stack)}, ${run.id}: ${JSON.stringify(sample)}`);
      return sample;
    } catch (error) {
      console.error(String(error));
    }
  }
}

/** Puts the tables and answers into the page. */
async function writePage(root: string, results: Results): Promise<void> {
  const file = `${root}/docs/scale-out.md`;
  await Deno.writeTextFile(file, pageWith(await Deno.readTextFile(file), results));
  await demand([Deno.execPath(), "fmt", "--quiet", file], root);
}
