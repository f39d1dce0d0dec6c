import { assertEquals } from "@std/assert";
import { type Silence, watchdogStep } from "../../src/connection/watchdog.ts";

const SWEEP = 250;

/** Sweeps from 0 on; returns when the first ping and the drop came, in milliseconds. */
function watch(timeout: number, hears: (now: number, pinged: number) => boolean, until = 120_000) {
  const silence: Silence = { waitingSince: 0, pingedAt: 0 };
  const pings: number[] = [];
  for (let now = SWEEP; now <= until; now += SWEEP) {
    const step = watchdogStep(silence, hears(now, pings.length), now, timeout);
    if (step === "ping") pings.push(now);
    if (step === "drop") return { pings, dropped: now };
  }
  return { pings, dropped: undefined };
}

Deno.test("the watchdog pings after half of the timeout and drops after all of it", () => {
  assertEquals(watch(60_000, () => false), { pings: [30_000], dropped: 60_000 });
  assertEquals(watch(2_000, () => false), { pings: [1_000], dropped: 2_000 });
});

Deno.test("the watchdog keeps within a quarter of the timeout or a second", () => {
  for (let timeout = 100; timeout < 20_000; timeout += 137) {
    const { pings, dropped } = watch(timeout, () => false);
    const tolerance = Math.max(timeout / 4, 1_000);
    assertEquals(pings.length, 1);
    assertEquals(pings[0]! >= timeout / 2 && pings[0]! <= timeout / 2 + tolerance, true);
    assertEquals(dropped! >= timeout && dropped! <= timeout + tolerance, true, `${timeout}`);
  }
});

Deno.test("the watchdog keeps a client that answers each ping", () => {
  let answered = 0;
  const { pings, dropped } = watch(4_000, (_, pinged) => pinged > answered && ++answered > 0);
  assertEquals(dropped, undefined);
  assertEquals(pings.length > 40, true);
});

Deno.test("the watchdog sends no ping to a client that is never silent for half", () => {
  const { pings, dropped } = watch(4_000, (now) => now % 1_750 === 0);
  assertEquals([pings, dropped], [[], undefined]);
});

Deno.test("the watchdog gives half of the timeout after the ping, even when sweeps come late", () => {
  const silence: Silence = { waitingSince: 0, pingedAt: 0 };
  assertEquals(watchdogStep(silence, false, 9_000, 2_000), "ping");
  assertEquals(watchdogStep(silence, false, 9_500, 2_000), "wait");
  assertEquals(watchdogStep(silence, false, 10_000, 2_000), "drop");
});
