import { assert, assertEquals } from "@std/assert";
import { sweep } from "../../src/connection/clockwork.ts";
import { type Registered, Registry } from "../../src/connection/registry.ts";
import { drain } from "../../src/server/drain.ts";
import { FakeClock } from "../support/fake_clock.ts";

/** A registry with so many entries, and which of them were closed, in their order. */
function crowd(count: number, leaves = true) {
  const clock = new FakeClock();
  const registry = new Registry(clock, sweep);
  const closed: { number: number; code: number; at: number }[] = [];
  const entries = Array.from({ length: count }, (_, number): Registered => ({
    slot: -1,
    look() {},
    terminate() {},
    shutdown(code) {
      closed.push({ number, code, at: clock.now() });
      if (leaves) registry.delete(this);
    },
  }));
  for (const entry of entries) registry.add(entry);
  const start = clock.now();
  return { clock, registry, entries, closed, start };
}

/** Whether a promise has settled by now. */
function watch(promise: Promise<void>): () => Promise<boolean> {
  let done = false;
  promise.then(() => done = true);
  return async () => {
    await Promise.resolve();
    await Promise.resolve();
    return done;
  };
}

const unhurried = () => new AbortController().signal;

Deno.test("a drain closes as many in each step, each once, and is over with the time", async () => {
  const { clock, registry, closed } = crowd(1_000);
  const isDone = watch(drain(registry, { drain: 10_000, code: 1012 }, unhurried()));
  for (let step = 1; step <= 100; step++) {
    assertEquals(await isDone(), false);
    clock.pass(100);
    assertEquals(closed.length, 10 * step);
  }
  assertEquals(await isDone(), true);
  assertEquals(new Set(closed.map(({ number }) => number)).size, 1_000);
  assert(closed.every(({ code }) => code === 1012));
  assertEquals([registry.size, clock.pending], [0, 0]);
});

Deno.test("who comes first is chance, each time anew", async () => {
  const orders = await Promise.all([1, 2].map(async () => {
    const { clock, registry, closed } = crowd(200);
    const done = drain(registry, { drain: 1_000, code: 1001 }, unhurried());
    clock.pass(1_000);
    await done;
    return closed.map(({ number }) => number);
  }));
  const sorted = Array.from({ length: 200 }, (_, number) => number);
  assert(orders[0]!.join() !== sorted.join());
  assert(orders[0]!.join() !== sorted.toReversed().join());
  assert(orders[0]!.join() !== orders[1]!.join());
});

Deno.test("every place in the order is as likely for everybody", async () => {
  // The first of ten: each of them 300 times of 3,000, give or take six standard deviations.
  const firsts = new Array<number>(10).fill(0);
  for (let round = 0; round < 3_000; round++) {
    const { clock, registry, closed } = crowd(10);
    const done = drain(registry, { drain: 1_000, code: 1001 }, unhurried());
    clock.pass(1_000);
    await done;
    firsts[closed[0]!.number]!++;
  }
  for (const count of firsts) assert(count > 200 && count < 400, `${firsts}`);
});

Deno.test("a drain of few is as long, and one of nobody over at once", async () => {
  const { clock, registry, closed, start } = crowd(2, false);
  const isDone = watch(drain(registry, { drain: 60_000, code: 1001 }, unhurried()));
  clock.pass(60_000);
  assertEquals(closed.map(({ at }) => at - start), [30_000, 60_000]);
  assertEquals(await isDone(), true);
  await drain(crowd(0).registry, { drain: 60_000, code: 1001 }, unhurried());
});

Deno.test("a drain is over when everybody has left by themselves", async () => {
  const { clock, registry, entries, closed } = crowd(3);
  const isDone = watch(drain(registry, { drain: 60_000, code: 1001 }, unhurried()));
  for (const entry of entries) registry.delete(entry);
  assertEquals(await isDone(), false);
  clock.pass(100);
  assertEquals([await isDone(), closed.length, clock.pending], [true, 0, 0]);
});

Deno.test("a drain in a hurry is over at once, and leaves the others to the caller", async () => {
  const { clock, registry, closed } = crowd(100, false);
  const hurry = new AbortController();
  const done = drain(registry, { drain: 10_000, code: 1001 }, hurry.signal);
  clock.pass(5_000);
  hurry.abort();
  await done;
  clock.pass(10_000);
  assertEquals(closed.length, 50);
  await drain(registry, { drain: 10_000, code: 1001 }, hurry.signal);
  assertEquals(closed.length, 50);
});
