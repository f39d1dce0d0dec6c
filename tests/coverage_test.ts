/** The test of each module, run alone, runs every line of it, and calls every function. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { root } from "./support/command.ts";
import { unrun } from "./support/coverage.ts";
import { ELSEWHERE, modules, testOf, UNTESTED } from "./support/mirror.ts";

for (const module of modules()) {
  if (module in UNTESTED || module in ELSEWHERE) continue;
  Deno.test(`every line and function of ${module} is run by its test`, async () => {
    assertEquals(await unrun(`src/${module}`, testOf(module)), []);
  });
}

/** What comes of a test file that begins with loading a module. */
async function tried(module: string, text: string): Promise<string[]> {
  const folder = await Deno.makeTempDir({ prefix: "edgesocket_coverage_" });
  try {
    const test = `${folder}/idle_test.ts`;
    const source = `src/${module}`;
    await Deno.writeTextFile(test, `import "${new URL(source, root)}";\n${text}`);
    return await unrun(source, test);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const PASSES = 'Deno.test("passes", () => {});';

Deno.test("a test that runs nothing of its module is noticed", async () => {
  const lines = await tried("base/deferred.ts", PASSES);
  assert(lines.some((line) => line.endsWith(" is never called")), `${lines}`);
  const failing: readonly (readonly [module: string, text: string, message: string])[] = [
    ["base/deferred.ts", "", "has no test that passes"],
    [
      "base/deferred.ts",
      'Deno.test({ name: "is skipped", ignore: true, fn() {} });',
      "has no test that passes",
    ],
    ["base/deferred.ts", `${PASSES} Deno.test("fails", () => { throw 1; });`, "fails"],
    // All lines of it run when it is loaded.
    ["base/version.ts", PASSES, "uses nothing of src/base/version.ts"],
  ];
  for (const [module, text, message] of failing) {
    await assertRejects(() => tried(module, text), Error, message);
  }
});
