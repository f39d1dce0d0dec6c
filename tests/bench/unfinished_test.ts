import { assertEquals, assertThrows } from "@std/assert";
import { lineups } from "../../bench/contenders.ts";
import { FULL } from "../../bench/pace.ts";
import { row } from "../../bench/row.ts";
import { begin, fromText, type Subject, toText } from "../../bench/unfinished.ts";
import { workloads } from "../../bench/workloads.ts";

const subject: Subject = { commit: "abc", machine: "2 cores", versions: { Bun: "1" } };
const { raw, ours } = lineups.bun;
const echo = row(workloads(FULL).echo, ours, raw);

Deno.test("a run goes on where the one before it was written down", () => {
  const first = begin();
  const pair = (rate: number) => ({
    contender: { values: { rate }, server: { busy: 0.9, had: 1 } },
    against: { values: { rate: 10 } },
  });
  first.measurements.add(echo, pair(9));
  first.repeated = 2;
  const second = fromText(toText(subject, first), subject);
  assertEquals([second.repeated, second.lost], [2, 0]);
  second.measurements.add(echo, pair(8));
  assertEquals(second.measurements.pairs(echo), [pair(9), pair(8)]);
  assertEquals(second.measurements.figure(echo, echo.workload.metrics[0]!), 8.5);
});

Deno.test("nothing goes on with a run of another code, machine or version", () => {
  const text = toText(subject, begin());
  const others = [{ commit: "abd" }, { machine: "4 cores" }, { versions: { Bun: "2" } }];
  for (const other of others) {
    assertThrows(() => fromText(text, { ...subject, ...other }), Error, "Cannot resume");
  }
});
