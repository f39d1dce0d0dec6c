/**
 * The mutation command: makes one small change to `src/` after the other, in copies of the project,
 * and runs the tests that could notice it. The last line is the score. A path such as `src/base`
 * picks modules; `--check` only looks whether every text to be changed is there.
 */
import { root } from "./support/command.ts";
import { importArgs } from "./support/imports.ts";
import { modules, testOf, UNTESTED } from "./support/mirror.ts";
import { adapters } from "./mutations/adapters.ts";
import { base } from "./mutations/base.ts";
import { brokers } from "./mutations/brokers.ts";
import { client } from "./mutations/client.ts";
import { connection } from "./mutations/connection.ts";
import { handshake } from "./mutations/handshake.ts";
import { hono } from "./mutations/hono.ts";
import { hubs } from "./mutations/hubs.ts";
import type { Mutation, Mutations } from "./mutations/mutation.ts";
import { interop } from "./mutations/interop.ts";
import { limits } from "./mutations/limits.ts";
import { native } from "./mutations/native.ts";
import { node } from "./mutations/node.ts";
import { server } from "./mutations/server.ts";
import { telemetry } from "./mutations/telemetry.ts";
import { testing } from "./mutations/testing.ts";
import { topics } from "./mutations/topics.ts";
import { wire } from "./mutations/wire.ts";
import { workers } from "./mutations/workers.ts";

/** Percent of what can be observed that the tests have to notice. */
const FLOOR = 95;

/** Changes to each module, at least. */
const FEWEST = 3;

/** Modules in which there are not so many things to change. */
const SMALL: Readonly<Record<string, number>> = {
  "adapters/node_buffer.ts": 1,
  "base/version.ts": 1,
  "nats.ts": 1,
  "redis.ts": 1,
  "topics/member.ts": 2,
  "workers/fetch.ts": 1,
};

/**
 * Seconds that the tests of one file may take: a change that makes them hang is noticed, too. A
 * machine that does something else meanwhile is given more, by `SECONDS`.
 */
const PATIENCE = Number(Deno.env.get("SECONDS") ?? 60);

/** Seconds after which it is said which change takes so long. */
const SLOW = 10;

/** Copies of the project in which changes are tried at the same time. */
const JOBS = 2;

const all: Mutations = {
  ...base,
  ...handshake,
  ...connection,
  ...server,
  ...adapters,
  ...hono,
  ...interop,
  ...limits,
  ...native,
  ...node,
  ...telemetry,
  ...testing,
  ...brokers,
  ...topics,
  ...wire,
  ...workers,
  ...hubs,
  ...client,
};

interface Case {
  readonly module: string;
  readonly mutation: Mutation;
  /** The tests to run, one after the other, until one of them fails. */
  readonly tests: readonly string[];
}

const picked = Deno.args.filter((arg) => !arg.startsWith("--"));
const isPicked = (module: string) =>
  picked.length === 0 ||
  picked.some((path) => `src/${module}`.startsWith(path.replace(/^\.\//, "")));
const cases: Case[] = Object.entries(all).filter(([module]) => isPicked(module)).flatMap(
  ([module, mutations]) =>
    mutations.map((mutation) => ({
      module,
      mutation,
      tests: [testOf(module), ...mutation[3]?.seenBy ?? []],
    })),
);

check();
if (Deno.args.includes("--check")) {
  console.log(
    `${cases.length} changes to ${new Set(cases.map(({ module }) => module)).size} modules`,
  );
  Deno.exit(0);
}

const imports = await importArgs();
const started = performance.now();
const folders = await Promise.all(Array.from({ length: Math.min(JOBS, cases.length) }, copy));
let code = 1;
try {
  code = await main();
} finally {
  for (const folder of folders) await Deno.remove(folder, { recursive: true });
}
Deno.exit(code);

/** Ends the program if a text is not there, or not once, or a module has too few changes. */
function check(): void {
  const wrong: string[] = [];
  for (const { module, mutation: [breaks, text, replacement] } of cases) {
    const times = Deno.readTextFileSync(new URL(`src/${module}`, root)).split(text).length - 1;
    if (times !== 1 || text === replacement) {
      wrong.push(`src/${module}: ${breaks}: expected once, found ${times} times: ${text}`);
    }
  }
  for (const module of modules().filter(isPicked)) {
    if (module in UNTESTED) continue;
    const count = all[module]?.length ?? 0;
    const fewest = SMALL[module] ?? FEWEST;
    if (count < fewest) wrong.push(`src/${module}: expected ${fewest} changes, found ${count}`);
  }
  if (cases.length === 0) wrong.push(`no module begins with ${picked.join(", ")}`);
  if (wrong.length === 0) return;
  console.error(wrong.join("\n"));
  Deno.exit(1);
}

/** Tries every case, and says what came of it. */
async function main(): Promise<number> {
  const broken = await inParallel(
    [...new Set(cases.flatMap(({ tests }) => tests))],
    async (test, folder) => await passes(test, folder) ? undefined : test,
  );
  if (broken.some((test) => test !== undefined)) {
    console.error(`These tests fail without any change:\n${broken.filter(Boolean).join("\n")}`);
    return 1;
  }
  const counts = { noticed: 0, missed: 0, equivalent: 0, wrong: 0 };
  await inParallel(cases, async (one, folder) => {
    const { module, mutation: [breaks, , , options] } = one;
    const began = performance.now();
    const noticed = await isNoticed(one, folder);
    const took = Math.round((performance.now() - began) / 1_000);
    const title = `src/${module}: ${breaks}`;
    if (took >= SLOW) console.log(`${took} s: ${title}`);
    if (options?.equivalent !== undefined) {
      counts[noticed ? "wrong" : "equivalent"]++;
      const verdict = noticed ? "noticed, so that it is not equivalent" : "equivalent";
      console.log(`${verdict}: ${title}: ${options.equivalent}`);
    } else {
      counts[noticed ? "noticed" : "missed"]++;
      if (!noticed) console.log(`MISSED: ${title}`);
    }
  });
  const observable = counts.noticed + counts.missed;
  const score = 100 * counts.noticed / observable;
  const seconds = Math.round((performance.now() - started) / 1_000);
  console.log(
    `${counts.noticed} of ${observable} changes were noticed in ${seconds} s, ` +
      `beside ${counts.equivalent} that nobody can notice: ${score.toFixed(1)} %`,
  );
  return score >= FLOOR && counts.wrong === 0 ? 0 : 1;
}

/** Whether the tests of a case fail with its change. */
async function isNoticed({ module, mutation, tests }: Case, folder: string): Promise<boolean> {
  const [, text, replacement] = mutation;
  const path = `${folder}/src/${module}`;
  const source = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, source.replace(text, () => replacement));
  try {
    for (const test of tests) if (!await passes(test, folder)) return true;
    return false;
  } finally {
    await Deno.writeTextFile(path, source);
  }
}

/** Whether tests pass: a file, or the part of it after a `#`. */
async function passes(test: string, folder: string): Promise<boolean> {
  const [file, filter] = test.split("#");
  const options = ["--allow-all", "--no-lock", "--no-check", "--quiet", "--fail-fast", ...imports];
  // The whole group is killed, so that no server stays behind that a test has started.
  const { success } = await new Deno.Command("timeout", {
    args: [
      "-s",
      "KILL",
      `${PATIENCE}`,
      Deno.execPath(),
      "test",
      ...options.map((option) => option.replaceAll(encodeURIComponent(root.href), copied(folder))),
      ...filter === undefined ? [] : [`--filter=${filter}`],
      file!,
    ],
    cwd: folder,
    // A busy machine is no reason to have noticed something.
    env: { UNTIMED: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
  return success;
}

/** The URL of a copy, as it stands in an import map. */
function copied(folder: string): string {
  return encodeURIComponent(`file://${folder}/`);
}

/** Makes a copy of the project in which changes can be tried. */
async function copy(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "edgesocket_mutate_" });
  const { stdout } = await new Deno.Command("git", {
    args: ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    cwd: root,
  }).output();
  for (const file of new TextDecoder().decode(stdout).split("\0").filter(Boolean)) {
    const target = `${folder}/${file}`;
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    await Deno.copyFile(new URL(file, root), target).catch(ignoreMissing);
  }
  await Deno.symlink(new URL("node_modules", root), `${folder}/node_modules`);
  return folder;
}

/** A file that was deleted and not committed is still listed. */
function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

/** Does something with each item, one at a time in each copy. */
async function inParallel<T, R>(
  items: readonly T[],
  task: (item: T, folder: string) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  await Promise.all(folders.map(async (folder) => {
    while (next < items.length) results.push(await task(items[next++]!, folder));
  }));
  return results;
}
