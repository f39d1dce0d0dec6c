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
  const url = import.meta.resolve("../../src/adapters/real_time.ts");
  const script = `
    globalThis.setImmediate = undefined;
    const { later } = await import(${JSON.stringify(url)});
    later(() => console.log("ran"));`;
  const args = ["eval", "--no-lock", script];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
  assertEquals(new TextDecoder().decode(stdout), "ran\n");
});
