/** docs/performance.md shows the figures of the last whole run of the bench, and no others. */
import { assert, assertEquals } from "@std/assert";
import { root } from "./support/command.ts";

const read = (file: string) => Deno.readTextFileSync(new URL(file, root));

/** The cells of the first table below a heading, without the rule under its head. */
function tableBelow(heading: string, file: string): string[][] {
  const section = read(file).split(`${heading}\n`)[1] ?? "";
  const lines = section.match(/(?:^\|.*\n)+/m)?.[0].trim().split("\n") ?? [];
  return lines.map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()))
    .filter((cells) => !cells.every((cell) => /^:?-+:?$/.test(cell)));
}

Deno.test("the page's figures are those of bench/results", () => {
  const measured = tableBelow("\n## In short", "bench/results/table.md");
  assert(measured.length > 1);
  assertEquals(tableBelow("# Performance", "docs/performance.md"), measured);
});

Deno.test("the core may not take more than the page says", () => {
  const [, said] = read("docs/performance.md").match(/takes less than (\d+) KiB/) ?? [];
  const [, limit] = read("tests/packages/size_test.ts").match(/LIMIT = ([\d.]+) \* 1024/) ?? [];
  assert(Number(limit) <= Number(said), `${limit} KiB, and the page says ${said} KiB`);
});
