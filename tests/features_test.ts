/** The tables in docs/scale-out.md are made of the suites that they tell of. `UPDATE_TABLES=1` writes them. */
import { assert, assertEquals } from "@std/assert";
import { FAULTS, HISTORIES } from "./engines/rows.ts";
import { root } from "./support/command.ts";
import { faultTable, featureTable } from "./support/features.ts";

const PAGE = new URL("docs/scale-out.md", root);
const TABLES: readonly (readonly [heading: string, make: () => string])[] = [
  ["\n### What is tested over which\n", featureTable],
  ["\n### What goes wrong with a cluster\n", faultTable],
];

for (const [heading, make] of TABLES) {
  Deno.test(`a table of docs/scale-out.md is that of the suites: ${heading.trim()}`, () => {
    const page = Deno.readTextFileSync(PAGE);
    const [before, section, ...more] = page.split(heading);
    assert(section !== undefined && more.length === 0, `one ${heading}`);
    // Not a pattern of replace(): cells may have dollars.
    const made = before + heading +
      section.replace(/^\|.*\n(?:\|.*\n)*/m, () => `${make()}\n`);
    if (Deno.env.get("UPDATE_TABLES") === "1") return Deno.writeTextFileSync(PAGE, made);
    assertEquals(page, made, "The page differs from the suites: UPDATE_TABLES=1 writes it");
  });
}

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
