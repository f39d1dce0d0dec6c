import { assertEquals } from "@std/assert";
import { sweep } from "../../src/connection/clockwork.ts";
import { FakeClock } from "../support/fake_clock.ts";

Deno.test("a sweep looks every 250 ms, by one timer, until it is told to stop", () => {
  const clock = new FakeClock();
  const start = clock.now();
  const looks: number[] = [];
  const stop = sweep(clock, () => looks.push(clock.now() - start));
  assertEquals([looks, clock.pending], [[], 1]);
  clock.pass(249);
  assertEquals(looks, []);
  clock.pass(501);
  assertEquals(looks, [250, 500, 750]);
  stop();
  clock.pass(1_000);
  assertEquals([looks.length, clock.pending], [3, 0]);
});
