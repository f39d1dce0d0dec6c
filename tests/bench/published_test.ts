import { assertEquals } from "@std/assert";
import { Measurements } from "../../bench/measurements.ts";
import { FULL } from "../../bench/pace.ts";
import { publish, type Published, reportOf } from "../../bench/published.ts";
import type { Report } from "../../bench/report.ts";
import { idOf } from "../../bench/row.ts";
import { rowsOf, type SuiteName } from "../../bench/suites.ts";
import { workloads } from "../../bench/workloads.ts";

const all = workloads(FULL);

/** A run of some suites in which everything was measured once, and came to one value. */
function run(suites: readonly SuiteName[], value: number, setting: string): Report {
  const rows = rowsOf(suites, all);
  const measurements = new Measurements();
  for (const row of rows) {
    const values = Object.fromEntries(row.workload.metrics.map(({ id }) => [id, value]));
    measurements.add(row, { contender: { values }, against: { values } });
  }
  return { date: `2026-11-${setting}`, setting: [setting, "a machine"], rows, measurements };
}

Deno.test("a run takes the place of its own suites, and leaves the others", () => {
  let published: Published = {};
  published = publish(published, ["core", "node"], run(["core", "node"], 1, "21"), all);
  published = publish(published, ["node"], run(["node"], 2, "22"), all);
  const report = reportOf(published, all);
  assertEquals(report.date, "2026-11-22");
  assertEquals(report.setting, ["core: 21; a machine", "node: 22; a machine"]);
  assertEquals(report.rows.map(idOf), rowsOf(["core", "node"], all).map(idOf));
  for (const [suite, value] of [["core", 1], ["node", 2]] as const) {
    for (const row of rowsOf([suite], all)) {
      assertEquals(report.measurements.figure(row, row.workload.metrics[0]!), value);
    }
  }
});

Deno.test("what was measured in one run has one setting; nothing has none", () => {
  const published = publish({}, ["core", "hubs"], run(["core", "hubs"], 1, "21"), all);
  assertEquals(reportOf(published, all).setting, ["21", "a machine"]);
  const again: Published = JSON.parse(JSON.stringify(published));
  assertEquals(reportOf(again, all).rows.length, rowsOf(["core", "hubs"], all).length);
  const none = reportOf({}, all);
  assertEquals([none.date, none.setting, none.rows], ["", [], []]);
});

Deno.test("a row that came after a run is not in what was published of it", () => {
  const published = publish({}, ["hubs"], run(["hubs"], 1, "21"), all);
  const [first, ...others] = rowsOf(["hubs"], all);
  const { [idOf(first!)]: _, ...pairs } = published.hubs!.pairs;
  const report = reportOf({ hubs: { ...published.hubs!, pairs } }, all);
  assertEquals(report.rows.map(idOf), others.map(idOf));
});
