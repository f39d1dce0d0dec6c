/** The plan of the bench: what it names is there, and what it promises is measured. */
import { assert, assertEquals } from "@std/assert";
import { FULL, QUICK } from "../../bench/pace.ts";
import { idOf } from "../../bench/row.ts";
import { rowsOf, SUITES } from "../../bench/suites.ts";
import { workloads } from "../../bench/workloads.ts";
import { root } from "../support/command.ts";

const rows = rowsOf(SUITES, workloads(FULL));

Deno.test("every server of a row has its file", () => {
  const files = new Set([...Deno.readDirSync(new URL("bench/servers/", root))].map((f) => f.name));
  for (const { contender, against } of rows) {
    for (const { id, script } of [contender, against]) {
      assert(files.has(`${script}.ts`), `${id}: ${script}`);
    }
  }
});

Deno.test("no row is there twice, with either pace", () => {
  for (const pace of [FULL, QUICK]) {
    const ids = rowsOf(SUITES, workloads(pace)).map(idOf);
    assertEquals(ids.length, new Set(ids).size);
  }
});

Deno.test("what is promised of a row is one of its figures", () => {
  for (const row of rows) {
    const measured = row.workload.metrics.map(({ id }) => id);
    for (const id of Object.keys(row.floors)) assert(measured.includes(id), `${idOf(row)}: ${id}`);
  }
});

Deno.test("replay is promised 0.45 of node-redis on Bun and Deno, and else only compared", () => {
  const floors = (workload: string) =>
    rows.filter((row) => row.workload.id === workload)
      .map(({ contender, floors }) => [contender.id, floors]);
  for (const runtime of ["bun", "deno"]) {
    const replay = floors("publish").find(([id]) => id === `${runtime}-topics-replay`);
    assertEquals(replay?.[1], { rate: 0.45 });
    assertEquals(floors("jetstream").find(([id]) => id === `${runtime}-topics-jetstream`)?.[1], {});
  }
  for (const id of ["catch-up", "come-back"]) {
    assert(floors(id).length >= 4);
    for (const [, promised] of floors(id)) assertEquals(promised, {});
  }
});
