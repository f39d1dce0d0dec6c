import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import {
  formatCount,
  formatTick,
  formatTime,
  nearest,
  pointsOf,
  roundUp,
  ticksTo,
  xOf,
} from "../../../examples/page/scale.js";

Deno.test("page: scales have round numbers", () => {
  assertEquals([0.3, 1, 1.1, 3, 5, 7, 1000, 2001].map(roundUp), [0.5, 1, 2, 5, 5, 10, 1000, 5000]);
  assertEquals(ticksTo(1.5), [0, 0.5, 1, 1.5]);
  assertEquals(ticksTo(17), [0, 5, 10, 15, 20]);
  assertEquals(ticksTo(100), [0, 50, 100]);
  assertEquals(ticksTo(0), [0, 0.5, 1]);
  assertEquals([ticksTo(1, 1), ticksTo(3, 1)], [[0, 1], [0, 1, 2, 3]]);
});

Deno.test("page: a scale reaches what it has to show, and not far beyond", () => {
  fc.assert(fc.property(fc.double({ min: 1e-3, max: 1e7, noNaN: true }), (most) => {
    const ticks = ticksTo(most);
    const top = ticks.at(-1)!;
    assert(top >= most * (1 - 1e-5) && top <= most * 2.1, `${most} ${ticks}`);
    assert(ticks.length >= 2 && ticks.length <= 5);
  }));
});

Deno.test("page: times and counts are written as people read them", () => {
  const times = [0, 0.154, 1.5, 9.999, 12.34, 99.96, 123.4, 999.4, 1000, 12_345].map(formatTime);
  assertEquals(times, [
    "0.00 ms",
    "0.15 ms",
    "1.50 ms",
    "10.00 ms",
    "12.3 ms",
    "100.0 ms",
    "123 ms",
    "999 ms",
    "1.00 s",
    "12.35 s",
  ]);
  assertEquals([0, 0.5, 20, 1000, 1500].map(formatTick), [
    "0 ms",
    "0.5 ms",
    "20 ms",
    "1 s",
    "1.5 s",
  ]);
  assertEquals(formatCount(1234567), "1,234,567");
});

Deno.test("page: the last value is at the right, and the pointer finds the one it is over", () => {
  const box = { width: 100, height: 50, room: 11, top: 10 };
  assertEquals(pointsOf([0, 5, 10], box), "80.0,50.0 90.0,25.0 100.0,0.0");
  for (const index of [0, 1, 2]) assertEquals(nearest(xOf(index, 3, box), 3, box), index);
  assertEquals([nearest(-50, 3, box), nearest(150, 3, box), nearest(50, 0, box)], [0, 2, -1]);
});
