import { assertEquals } from "@std/assert";
import { Meter } from "../../../examples/page/meter.js";

Deno.test("page: a meter counts what there was in the last second", () => {
  const meter = new Meter();
  assertEquals(meter.perSecond(12_345), 0);
  meter.add(3, 20_000);
  meter.add(4, 20_450);
  assertEquals(meter.perSecond(20_900), 7);
  assertEquals(meter.perSecond(21_050), 4);
  assertEquals(meter.perSecond(21_399), 4);
  assertEquals(meter.perSecond(21_400), 0);
});

Deno.test("page: a meter of a steady rate says that rate, after any pause", () => {
  const meter = new Meter();
  for (const start of [0, 5_000, 1_000_000]) {
    for (let at = 0; at < 1_000; at += 10) meter.add(1, start + at);
    assertEquals(meter.perSecond(start + 990), 100);
  }
});
