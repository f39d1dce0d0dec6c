import { assertEquals } from "@std/assert";
import { everyInBackground } from "../../src/adapters/background_timer.ts";
import { root } from "../support/command.ts";

Deno.test("a timer in the background fires again and again, until it is stopped", async () => {
  let fired = 0;
  const twice = Promise.withResolvers<void>();
  const stop = everyInBackground(1, () => {
    if (++fired === 2) twice.resolve();
  });
  // Something else has to keep this process alive.
  const alive = setInterval(() => {}, 1_000);
  await twice.promise;
  stop();
  const before = fired;
  const later = Promise.withResolvers<void>();
  setTimeout(later.resolve, 5);
  await later.promise;
  clearInterval(alive);
  assertEquals(fired, before);
});

Deno.test("a timer in the background keeps no process alive", async () => {
  const module = new URL("src/adapters/background_timer.ts", root).href;
  const program = `const { everyInBackground } = await import("${module}");
    everyInBackground(60_000, () => {});
    console.log("done");`;
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-lock", program],
    signal: AbortSignal.timeout(30_000),
  }).output();
  assertEquals([code, new TextDecoder().decode(stdout)], [0, "done\n"]);
});

Deno.test("timers that are objects are told so themselves, and the others by Deno", () => {
  const { Deno, setInterval } = globalThis;
  const unrefs: unknown[] = [];
  const timers = [{ unref: () => unrefs.push("object") }, 5, 6];
  const fakes = { unrefTimer: (timer: number) => unrefs.push(timer) };
  const put = (value: object) =>
    Object.defineProperty(globalThis, "Deno", { value, configurable: true });
  Object.assign(globalThis, { setInterval: () => timers.shift() });
  put(fakes);
  try {
    everyInBackground(1, () => {});
    everyInBackground(1, () => {});
    put({});
    everyInBackground(1, () => {});
  } finally {
    Object.assign(globalThis, { setInterval });
    put(Deno);
  }
  assertEquals(unrefs, ["object", 5]);
});
