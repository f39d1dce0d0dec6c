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
  const measured = rows(read("bench/results/table.md").split("\n## All rows\n")[1]!);
  /** What edgesocket came to on each runtime under one workload, beside what is below it. */
  const of = (workload: string) =>
    ["Bun", "Deno", "Node"].map((runtime) => {
      const [, , , figure] = measured.find(([short, server, beside]) =>
        short === workload && server === `${runtime}, edgesocket` &&
        ["raw", "ws"].includes(beside!)
      ) ?? [];
      // A unit that the first column of the page says is not said again.
      return figure === undefined ? "not measured" : figure.replace(/ \S+\/s$| of a core$/, "");
    });
  const said = rows(section("How large a machine")).slice(2).map(([, ...figures]) => figures);
  assertEquals(
    said,
    ["idle memory", "64 B echo", "16 KiB echo", "upgrades", "idle"].map(of),
  );
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
