/**
 * The test command: finds Bun, finds out whether JSR answers, runs `deno test`, counts. With `--long`
 * it runs what a visitor does not wait for: suites with other people's engines, browsers and
 * packages, what runs through the entry for Node, and then those in tests/long/, one after the
 * other, because they measure. With `--here`
 * it runs what needs no process of a server.
 *
 * Where JSR does not answer, the tests import `@std/assert` from a stand-in on `node:assert`.
 */
import { output, root } from "./support/command.ts";
import { importArgs } from "./support/imports.ts";
import type { Missing } from "./support/missing.ts";

const BUN_VERSION = "1.4.5";

/** The names of runtimes that titles of suites begin with. */
const RUNTIMES = ["deno", "bun", "node", "strict", "bun-node", "memory", "workers"];

/** Suites that take long, for what they install and start, and that can run side by side. */
const WITH_OTHERS = [
  "tests/engines/",
  "tests/packages/",
  "tests/browser/",
  "tests/proxies/",
  "tests/stacks/",
  "tests/workerd/",
  "tests/coverage_test.ts",
  "tests/conformance/hub_attacks_test.ts",
  "tests/conformance/wire/client_outages_test.ts",
  "tests/conformance/wire/signalr_test.ts",
  "tests/conformance/wire/signalr_resume_test.ts",
];

/** Runtimes through an entry that is not theirs. */
const STRANGERS = ["strict", "bun-node"];

/**
 * All that run through the entry for Node, and what is installed for the entry for Workers: a visitor
 * does not wait for them.
 */
const NOT_NATIVE = ["node", ...STRANGERS, "workers"];

/** Files at a time, where engines and browsers need cores too: with more, they answer too late. */
const CORES = navigator.hardwareConcurrency;

/** Files at a time, where most wait for something: one for each core would leave cores idle. */
const MOST_WAIT = 2 * CORES;

/** Suites that run one after the other, each in a process of its own. */
const MEASURING = "tests/long/";

/** Minutes after which tests that run together count as hanging, and are ended. */
const PATIENCE = Number(Deno.env.get("TEST_MINUTES") ?? 25);

/** How titles of tests begin that have a server in a process of its own. */
const PROCESSES = RUNTIMES.filter((name) => name !== "memory").map((name) => `${name}: `);

/** What `BUN` names, or the Bun of the PATH if it is the version that we test, or one from npm. */
async function findBun(): Promise<string | undefined> {
  const named = Deno.env.get("BUN");
  if (named) return named;
  if (await output("bun", ["--version"], 10_000) === BUN_VERSION) return "bun";
  const lookup = ["exec", "--yes", `--package=bun@${BUN_VERSION}`, "-c", "command -v bun"];
  return (await output("npm", lookup, 180_000))?.split("\n").at(-1);
}

const [bun, imports] = await Promise.all([findBun(), importArgs()]);
const version = bun && await output(bun, ["--version"], 10_000);
console.log(`Bun: ${version ?? `not found (needs npm, or bun ${BUN_VERSION} on the PATH)`}`);

const long = Deno.args.includes("--long");
const here = Deno.args.includes("--here");
const given = Deno.args.filter((arg) => arg !== "--long" && arg !== "--here");
const lacks = await Deno.makeTempFile({ suffix: ".jsonl" });
const codes: number[] = [];
const cases: Case[] = [];
if (!given.every((arg) => arg.startsWith("-"))) await run([], long ? 1 : MOST_WAIT);
else if (long) {
  const others = RUNTIMES.filter((name) => !NOT_NATIVE.includes(name));
  await run(["tests/conformance/"], MOST_WAIT, others);
  await run(WITH_OTHERS, CORES, STRANGERS);
  const measuring = [...Deno.readDirSync(new URL(MEASURING, root))].map(({ name }) => name).sort();
  for (const name of measuring) {
    if (name.endsWith("_test.ts")) await run([MEASURING + name], 1);
  }
} else {
  await run([`--ignore=${[...WITH_OTHERS, MEASURING].join()}`, "tests/"], MOST_WAIT, NOT_NATIVE);
}
const code = codes.find((code) => code !== 0) ?? 0;

/** Runs some of the tests, so many files at a time, and takes note of what comes of them. */
async function run(
  files: readonly string[],
  jobs: number,
  leaveOut: readonly string[] = [],
): Promise<void> {
  const report = await Deno.makeTempFile({ suffix: ".xml" });
  const args = ["test", "--allow-all", "--no-lock", ...imports, ...given];
  args.push(`--junit-path=${report}`);
  if (jobs > 1) args.push("--parallel");
  if (here) args.push(`--filter=${beginsWithNone(PROCESSES)}`);
  const tests = command([...args, ...files], jobs, leaveOut).spawn();
  const timer = setTimeout(() => {
    const what = `ended after ${PATIENCE} minutes: ${[...given, ...files].join(" ")}`;
    cases.push({ name: what, file: "", outcome: "failed" });
    console.log(what);
    tests.kill("SIGKILL");
  }, 60_000 * PATIENCE);
  codes.push((await tests.status).code);
  clearTimeout(timer);
  cases.push(...casesIn(await Deno.readTextFile(report)));
  await Deno.remove(report);
}

function command(args: string[], jobs: number, leaveOut: readonly string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args,
    cwd: root,
    env: {
      DENO_JOBS: `${jobs}`,
      MISSING: lacks,
      LEAVE_OUT: leaveOut.join(),
      // What counts lines takes its time, which says nothing about anything.
      ...given.some((arg) => arg.startsWith("--coverage")) && { UNTIMED: "1" },
      ...bun && { BUN: bun },
    },
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  });
}

/** A pattern without a look ahead, which Rust's have not, for what begins with none of these words. */
function beginsWithNone(words: readonly string[]): string {
  const next = new Map<string, Set<string>>();
  for (const word of words) {
    for (let i = 0; i < word.length; i++) {
      const begun = word.slice(0, i);
      next.set(begun, (next.get(begun) ?? new Set()).add(word[i]!));
    }
  }
  const others = [...next].map(([begun, letters]) => `${begun}[^${[...letters].join("")}]`);
  return `/^(${others.join("|").replaceAll("-", "\\-")})/`;
}

/** One test of the report. */
interface Case {
  readonly name: string;
  readonly file: string;
  readonly outcome: "passed" | "failed" | "skipped";
}

function casesIn(xml: string): Case[] {
  const found = xml.matchAll(
    /<testcase name="([^"]*)" classname="([^"]*)"[^>]*?(\/>|>[^]*?<\/testcase>)/g,
  );
  return [...found].map(([, name, file, body]) => ({
    name: unescaped(name!),
    file: unescaped(file!),
    outcome: body!.includes("<skipped")
      ? "skipped"
      : /<(failure|error)/.test(body!)
      ? "failed"
      : "passed",
  }));
}

function unescaped(text: string): string {
  return text.replaceAll("&quot;", '"').replaceAll("&apos;", "'").replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

const missing: Missing[] = (await Deno.readTextFile(lacks)).trim().split("\n").filter(Boolean)
  .map((line) => JSON.parse(line));
await Deno.remove(lacks);

/** Why a test was skipped: its title says what it needs, or else its file went without something. */
function reasonOf({ name, file }: Case): string {
  const [, need] = name.match(/ \[needs (.+)\]$/) ?? [];
  const url = new URL(file, root).href;
  const lacked = new Set(missing.filter((one) => one.file === url).map(({ what }) => what));
  return need ?? ([...lacked].join(" or ") || "something that it does not name");
}

const count = (prefix: string) => {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { name, outcome } of cases) if (name.startsWith(prefix)) counts[outcome]++;
  return `${counts.passed} passed, ${counts.failed} failed` +
    (counts.skipped > 0 ? `, ${counts.skipped} skipped` : "");
};
for (const runtime of RUNTIMES) {
  console.log(`on ${runtime}: ${count(`${runtime}: `)}`);
}
const skipped = cases.filter(({ outcome }) => outcome === "skipped");
// A filter skips others too, for no such reason.
if (!here && !given.some((arg) => arg.startsWith("--filter"))) {
  for (const [reason, tests] of Map.groupBy(skipped, reasonOf)) {
    console.log(`skipped, because this needs ${reason}:`);
    for (const { name } of tests) console.log(`  ${name.replace(/ \[needs .+\]$/, "")}`);
  }
}
// In CI everything is there that a machine can have; what a runtime cannot do stays skipped.
const unwanted = skipped.filter(({ name }) => !name.includes("[needs a runtime "));
const strict = Deno.env.has("NO_SKIPS") && unwanted.length > 0;
if (strict) console.log(`skipped, and must not be: ${unwanted.map(({ name }) => name).join("; ")}`);
console.log(count(""));
Deno.exit(code === 0 && (cases.length === 0 || strict) ? 1 : code);
