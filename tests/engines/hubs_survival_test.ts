/**
 * The table in docs/hubs.md of what survives what is made of what happens to Microsoft's client, over
 * two processes and Redis. `UPDATE_TABLES=1` writes it.
 */
import { assert, assertEquals } from "@std/assert";
import { root } from "../support/command.ts";
import { hasEngine } from "../support/engines.ts";
import { bun, deno } from "../support/runtimes.ts";
import { OUTAGES, SurvivalStage, type Survived } from "../support/survival.ts";

const PAGE = new URL("docs/hubs.md", root);
const HEADING = "\n### What survives what\n";
const COLUMNS: readonly (readonly [title: string, key: keyof Survived])[] = [
  ["a call under way", "call"],
  ["an event meanwhile", "event"],
  ["a stream", "stream"],
  ["its group", "group"],
];

/** Rows of cells as Markdown that the formatter leaves as it is. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const line = (row: readonly string[], fill = " ") =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i]!, fill)).join(" | ")} |`;
  const [head, ...body] = rows;
  return [line(head!), line(head!.map(() => "-"), "-"), ...body.map((row) => line(row))].join("\n");
}

const needs = hasEngine("redis") ? "" : " [needs redis-server]";

Deno.test({
  name: `deno: hub, with bun: the table of what survives what is what happens${needs}`,
  ignore: needs !== "",
}, async () => {
  const rows = [["what happens", "stateful reconnect", ...COLUMNS.map(([title]) => title)]];
  for (const outage of OUTAGES) {
    for (const stateful of [false, true]) {
      await using stage = await SurvivalStage.create([deno, bun]);
      const survived = await stage.survive(outage, stateful);
      const cells = COLUMNS.map(([, key]) => survived[key] as string);
      rows.push([outage.title, stateful ? "yes" : "no", ...cells]);
    }
  }
  const page = Deno.readTextFileSync(PAGE);
  const [before, section, ...more] = page.split(HEADING);
  assert(section !== undefined && more.length === 0, `one ${HEADING}`);
  const made = before + HEADING + section.replace(/^\|.*\n(?:\|.*\n)*/m, () => `${table(rows)}\n`);
  if (Deno.env.get("UPDATE_TABLES") === "1") return Deno.writeTextFileSync(PAGE, made);
  assertEquals(page, made, "The page differs from what happens: UPDATE_TABLES=1 writes it");
});
