/** docs/operations.md says how large a machine has to be: with the figures of the bench. */
import { assertEquals } from "@std/assert";
import { root } from "./support/command.ts";
import { createInstruments } from "../src/telemetry/instruments.ts";
import { Metrics } from "./support/metrics.ts";

const read = (file: string) => Deno.readTextFileSync(new URL(file, root));
const page = read("docs/operations.md");

/** The cells of the lines that are rows of a table. */
function rows(text: string): string[][] {
  return text.split("\n").filter((line) => line.startsWith("|"))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

const section = (heading: string) => page.split(`## ${heading}\n`)[1]!.split("\n## ")[0]!;

Deno.test("the figures on sizing are those of bench/results", () => {
  const tables = read("bench/results/table.md").split("\n## ");
  const measured = (heading: string, server: string) => {
    const table = tables.find((table) => table.startsWith(heading))!;
    return rows(table).find(([name]) => name === server)?.[1];
  };
  const of = (heading: string, unit = "") =>
    ["Bun, edgesocket", "Deno, edgesocket", "Node, ws"].map((server) => {
      const figure = measured(heading, server);
      return figure === undefined ? "not measured" : figure + unit;
    });
  const said = rows(section("How large a machine")).slice(2).map(([, ...figures]) => figures);
  assertEquals(said, [
    of("Memory of each of 10,000 idle", " KiB"),
    of("Echo of 64-byte"),
    of("Echo of 16 KiB"),
    of("Upgrade rate"),
    of("Processor time of 15,000 idle", " %"),
  ]);
});

Deno.test("the page has every metric, and no other", async () => {
  const metrics = new Metrics();
  const instruments = createInstruments(metrics.provider.getMeter("test"));
  for (const instrument of Object.values(instruments)) {
    if ("add" in instrument) instrument.add(1);
    else instrument.record(1);
  }
  const { resourceMetrics } = await metrics.collect();
  const names = resourceMetrics.scopeMetrics[0]!.metrics.map(({ descriptor }) => descriptor.name);
  const said = rows(section("Metrics")).slice(2).map(([name]) => name!.replaceAll("`", ""));
  assertEquals(said.sort(), names.sort());
});
