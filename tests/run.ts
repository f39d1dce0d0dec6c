/**
 * The test command: finds Bun, finds out whether JSR answers, runs `deno test`, counts. With `--long`
 * it runs the suites in tests/long/ instead of all others, one after the other, because they measure.
 *
 * Where JSR does not answer, the tests import `@std/assert` from a stand-in on `node:assert`.
 */
import { output, root } from "./support/command.ts";
import { importArgs } from "./support/imports.ts";

const BUN_VERSION = "1.4.5";

/** The Bun of the PATH if it is the version that we test, or else the one from npm. */
async function findBun(): Promise<string | undefined> {
  if (await output("bun", ["--version"], 10_000) === BUN_VERSION) return "bun";
  const lookup = ["exec", "--yes", `--package=bun@${BUN_VERSION}`, "-c", "command -v bun"];
  return (await output("npm", lookup, 180_000))?.split("\n").at(-1);
}

const [bun, imports] = await Promise.all([findBun(), importArgs()]);
console.log(
  bun ? `Bun: ${BUN_VERSION}` : `Bun: not found (needs npm, or bun ${BUN_VERSION} on the PATH)`,
);

const long = Deno.args.includes("--long");
const given = Deno.args.filter((arg) => arg !== "--long");
const args = ["test", "--allow-all", "--no-lock", ...imports, ...given];
const report = await Deno.makeTempFile({ suffix: ".xml" });
args.push(`--junit-path=${report}`);
if (!long) args.push("--parallel");
if (given.every((arg) => arg.startsWith("-"))) {
  args.push(...long ? ["tests/long/"] : ["--ignore=tests/long/", "tests/"]);
}

const { code } = await new Deno.Command(Deno.execPath(), {
  args,
  cwd: root,
  env: bun ? { BUN: bun } : {},
  stdin: "null",
  stdout: "inherit",
  stderr: "inherit",
}).spawn().status;

const cases = [
  ...(await Deno.readTextFile(report)).matchAll(
    /<testcase name="([^"]*)"[^>]*?(\/>|>[^]*?<\/testcase>)/g,
  ),
];
await Deno.remove(report);
const outcome = (body: string) =>
  body.includes("<skipped") ? "skipped" : /<(failure|error)/.test(body) ? "failed" : "passed";
const count = (prefix: string) => {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [, name, body] of cases) if (name!.startsWith(prefix)) counts[outcome(body!)]++;
  return `${counts.passed} passed, ${counts.failed} failed` +
    (counts.skipped > 0 ? `, ${counts.skipped} skipped` : "");
};
for (const runtime of ["deno", "bun", "memory"]) {
  console.log(`on ${runtime}: ${count(`${runtime}: `)}`);
}
// What a case needs is in its title. A filter skips others too, for no such reason.
if (!Deno.args.some((arg) => arg.startsWith("--filter"))) {
  for (const [, name, body] of cases) {
    const [, runtime, need] = name!.match(/^(\w+): .*\[needs (.+)\]$/) ?? [];
    if (need && outcome(body!) === "skipped") console.log(`skipped on ${runtime}: needs ${need}`);
  }
}
// In CI everything is there that a machine can have; what a runtime cannot do stays skipped.
const missing = cases.filter(([, name, body]) =>
  outcome(body!) === "skipped" && !name!.includes("[needs a runtime ")
);
const strict = Deno.env.has("NO_SKIPS") && missing.length > 0;
if (strict) console.log(`skipped, and must not be: ${missing.map(([, name]) => name).join("; ")}`);
console.log(count(""));
Deno.exit(code === 0 && (cases.length === 0 || strict) ? 1 : code);
