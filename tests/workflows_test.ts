/** The files in .github: they can be read, run what is pinned, and the versions that we test. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { parse } from "npm:yaml@2.9.1";
import { parseOptions, USAGE } from "../bench/options.ts";
import { root } from "./support/command.ts";
import { filesIn } from "./support/mirror.ts";

const WORKFLOWS = ".github/workflows/";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
  readonly env?: Readonly<Record<string, string | number>>;
}

interface Job {
  readonly "runs-on"?: string;
  readonly needs?: string;
  readonly "timeout-minutes"?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on: {
    readonly schedule?: readonly { readonly cron: string }[];
    readonly pull_request?: { readonly paths?: readonly string[] } | null;
  };
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const read = (path: string) => Deno.readTextFileSync(new URL(path, root));
const yamlIn = (folder: string) =>
  [...Deno.readDirSync(new URL(folder, root))].map(({ name }) => folder + name)
    .filter((path) => path.endsWith(".yml")).sort();

const workflows = yamlIn(WORKFLOWS).map((path) => {
  const text = read(path);
  return { path, text, workflow: parse(text) as Workflow };
});
/** The jobs of one of them. */
const jobsOf = (name: string) =>
  workflows.find(({ path }) => path.endsWith(`/${name}.yml`))!.workflow.jobs;
const jobs = workflows.flatMap(({ workflow }) => Object.values(workflow.jobs));
const steps = jobs.flatMap((job) => job.steps);

Deno.test("every YAML file in .github can be read", () => {
  const others = [...yamlIn(".github/"), ...yamlIn(".github/ISSUE_TEMPLATE/")];
  assert(others.length >= 4 && workflows.length >= 2);
  for (const path of others) assertEquals(typeof parse(read(path)), "object", path);
});

Deno.test("every action is pinned by its commit, with the version beside it", () => {
  const pins = new Map<string, Set<string>>();
  for (const { path, text } of workflows) {
    for (const [, action, pin] of text.matchAll(/uses: *([^@\s]+)(.*)$/gm)) {
      assertMatch(pin!, /^@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, `${path}: ${action}`);
      pins.set(action!, (pins.get(action!) ?? new Set()).add(pin!));
    }
  }
  assert(pins.size >= 4);
  for (const [action, versions] of pins) assertEquals(versions.size, 1, action);
});

/** The rights of a job that publishes: to prove who it is, and to write pages if it `deploys` them. */
const PUBLISHING = (deploys: boolean) => ({
  contents: "read",
  "id-token": "write",
  ...deploys ? { pages: "write" } : {},
});

Deno.test("no workflow runs what a stranger has written with rights that strangers have not", () => {
  for (const { path, text } of workflows) {
    assert(!/pull_request_target|workflow_run|secrets\./.test(text), path);
  }
  // A title or the name of a branch would be read as a command: what is needed comes by `env`.
  for (const { run } of steps) assert(!run?.includes("${{"), run);
});

Deno.test("workflows may only read, and only the jobs that publish may prove who they are", () => {
  for (const { path, workflow } of workflows) {
    assertEquals(workflow.permissions, { contents: "read" }, path);
  }
  for (const { steps, permissions, "timeout-minutes": timeout } of jobs) {
    const publishes = steps.some(({ run = "", uses = "" }) =>
      /\b(deno|npm) publish\b(?! --dry-run)/.test(run) || uses.startsWith("actions/deploy-pages@")
    );
    const deploys = steps.some(({ uses }) => uses?.startsWith("actions/deploy-pages@"));
    assertEquals(permissions, publishes ? PUBLISHING(deploys) : undefined);
    const weekly = Object.values(jobsOf("weekly")).some((job) => job.steps === steps);
    assert(timeout !== undefined && timeout <= (weekly ? 120 : 30));
    const [first] = steps;
    assertEquals(first?.with?.["persist-credentials"], false);
  }
});

/** The versions of Deno and Bun that a job sets up, in this order. */
function versionsOf({ steps }: Job): string[] {
  return steps.flatMap(({ uses, with: inputs }) =>
    /setup-(deno|bun)@/.test(uses ?? "")
      ? [`${inputs?.["deno-version"] ?? inputs?.["bun-version"]}`]
      : []
  );
}

Deno.test("workflows run the versions of Deno and Bun that .ci/run and the tests run", () => {
  const deno = read(".ci/run").match(/deno@([\d.]+) task/)![1]!;
  const bun = read("tests/run.ts").match(/BUN_VERSION = "([\d.]+)"/)![1]!;
  for (const { path, workflow } of workflows) {
    if (path.endsWith("nightly.yml")) continue;
    for (const job of Object.values(workflow.jobs)) {
      const versions = versionsOf(job);
      assertEquals(versions, versions.length === 1 ? [deno] : [deno, bun], path);
    }
  }
  assert(read("CONTRIBUTING.md").includes(`deno@${deno} task ok`));
  const nightly = jobsOf("nightly");
  assertEquals(versionsOf(nightly["deno-canary"]!), ["canary", bun]);
  assertEquals(versionsOf(nightly["bun-canary"]!), [deno, "canary"]);
  // The oldest are those that README names, which the test gets from npm.
  assertEquals(versionsOf(nightly.oldest!), [deno, bun]);
});

Deno.test("whoever tests on Bun tests on Node too, on the version that .ci/run needs", () => {
  let tested = 0;
  for (const { steps } of jobs) {
    if (!steps.some(({ uses }) => uses?.includes("/setup-bun@"))) continue;
    const node = steps.find(({ uses }) => uses?.startsWith("actions/setup-node@"));
    assertEquals(node?.with?.["node-version"], 20);
    tested++;
  }
  assert(tested > 5);
});

Deno.test("CI runs .ci/run, as root for network namespaces, and prints what the tests run of src/", () => {
  const runs = (job: Job | undefined) => job!.steps.map(({ run }) => run ?? "").join("\n");
  const { test, coverage, macos, windows } = jobsOf("ci");
  assertMatch(runs(test), /^sudo .*\.ci\/run$/m);
  assertMatch(runs(coverage), /deno task coverage/);
  for (const [job, system] of [[macos, "macos-latest"], [windows, "windows-latest"]] as const) {
    assertEquals(job!["runs-on"], system);
    for (const folder of foldersOfSrc()) assert(runs(job).includes(` tests/${folder}/`), folder);
    assertMatch(runs(job), / tests\/conformance\//);
  }
});

/** The folders of `src/`, each of which `tests/` has too. */
function foldersOfSrc(): string[] {
  return [...Deno.readDirSync(new URL("src/", root))].filter(({ isDirectory }) => isDirectory)
    .map(({ name }) => name);
}

Deno.test("a night and a week are scheduled, with the soak and the mutations", () => {
  for (const name of ["nightly", "weekly"]) {
    const { workflow } = workflows.find(({ path }) => path.endsWith(`/${name}.yml`))!;
    assertEquals(workflow.on.schedule?.length, 1);
  }
  const { soak, mutate } = jobsOf("weekly");
  const [soaks] = soak!.steps.filter(({ run }) => run?.includes("faults_test.ts"));
  const title = soaks!.run!.match(/--filter=([\w ]+)/)![1]!;
  assert(read("tests/conformance/wire/faults_test.ts").includes(title));
  assert(Number(soaks!.env!.SOAK) > 1_000_000);
  assert(mutate!.steps.some(({ run }) => run === "deno task mutate"));
});

Deno.test("what tests import from npm is pinned, so that they are the same tomorrow", () => {
  let pinned = 0;
  for (const file of filesIn(new URL("tests/", root))) {
    const source = read(`tests/${file}`);
    for (const [, name, version] of source.matchAll(/"npm:(@?[\w-]+(?:\/[\w-]+)?)@([^"\/`$]+)/g)) {
      if (name === "edgesocket" || name === "hono") continue;
      assertMatch(version!, /^\d+\.\d+\.\d+$/, `tests/${file}: ${name}`);
      pinned++;
    }
  }
  assert(pinned > 10);
});

/** Files and folders that the commands of workflows make. */
const MADE = ["bench/results/partial/table.md", "docs/api", "npm", "tarball"];

Deno.test("files that workflows name are there, or made by what they run", () => {
  const inputs = steps.flatMap(({ with: inputs }) =>
    inputs?.path === undefined ? [] : [inputs.path]
  );
  const named = [...steps.map(({ run }) => run ?? ""), ...inputs].flatMap((text) =>
    [...`${text}`.matchAll(
      /(?:^|[\s="])(?:\.\/)?((?:tests|\.ci|bench|docs|npm|src|tarball)\/?[\w./-]*)/g,
    )]
      .map(([, path]) => path!.replace(/\/$/, ""))
      // "bench" and "docs" are tasks, too.
      .filter((path) => path.includes("/") || MADE.includes(path))
  );
  assert(named.length > 20);
  for (const path of named.filter((path) => !MADE.includes(path))) {
    Deno.statSync(new URL(path, root));
  }
  const watched = workflows.flatMap(({ workflow }) => workflow.on.pull_request?.paths ?? []);
  assert(watched.length > 0);
  for (const path of watched) Deno.statSync(new URL(path.replace(/\/\*\*$/, "/"), root));
});

Deno.test("every command of a workflow can be read by the shell that runs it", async () => {
  const commands = jobs.filter((job) => job["runs-on"] !== "windows-latest")
    .flatMap(({ steps }) => steps).flatMap(({ run }) => run ?? []);
  assert(commands.length > 15);
  for (const command of commands) {
    // Checks it, and runs nothing.
    const { code, stderr } = await new Deno.Command("bash", { args: ["-nc", command] }).output();
    assertEquals([code, new TextDecoder().decode(stderr)], [0, ""], command);
  }
  // PowerShell reads no such thing, and what it knows of `&&` depends on its version.
  for (const { steps } of jobs.filter((job) => job["runs-on"] === "windows-latest")) {
    for (const { run } of steps) if (run) assertMatch(run, /^deno task [\w:]+( [\w./-]+)*$/);
  }
});

Deno.test("the bench knows the options that a pull request is measured with", () => {
  const [, line] = jobsOf("bench").compare!.steps.map(({ run }) => run ?? "").join("\n")
    .match(/^deno task bench (.*)$/m)!;
  const options = parseOptions(line!.replaceAll('"', "").split(" "));
  assertEquals([options.check, options.base], [true, "$BASE"]);
  const known = USAGE.match(/these workloads \(([^)]*)\)/)![1]!.split(/,\s+/);
  assertEquals(options.only.filter((name) => !known.includes(name)), []);
});

Deno.test("tasks that workflows run are in deno.json", () => {
  const { tasks } = JSON.parse(read("deno.json"));
  const named = steps.flatMap(({ run }) =>
    [...(run ?? "").matchAll(/deno task ([\w:]+)/g)].map(([, task]) => task!)
  );
  assert(named.length > 0);
  assertEquals(named.filter((task) => !(task in tasks)), []);
});

Deno.test("npm and JSR publish only what `deno task ok` passed, and npm the very tarball", () => {
  const { verify, publish, ...others } = jobsOf("publish");
  assertEquals(others, {});
  assertEquals(publish!.needs, "verify");
  assert(verify!.steps.some(({ run }) => /^TARBALL=\S+ .*deno task ok$/.test(run ?? "")));
  const artifact = (name: string) =>
    [verify!, publish!].flatMap(({ steps }) => steps)
      .filter(({ uses }) => uses?.startsWith(`actions/${name}-artifact@`))
      .map(({ with: inputs }) => [inputs?.name, inputs?.path]);
  assertEquals(artifact("upload"), artifact("download"));
  const runs = publish!.steps.map(({ run }) => run ?? "").filter(Boolean);
  assertEquals(runs.length, 2);
  // Each only if it has not been done: a job that failed can be run again. The tarball is a path by
  // its "./": npm takes two words and a slash for a repository on GitHub.
  assertMatch(runs[0]!, /^npm view .* \|\| npm publish \.\/tarball\/\*\.tgz --provenance/);
  assertEquals(runs[1], "deno publish");
});
