/** README shows the figures of the last whole run of the bench, and no others. */
import { assert, assertEquals } from "@std/assert";
import { root } from "./support/command.ts";

/** The cells of the first table below a heading, without the rule under its head. */
function tableBelow(heading: string, file: string): string[][] {
  const section = Deno.readTextFileSync(new URL(file, root)).split(`\n${heading}\n`)[1] ?? "";
  const lines = section.match(/(?:^\|.*\n)+/m)?.[0].trim().split("\n") ?? [];
  return lines.map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()))
    .filter((cells) => !cells.every((cell) => /^:?-+:?$/.test(cell)));
}

Deno.test("README's figures are those of bench/results", () => {
  const measured = tableBelow("## In short", "bench/results/table.md");
  assert(measured.length > 1);
  assertEquals(tableBelow("## Performance", "README.md"), measured);
});
