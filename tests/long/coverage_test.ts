/** The test of each module, run alone, runs every line of it. */
import { assert, assertEquals } from "@std/assert";
import { unrun } from "../support/coverage.ts";
import { ELSEWHERE, modules, PARTLY, testOf, UNTESTED } from "../support/mirror.ts";

for (const module of modules()) {
  if (module in UNTESTED || module in ELSEWHERE) continue;
  if (PARTLY.includes(module)) {
    Deno.test(`${module} still stands in the list of those that are run in part`, async () => {
      assert((await unrun(`src/${module}`, testOf(module))).length > 0, "take it off the list");
    });
    continue;
  }
  Deno.test(`every line of ${module} is run by its test`, async () => {
    assertEquals(await unrun(`src/${module}`, testOf(module)), []);
  });
}
