/** The table in docs/scale-out.md is made of the suites that it tells of. `UPDATE_TABLES=1` writes it. */
import { assert, assertEquals } from "@std/assert";
import { FAULTS, HISTORIES } from "./engines/rows.ts";
import { root } from "./support/command.ts";
import { featureTable } from "./support/features.ts";

const PAGE = new URL("docs/scale-out.md", root);
const HEADING = "\n### What is tested over which\n";

Deno.test("the table of what is tested over which broker is that of the suites", () => {
  const page = Deno.readTextFileSync(PAGE);
  const [before, section, ...more] = page.split(HEADING);
  assert(section !== undefined && more.length === 0, `one ${HEADING}`);
  // Not a pattern of replace(): cells may have dollars.
  const made = before + HEADING +
    section.replace(/^\|.*\n(?:\|.*\n)*/m, () => `${featureTable()}\n`);
  if (Deno.env.get("UPDATE_TABLES") === "1") return Deno.writeTextFileSync(PAGE, made);
  assertEquals(page, made, "The page differs from the suites: UPDATE_TABLES=1 writes it");
});

Deno.test("every column of the table has a file that runs its suites", () => {
  const folder = new URL("tests/engines/", root);
  const files = [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith("_test.ts"));
  const sources = files.map(({ name }) => Deno.readTextFileSync(new URL(name, folder)));
  for (const [suite, columns] of Object.entries({ HISTORIES, FAULTS })) {
    for (const column of Object.keys(columns)) {
      const found = sources.filter((source) => source.includes(`${suite}["${column}"]`));
      assertEquals(found.length, 1, `${suite}["${column}"]`);
    }
  }
});
