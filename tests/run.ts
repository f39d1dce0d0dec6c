/**
 * The test command: finds Bun, finds out whether JSR answers, runs `deno test`, counts.
 *
 * Where JSR does not answer, the tests import `@std/assert` from a stand-in on `node:assert`.
 */
const BUN_VERSION = "1.4.5";
/** Milliseconds that JSR may take to answer. */
const JSR_PATIENCE = 20_000;

const root = new URL("..", import.meta.url);

async function output(
  command: string,
  args: string[],
  timeout: number,
): Promise<string | undefined> {
  try {
    const child = new Deno.Command(command, {
      args,
      cwd: root,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
      signal: AbortSignal.timeout(timeout),
    });
    const { success, stdout } = await child.output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    return undefined;
  }
}

/** The Bun of the PATH if it is the version that we test, or else the one from npm. */
async function findBun(): Promise<string | undefined> {
  if (await output("bun", ["--version"], 10_000) === BUN_VERSION) return "bun";
  const lookup = ["exec", "--yes", `--package=bun@${BUN_VERSION}`, "-c", "command -v bun"];
  return (await output("npm", lookup, 180_000))?.split("\n").at(-1);
}

/** deno.json's imports with the stand-in in place of `@std/assert`, as a URL. */
async function offlineImports(): Promise<string> {
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  for (const [name, target] of Object.entries(imports as Record<string, string>)) {
    if (target.startsWith("npm:")) imports[`${name}/`] = target.replace("npm:", "npm:/") + "/";
  }
  const standIn = new URL("tests/support/assert.ts", root).href;
  const own = { "@edgesocket/edgesocket": "mod.ts", "@edgesocket/edgesocket/hono": "src/hono.ts" };
  for (const [name, path] of Object.entries(own)) imports[name] = new URL(path, root).href;
  return `data:application/json,${
    encodeURIComponent(JSON.stringify({ imports: { ...imports, "@std/assert": standIn } }))
  }`;
}

const [bun, jsr] = await Promise.all([
  findBun(),
  output(Deno.execPath(), ["info", "--json", "--no-lock", "jsr:@std/assert@^1.0.0"], JSR_PATIENCE),
]);
console.log(
  bun ? `Bun: ${BUN_VERSION}` : `Bun: not found (needs npm, or bun ${BUN_VERSION} on the PATH)`,
);

const args = ["test", "--allow-all", "--no-lock", "--parallel"];
if (
  jsr === undefined || JSON.parse(jsr).modules?.some((module: { error?: string }) => module.error)
) {
  console.log("JSR does not answer: a stand-in on node:assert takes the place of @std/assert");
  args.push(`--import-map=${await offlineImports()}`);
}
const report = await Deno.makeTempFile({ suffix: ".xml" });
args.push(`--junit-path=${report}`, ...Deno.args);
if (Deno.args.every((arg) => arg.startsWith("-"))) args.push("tests/");

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
for (const runtime of ["deno", "bun"]) console.log(`on ${runtime}: ${count(`${runtime}: `)}`);
console.log(count(""));
Deno.exit(code === 0 && cases.length === 0 ? 1 : code);
