import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import { histogram } from "../../../examples/page/histogram.js";

Deno.test("page: bins widen, and the empty ones between are there", () => {
  assertEquals(histogram([]), []);
  assertEquals(histogram([0.05, 0.05, 0.35]), [
    { from: 0, to: 0.1, count: 2 },
    { from: 0.1, to: 0.15, count: 0 },
    { from: 0.15, to: 0.2, count: 0 },
    { from: 0.2, to: 0.3, count: 0 },
    { from: 0.3, to: 0.5, count: 1 },
  ]);
});

Deno.test("page: a time at a bound is in the bin that begins there", () => {
  for (const [time, to] of [[0.1, 0.15], [0.3, 0.5], [0.7, 1], [1, 1.5], [7, 10], [1000, 1500]]) {
    assertEquals(histogram([time]).map(({ from, to }) => [from, to]), [[time, to]]);
  }
});

Deno.test("page: every time is in one bin, and bins follow each other", () => {
  fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 1e5, noNaN: true })), (times) => {
    const bins = histogram(times);
    for (const { from, to, count } of bins) {
      assertEquals(count, times.filter((time) => time >= from && time < to).length);
    }
    assert(bins.every(({ from }, index) => index === 0 || from === bins[index - 1]!.to));
    assertEquals(bins.reduce((sum, { count }) => sum + count, 0), times.length);
  }));
});
