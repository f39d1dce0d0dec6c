/** The files in .github: they can be read, run what is pinned, and the versions that we test. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { parse } from "npm:yaml@^2.8.0";
import { root } from "./support/command.ts";

const WORKFLOWS = ".github/workflows/";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
}

interface Job {
  readonly "timeout-minutes"?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

interface Workflow {
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

Deno.test("workflows may only read, and only the jobs that publish may prove who they are", () => {
  for (const { path, workflow } of workflows) {
    assertEquals(workflow.permissions, { contents: "read" }, path);
  }
  for (const { steps, permissions, "timeout-minutes": timeout } of jobs) {
    const publishes = steps.some(({ run = "", uses = "" }) =>
      /\b(deno|npm) publish\b/.test(run) || uses.startsWith("actions/deploy-pages@")
    );
    assertEquals(permissions?.["id-token"], publishes ? "write" : undefined);
    assert(timeout !== undefined && timeout <= 30);
    const [first] = steps;
    assertEquals(first?.with?.["persist-credentials"], false);
  }
});

Deno.test("workflows run the versions of Deno and Bun that .ci/run and the tests run", () => {
  const deno = read(".ci/run").match(/deno@([\d.]+) task/)![1];
  const bun = read("tests/run.ts").match(/BUN_VERSION = "([\d.]+)"/)![1];
  for (const { uses, with: inputs } of steps) {
    if (uses?.includes("setup-deno")) assertEquals(inputs?.["deno-version"], deno);
    if (uses?.includes("setup-bun")) assertEquals(inputs?.["bun-version"], bun);
  }
  assert(read("README.md").includes(`deno@${deno} task test`));
  assert(read("README.md").includes(`Tested with Deno ${deno}, Bun ${bun} and Hono `));
  assertMatch(read("docs/compatibility.md"), new RegExp(`\\| Deno +\\| ${deno} `));
  assertMatch(read("docs/compatibility.md"), new RegExp(`\\| Bun +\\| ${bun} `));
});

Deno.test("tasks that workflows run are in deno.json", () => {
  const { tasks } = JSON.parse(read("deno.json"));
  const named = steps.flatMap(({ run }) =>
    [...(run ?? "").matchAll(/deno task ([\w:]+)/g)].map(([, task]) => task!)
  );
  assert(named.length > 0);
  assertEquals(named.filter((task) => !(task in tasks)), []);
});

Deno.test("npm and JSR publish only what `deno task ok` passed", () => {
  const publish = workflows.find(({ path }) => path.endsWith("publish.yml"))!.workflow;
  const { verify } = publish.jobs;
  assert(verify!.steps.some(({ run }) => run === "deno task ok"));
  for (const [name, job] of Object.entries(publish.jobs)) {
    if (name !== "verify") assertEquals((job as Job & { needs?: string }).needs, "verify");
  }
});
