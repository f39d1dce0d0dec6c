import { assertEquals } from "@std/assert";
import { type Interval, judge } from "../../bench/floor.ts";

const between = (low: number, high: number, count = 15): Interval => ({
  median: (low + high) / 2,
  low,
  high,
  count,
});

Deno.test("a floor is met or missed by a whole interval, and unclear inside of one", () => {
  assertEquals(judge(between(0.97, 0.99), 0.96, "higher"), "met");
  assertEquals(judge(between(0.97, 0.99), 0.97, "higher"), "met");
  assertEquals(judge(between(0.97, 0.99), 0.98, "higher"), "unclear");
  assertEquals(judge(between(0.97, 0.99), 0.99, "higher"), "unclear");
  assertEquals(judge(between(0.97, 0.99), 1, "higher"), "missed");
});

Deno.test("where less is better, a floor is a ceiling", () => {
  assertEquals(judge(between(0.8, 0.9), 1, "lower"), "met");
  assertEquals(judge(between(0.8, 1.1), 1, "lower"), "unclear");
  assertEquals(judge(between(1.05, 1.1), 1, "lower"), "missed");
  assertEquals(judge(between(-0.5, -0.1), 0, "lower"), "met");
});

Deno.test("a few pairs say nothing, and none were not measured", () => {
  assertEquals(judge(between(0.9, 0.9, 5), 1, "higher"), "unclear");
  assertEquals(judge(between(0.9, 0.9, 6), 1, "higher"), "missed");
  assertEquals(judge(undefined, 1, "higher"), "not measured");
});
