import { assertEquals } from "@std/assert";
import { ManualClock } from "../../src/testing/manual_clock.ts";

/** A clock, and what ran when, in milliseconds from the start. */
function setUp() {
  const clock = new ManualClock();
  const start = clock.now();
  const log: string[] = [];
  const note = (name: string) => () => void log.push(`${name} ${clock.now() - start}`);
  return { clock, log, note, passed: () => clock.now() - start };
}

Deno.test("what is due runs in order, each at its time", () => {
  const { clock, log, note, passed } = setUp();
  clock.every(100, note("every"));
  clock.after(150, note("after"));
  clock.after(100, note("also"));
  clock.pass(99);
  assertEquals([log, passed(), clock.pending], [[], 99, 3]);
  clock.pass(151);
  assertEquals([log, passed()], [["every 100", "also 100", "after 150", "every 200"], 250]);
  assertEquals(clock.pending, 1);
});

Deno.test("timers that were stopped do not run, and may stop each other", () => {
  const { clock, log, note } = setUp();
  const stop = clock.every(10, note("every"));
  const stopAfter = clock.after(25, note("after"));
  clock.after(20, () => {
    stop();
    stopAfter();
  });
  clock.pass(100);
  assertEquals([log, clock.pending], [["every 10", "every 20"], 0]);
});

Deno.test("what a timer starts runs in time, and time ends where it was told to", () => {
  const { clock, log, note, passed } = setUp();
  clock.after(10, () => clock.after(10, note("inner")));
  clock.after(-5, note("at once"));
  clock.every(0, () => {})();
  clock.pass(15);
  assertEquals([log, passed()], [["at once 0"], 15]);
  assertEquals([clock.step(clock.now() + 10), log.at(-1), passed()], [true, "inner 20", 20]);
  assertEquals([clock.step(clock.now() + 10), passed()], [false, 30]);
});

Deno.test("a period of nothing is a millisecond, and a step that leads back moves nothing", () => {
  const { clock, passed } = setUp();
  let ran = 0;
  clock.every(0, () => ran++);
  clock.pass(10);
  assertEquals([ran, clock.step(0), passed()], [10, false, 10]);
});

Deno.test("time does not begin at 0, which would look like a time that nobody has set", () => {
  assertEquals(new ManualClock().now() > 0, true);
});
