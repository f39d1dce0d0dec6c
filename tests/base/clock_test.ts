import { assert, assertEquals } from "@std/assert";
import { systemClock } from "../../src/base/clock.ts";

Deno.test("the system's clock does not follow the wall: it goes on where that is set back", () => {
  const wall = Date.now;
  try {
    const before = systemClock.now();
    Date.now = () => 0;
    const after = systemClock.now();
    assert(after >= before && after - before < 1_000, `${before}, then ${after}`);
  } finally {
    Date.now = wall;
  }
});

Deno.test("the system's clock counts whole milliseconds", async () => {
  const started = performance.now();
  const before = systemClock.now();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const [took, counted] = [performance.now() - started, systemClock.now() - before];
  assertEquals(Number.isInteger(before), true);
  assert(counted >= 18 && counted <= took + 2, `${counted} of ${took} ms`);
});

Deno.test("every() calls again and again, until it is told to stop", async () => {
  let calls = 0;
  await new Promise<void>((resolve) => {
    const stop = systemClock.every(1, () => {
      if (++calls < 3) return;
      stop();
      resolve();
    });
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(calls, 3);
});

Deno.test("after() calls once, not before its time, unless it is told to stop", async () => {
  const started = performance.now();
  let calls = 0;
  const stop = systemClock.after(1, () => calls++);
  stop();
  await new Promise<void>((resolve) =>
    systemClock.after(20, () => {
      calls += 10;
      resolve();
    })
  );
  assert(performance.now() - started >= 19);
  await new Promise((resolve) => setTimeout(resolve, 30));
  assertEquals(calls, 10);
});
