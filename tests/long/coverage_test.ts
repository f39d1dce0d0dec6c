/** The test of each module, run alone, runs every line of it. */
import { assertEquals } from "@std/assert";
import { unrun } from "../support/coverage.ts";
import { ELSEWHERE, modules, testOf, UNTESTED } from "../support/mirror.ts";

for (const module of modules()) {
  if (module in UNTESTED || module in ELSEWHERE) continue;
  Deno.test(`every line of ${module} is run by its test`, async () => {
    assertEquals(await unrun(`src/${module}`, testOf(module)), []);
  });
}
