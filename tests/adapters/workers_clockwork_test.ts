import { assertEquals } from "@std/assert";
import { type Closing, WorkersClockwork } from "../../src/adapters/workers_clockwork.ts";
import { FakeClock } from "../support/fake_clock.ts";

function started(period: number) {
  const clock = new FakeClock();
  const looks: number[] = [];
  const clockwork = new WorkersClockwork(period);
  const begin = clock.now();
  const stop = clockwork.start(clock, () => looks.push(clock.now() - begin));
  return { clock, looks, clockwork, stop };
}

Deno.test("while nothing closes it looks rarely, or never, and then keeps no timer", () => {
  for (const [period, looks, timers] of [[10_000, [10_000, 20_000], 1], [0, [], 0]] as const) {
    const one = started(period);
    one.clock.pass(25_000);
    assertEquals([one.looks, one.clock.pending], [[...looks], timers]);
    one.stop();
    assertEquals(one.clock.pending, 0);
  }
});

Deno.test("it looks often until everything that closes has closed", () => {
  const { clock, looks, clockwork } = started(0);
  const [one, other]: { readyState: Closing["readyState"] }[] = [
    { readyState: 2 },
    { readyState: 2 },
  ];
  clockwork.hurry(one!);
  clockwork.hurry(other!);
  assertEquals(clock.pending, 1);
  clock.pass(500);
  one!.readyState = 3;
  clock.pass(250);
  other!.readyState = 3;
  clock.pass(10_000);
  assertEquals([looks, clock.pending], [[250, 500, 750, 1_000], 0]);
  // And again.
  clockwork.hurry({ readyState: 2 });
  clock.pass(250);
  assertEquals(looks.length, 5);
});

Deno.test("nobody hurries for what has closed, before it runs or when it has stopped", () => {
  const { clock, looks, clockwork, stop } = started(0);
  clockwork.hurry({ readyState: 3 });
  assertEquals(clock.pending, 0);
  clockwork.hurry({ readyState: 2 });
  stop();
  clockwork.hurry({ readyState: 2 });
  clock.pass(1_000);
  assertEquals([looks, clock.pending], [[], 0]);
  const never = new WorkersClockwork(0);
  never.hurry({ readyState: 2 });
  // What was forgotten by the stop does not come back.
  let looked = 0;
  clockwork.start(clock, () => looked++);
  clockwork.hurry({ readyState: 2 });
  clock.pass(250);
  assertEquals(looked, 1);
});
