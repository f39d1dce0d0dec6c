import { assertEquals } from "@std/assert";
import type { Environment } from "../../src/client/environment.ts";
import { Retry } from "../../src/client/retry.ts";
import { FakeClock } from "../support/fake_clock.ts";

function setUp() {
  const clock = new FakeClock();
  const listeners = new Set<() => void>();
  const world = {
    clock,
    onWake: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  } as unknown as Environment;
  const retry = new Retry();
  const events: string[] = [];
  const wait = (delay: number, asked = 0) =>
    retry.wait(world, delay, asked).then(() => events.push("now"));
  const wake = () => [...listeners].forEach((listener) => listener());
  const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
  return { clock, listeners, retry, events, wait, wake, turn };
}

Deno.test("each wait may be twice as long as the one before, up to half a minute", () => {
  const { retry } = setUp();
  const waits = Array.from({ length: 10 }, () => retry.next(1, undefined));
  assertEquals(waits, [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  retry.count = 0;
  assertEquals(retry.next(1, undefined), 250);
});

Deno.test("it is any time up to that, so that many clients do not come at once", () => {
  const { retry } = setUp();
  assertEquals([retry.next(0, undefined), retry.next(0.5, undefined)], [0, 250]);
});

Deno.test("while a session may come back, it is two seconds at most", () => {
  const { retry } = setUp();
  const waits = Array.from({ length: 6 }, () => retry.next(1, {}));
  assertEquals(waits, [250, 500, 1_000, 2_000, 2_000, 2_000]);
});

Deno.test("a wait ends when it is over, or when there is a reason, and leaves nothing behind", async () => {
  const { clock, listeners, retry, events, wait, wake, turn } = setUp();
  wait(100);
  clock.pass(99);
  await turn();
  assertEquals(events, []);
  clock.pass(1);
  await turn();
  assertEquals(events.length, 1);
  wait(100);
  wake();
  await turn();
  assertEquals(events.length, 2);
  wait(100);
  retry.go();
  await turn();
  assertEquals([events.length, clock.pending, listeners.size], [3, 0, 0]);
});

Deno.test("what the server has asked for is waited for", async () => {
  const { clock, events, wait, wake, turn } = setUp();
  wait(100, 50);
  wake();
  await turn();
  assertEquals(events, []);
  clock.pass(100);
  await turn();
  assertEquals(events, ["now"]);
});

Deno.test("where nobody waits, nothing is to be ended", () => {
  new Retry().go();
});
