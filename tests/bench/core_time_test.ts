import { assert, assertEquals } from "@std/assert";
import { idleIn, shareBetween, usage } from "../../bench/core_time.ts";

const STAT = [
  "cpu  300 0 100 2000 50 0 5 7 0 0",
  "cpu0 200 0 50 900 20 0 5 7 0 0",
  "cpu1 100 0 50 1100 30 0 0 0 0 0",
  "cpu10 1 1 1 1 1 1 1 1 0 0",
  "intr 1",
].join("\n");

Deno.test("the idle time of a core is that of its line alone, waiting for disks included", () => {
  assertEquals(idleIn(STAT, "0"), 9_200_000);
  assertEquals(idleIn(STAT, "1"), 11_300_000);
  assertEquals(idleIn(STAT, "10"), 20_000);
  assertEquals(idleIn(STAT, "7"), undefined);
});

Deno.test("a core that others used was not had; one that was idle was", () => {
  const before = { cpu: 0, clock: 0, idle: 0 };
  const at = (cpu: number, idle: number) =>
    shareBetween(before, { cpu, clock: 1_000_000, idle }).had;
  assertEquals(at(1_000_000, 0), 1);
  assertEquals(at(300_000, 700_000), 1);
  assertEquals(at(500_000, 100_000), 0.6);
  // /proc/stat counts in hundredths of a second.
  assertEquals(at(995_000, 10_000), 1);
});

Deno.test("without a core of its own, nobody can tell what a process had", () => {
  const share = shareBetween({ cpu: 0, clock: 0 }, { cpu: 250_000, clock: 1_000_000 });
  assertEquals(share, { busy: 0.25 });
});

Deno.test("usage counts the processor time that was used", () => {
  const before = usage();
  while (usage().cpu - before.cpu < 30_000);
  const after = usage();
  const { busy } = shareBetween(before, after);
  const used = busy * (after.clock - before.clock);
  assert(used >= 30_000 && used < 3_000_000, `${used} µs`);
});
