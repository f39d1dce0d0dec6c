import { assert, assertEquals } from "@std/assert";
import { afterRealTime, later } from "../../src/adapters/real_time.ts";

Deno.test("what is for later runs in a turn of its own, when microtasks are done", async () => {
  const log: string[] = [];
  later(() => {
    log.push("first");
    queueMicrotask(() => log.push("microtask of the first"));
  });
  const done = new Promise<void>((resolve) =>
    later(() => {
      log.push("second");
      resolve();
    })
  );
  for (let i = 0; i < 1_000; i++) await undefined;
  assertEquals(log, []);
  await done;
  assertEquals(log, ["first", "microtask of the first", "second"]);
});

Deno.test("real time passes by itself, unless nobody waits any more", async () => {
  let ran = false;
  const cancel = afterRealTime(1, () => ran = true);
  cancel();
  const started = performance.now();
  await new Promise<void>((resolve) => afterRealTime(20, resolve));
  assert(performance.now() - started >= 19);
  assertEquals(ran, false);
});

Deno.test("timers that a test puts in the place of the runtime's change nothing", async () => {
  const { setTimeout, setImmediate, clearTimeout } = globalThis;
  const never = () => 0 as never;
  Object.assign(globalThis, { setTimeout: never, setImmediate: never, clearTimeout: never });
  try {
    await new Promise<void>(later);
    await new Promise<void>((resolve) => afterRealTime(0, resolve));
  } finally {
    Object.assign(globalThis, { setTimeout, setImmediate, clearTimeout });
  }
});

Deno.test("where there is no setImmediate, timers will do", async () => {
  const { setImmediate } = globalThis;
  Object.assign(globalThis, { setImmediate: undefined });
  try {
    // A copy of the module, which looks for timers when it is loaded.
    const url = import.meta.resolve("../../src/adapters/real_time.ts?without-setImmediate");
    const copy: { later: typeof later } = await import(url);
    await new Promise<void>(copy.later);
  } finally {
    Object.assign(globalThis, { setImmediate });
  }
});
