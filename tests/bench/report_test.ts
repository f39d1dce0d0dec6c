/** From samples to tables, pictures and history. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { lineups } from "../../bench/contenders.ts";
import { entryOf, parseHistory, toLine } from "../../bench/history.ts";
import { historyPlot } from "../../bench/history_plot.ts";
import { Measurements } from "../../bench/measurements.ts";
import { FULL } from "../../bench/pace.ts";
import { plot } from "../../bench/plot.ts";
import { findings, type Report, verdictOf } from "../../bench/report.ts";
import { idOf, isNoise, type Row, row } from "../../bench/row.ts";
import { besideBase, rowsOf, SUITES } from "../../bench/suites.ts";
import { table, withShortTable } from "../../bench/table.ts";
import type { Metric, Sample } from "../../bench/workload.ts";
import { workloads } from "../../bench/workloads.ts";

const all = workloads(FULL);
const { raw, ours, hono } = lineups.bun;

const sample = ({ metrics }: Row["workload"], value: number): Sample => ({
  values: Object.fromEntries(metrics.map(({ id }) => [id, value])),
  server: { busy: 0.98, had: 1 },
  load: { busy: 0.5, had: 1 },
});

/** A report in which each row was measured so many times, with these values. */
function reportOf(rows: readonly Row[], value: (row: Row) => number, pairs = 15): Report {
  const measurements = new Measurements();
  for (const each of rows) {
    for (let pair = 0; pair < pairs; pair++) {
      // The machine grows slower; what is compared does not.
      const speed = 100 / (pair + 1);
      const isRatio = each.workload.metrics[0]!.compare === "ratio";
      measurements.add(each, {
        contender: sample(each.workload, isRatio ? value(each) * speed : value(each) + speed),
        against: sample(each.workload, speed),
      });
    }
  }
  return { date: "2026-11-21", setting: ["a machine"], rows, measurements };
}

Deno.test("a ratio is taken pair by pair, so that a machine that grows slower does not count", () => {
  const echo = row(all.echo, ours, raw, { rate: 0.98 });
  const [finding] = findings(reportOf([echo], () => 0.9));
  const { median, low, high, count } = finding!.found!;
  assertEquals([median, low, high].map((value) => value.toFixed(6)), Array(3).fill("0.900000"));
  assertEquals(count, 15);
  assertEquals(verdictOf(finding!), { bound: 0.98, verdict: "missed" });
});

Deno.test("memory is compared by difference, and its floor is the most", () => {
  const memory = row(all.memory, ours, raw, { memory: 1 });
  const verdict = (value: number) => verdictOf(findings(reportOf([memory], () => value))[0]!);
  assertEquals(verdict(0.8)?.verdict, "met");
  assertEquals(verdict(1.2)?.verdict, "missed");
});

Deno.test("a row that nobody could measure says so in the table", () => {
  const echo = row(all.echo, ours, raw, { rate: 0.98 });
  const [finding] = findings({ ...reportOf([], () => 1), rows: [echo] });
  assertEquals(verdictOf(finding!)?.verdict, "not measured");
  assertStringIncludes(table({ ...reportOf([], () => 1), rows: [echo] }), "| failed |");
});

Deno.test("the table has a line for each metric of each row, and names noise", () => {
  const rows = [row(all.echo, raw, raw), row(all.echo, ours, raw, { rate: 0.98 })];
  const text = table(reportOf(rows, (each) => isNoise(each) ? 1 : 0.99));
  assertMatch(text, /\| 64 B echo \| Bun, raw \| itself \|.*\| noise \|/);
  assertMatch(
    text,
    /\| 64 B echo \| Bun, edgesocket \| raw \|.*\| 0\.990 \(0\.990 to 0\.990\) \| 15 \| 98 % \| 50 % \| at least 0\.98: met \|/,
  );
  assertMatch(text, /\n## In short\n[^]*\| Bun, edgesocket \| 0\.99 \|\n/);
  assertStringIncludes(
    table(reportOf([row(all.latency, ours, raw)], () => 1.1)),
    "µs, p99.9 | 1.100 (1.100 to 1.100)",
  );
});

Deno.test("the page on performance gets the short table, and keeps the rest", () => {
  const rows = [row(all.echo, ours, raw), row(all.memory, ours, raw)];
  const page = "# Page\n\n| old |\n| --- |\n| 1 |\n\nText\n\n| other |\n";
  assertEquals(
    withShortTable(page, reportOf(rows, () => 0.987)),
    "# Page\n\n| beside raw | 64 B echo | idle memory |\n| --- | ---: | ---: |\n" +
      "| Bun, edgesocket | 0.99 | +0.99 KiB |\n\nText\n\n| other |\n",
  );
});

Deno.test("rows have ids of their own, in every suite", () => {
  const rows = rowsOf(SUITES, all);
  assertEquals(new Set(rows.map(idOf)).size, rows.length);
  for (const { floors, workload: { metrics } } of rows) {
    const known = metrics.map(({ id }: Metric) => id);
    assertEquals(Object.keys(floors).filter((id) => !known.includes(id)), []);
  }
});

Deno.test("every figure that is judged gets all the pairs; peers and noise get fewer, but some", () => {
  for (const each of rowsOf(SUITES, all)) {
    if (Object.keys(each.floors).length > 0) assertEquals(each.share, 1);
    if (isNoise(each)) assert(each.share >= 1 / 3 && each.share < 1);
  }
  assert(row(all.echo, hono, raw).share < 1);
});

Deno.test("beside a base, each row is edgesocket beside itself, once, or noise", () => {
  const rows = besideBase(rowsOf(["core"], all));
  assertEquals(new Set(rows.map(idOf)).size, rows.length);
  for (const each of rows) {
    if (isNoise(each)) continue;
    assertEquals(each.against.id, `${each.contender.id}-base`);
    assertEquals([each.against.script, each.against.base], [each.contender.script, true]);
  }
  assert(rows.some(({ floors }) => floors["rate"] !== undefined));
});

Deno.test("a line of history holds commit, machine, versions and every figure; it can be read", () => {
  const rows = [row(all.echo, ours, raw), row(all.latency, ours, raw)];
  const entry = entryOf(reportOf(rows, () => 0.9), {
    commit: "abc1234",
    machine: "a processor, 2 cores",
    versions: { Deno: "2.9.6" },
  });
  assertEquals(Object.keys(entry.rows), [
    "echo/bun-edgesocket/bun-raw/rate",
    ...["p50", "p99", "p999"].map((id) => `latency/bun-edgesocket/bun-raw/${id}`),
  ]);
  assertEquals(entry.rows["echo/bun-edgesocket/bun-raw/rate"], [0.9, 0.9, 0.9, 15]);
  assertEquals(parseHistory(toLine(entry) + toLine(entry)), [entry, entry]);
});

Deno.test("pictures draw what was measured, floors with it", () => {
  const rows = [row(all.echo, ours, raw, { rate: 0.98 }), row(all.memory, ours, raw)];
  const report = reportOf(rows, () => 0.9);
  const bars = plot(report);
  assertEquals(bars.match(/<rect class="ours"/g)?.length, 2);
  assert(!bars.includes("NaN"));
  const entry = (commit: string, machine: string) =>
    entryOf(report, { commit, machine, versions: {} });
  const history = historyPlot([entry("a", "one"), entry("b", "one"), entry("c", "other")], rows);
  assertEquals(history.match(/<circle/g)?.length, 3);
  assertEquals(history.match(/<line class="floor"/g)?.length, 1);
  // Lines join points of one kind of machine only.
  assertMatch(history, /<path class="path" d="M[\d. ]+ L[\d. ]+ M[\d. ]+"/);
  assert(!history.includes("NaN") && !historyPlot([], rows).includes("NaN"));
});
