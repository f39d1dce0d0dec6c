/** The tests of docs/testing.md run as they are pasted, on every test runner that it names. */
import { assert, assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { root } from "../support/command.ts";
import { fencesIn } from "../support/examples.ts";
import { bun, deno } from "../support/runtimes.ts";
import { consumer } from "./consumer.ts";
import { type Folder, succeeded } from "./folder.ts";
import { needsNpm } from "./npm_registry.ts";

const PAGE = await Deno.readTextFile(new URL("docs/testing.md", root));
const samples = fencesIn("docs/testing.md", PAGE).filter(({ info }) => info === "ts test");
const titles = samples.flatMap(({ code }) =>
  [...code.matchAll(/^test\("([^"]+)"/gm)].map(([, title]) => title!)
);

/** The line of the samples for which vitest has another one, which the page names. */
const LINE = 'import { after, test } from "node:test";';
const VITEST_LINE = 'import { afterAll as after, test } from "vitest";';

/** Each leaves a report in the format of JUnit. None is given a permission. */
const RUNNERS: Record<string, readonly [string, ...string[]]> = {
  "deno test": [
    deno.command[0]!,
    "test",
    "--no-check",
    "--no-lock",
    "--quiet",
    "--junit-path=report.xml",
    "native",
  ],
  "bun test": [
    bun.command[0]!,
    "test",
    "--reporter=junit",
    "--reporter-outfile=report.xml",
    "native",
  ],
  "node --test": [
    "node",
    "--test",
    "--test-reporter=junit",
    "--test-reporter-destination=report.xml",
    "native/",
  ],
  "vitest": ["npx", "vitest", "run", "--reporter=junit", "--outputFile=report.xml", "--dir=vitest"],
};

/** Seconds that the five may take together, without the start of the runner. */
const LIMIT = 1;

/** How often they are run if they take longer: the machine may have a lot to do. */
const TRIES = 3;

/** A folder with the package, and the samples in the files `native/` and `vitest/`. */
async function install() {
  const user = await consumer();
  const { folder, env } = user;
  const packages = ["edgesocket", "hono", "vitest@^4.1.0"];
  succeeded(
    await folder.run("npm", ["install", "--no-audit", "--no-fund", "--silent", ...packages], env),
  );
  for (const name of ["native", "vitest"]) await Deno.mkdir(folder.url(name));
  for (const [i, { code }] of samples.entries()) {
    await folder.write(`native/${i}.test.js`, code);
    await folder.write(`vitest/${i}.test.js`, code.replace(LINE, VITEST_LINE));
  }
  return user;
}

/** What a report says: each test with its seconds. */
async function casesOf(folder: Folder): Promise<[title: string, seconds: number][]> {
  const report = await Deno.readTextFile(folder.url("report.xml"));
  await Deno.remove(folder.url("report.xml"));
  assertEquals(report.match(/<(failure|error|skipped)\b/g), null, report);
  return [...report.matchAll(/<testcase\b[^>]*>/g)].map(([tag]) => [
    tag.match(/\bname="([^"]*)"/)![1]!,
    Number(tag.match(/\btime="([^"]*)"/)![1]),
  ]);
}

Deno.test("docs/testing.md has the five tests, and names their runners", () => {
  assertEquals(samples.length, 5);
  for (const runner of Object.keys(RUNNERS)) assertStringIncludes(PAGE, runner);
  for (const { code } of samples) assertStringIncludes(code, LINE);
  assertStringIncludes(PAGE, VITEST_LINE);
});

Deno.test("every runner runs the tests of docs/testing.md, in time", needsNpm, async (t) => {
  await using user = await install();
  const { folder, env } = user;
  for (const [runner, [command, ...args]] of Object.entries(RUNNERS)) {
    await t.step(runner, async () => {
      let seconds = Infinity;
      for (let tries = 0; tries < TRIES && seconds >= LIMIT; tries++) {
        const { code, stdout, stderr } = await folder.run(command, args, env);
        assertEquals(code, 0, stdout + stderr);
        const cases = await casesOf(folder);
        for (const title of titles) {
          assert(cases.some(([name]) => name.endsWith(title)), `${runner}: ${title}`);
        }
        assertEquals(cases.length, titles.length);
        seconds = cases.reduce((sum, [, time]) => sum + time, 0);
        console.log(`${runner}: ${cases.length} tests in ${Math.round(seconds * 1000)} ms`);
      }
      assertLess(seconds, LIMIT);
    });
  }
  await t.step("a test that fails ends, and leaves nothing that keeps Node running", async () => {
    const wrong = samples[0]!.code.replace('message(), "hello"', 'message(), "something else"');
    await folder.write("failing.test.js", wrong);
    const { code, stdout } = await folder.run("node", ["--test", "failing.test.js"]);
    assertEquals(code, 1);
    assertStringIncludes(stdout, "something else");
  });
  await t.step("Node without ws or Hono, where no Response has the status 101", async () => {
    await folder.copy("testing.js", "edgesocket");
    for (const name of ["ws", "hono"]) {
      await Deno.remove(folder.url(`node_modules/${name}`), { recursive: true }).catch(() => {});
    }
    const said = succeeded(await folder.run("node", ["testing.js"]));
    assertEquals(JSON.parse(said), {
      verdict: [204, "1", "chat"],
      refused: [403, "HandshakeRefused"],
      client: [101, "1", "chat", "hi"],
      headers: ["sec-websocket-protocol", "x-route"],
    });
  });
});
