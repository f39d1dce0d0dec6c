import { assertEquals, assertRejects } from "@std/assert";
import { Cut } from "../../src/client/cut.ts";
import { SILENT, within } from "../../src/client/deadline.ts";
import { FakeClock } from "../support/fake_clock.ts";

Deno.test("what comes in time is what it is, and leaves no timer behind", async () => {
  const clock = new FakeClock();
  assertEquals(await within(clock, Promise.resolve("a"), 10), "a");
  assertEquals(await within(clock, undefined, 10), undefined);
  await assertRejects(() => within(clock, Promise.reject(new TypeError("b")), 10), TypeError, "b");
  assertEquals(clock.pending, 0);
});

Deno.test("what takes longer is a cut", async () => {
  const clock = new FakeClock();
  const waits = within(clock, new Promise(() => {}), 10);
  clock.pass(9);
  assertEquals(clock.pending, 1);
  clock.pass(1);
  assertEquals((await assertRejects(() => waits, Cut, SILENT)).over, "link");
});
