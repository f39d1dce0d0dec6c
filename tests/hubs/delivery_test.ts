import { assertEquals } from "@std/assert";
import { MemoryBudget } from "../../src/connection/memory_budget.ts";
import { Delivery } from "../../src/hubs/delivery.ts";
import { FakeClock } from "../support/fake_clock.ts";

const MIB = 1_048_576;
const bytes = (...values: number[]) => new Uint8Array(values);

function delivering({ maxBackpressure = 10, budget = new MemoryBudget(8 * MIB) } = {}) {
  const clock = new FakeClock();
  const full: number[] = [];
  const limits = { maxBackpressure, backpressureTimeout: 30_000 };
  const delivery: Delivery = new Delivery({ clock, budget }, limits, () => {
    full.push(delivery.size);
  });
  return { delivery, clock, budget, full };
}

/** Whether a promise has resolved by now. */
async function settled(promise: Promise<void>): Promise<boolean> {
  return await Promise.race([promise.then(() => true), Promise.resolve().then(() => false)]);
}

Deno.test("pieces are taken whole, in order, as many as there is room for", () => {
  const { delivery } = delivering();
  assertEquals(delivery.take(5), undefined);
  for (const value of [1, 2, 3]) delivery.add(bytes(value, value));
  assertEquals(delivery.size, 6);
  assertEquals(delivery.take(5), bytes(1, 1, 2, 2));
  assertEquals(delivery.take(1), bytes(3, 3));
  assertEquals([delivery.size, delivery.take(1)], [0, undefined]);
});

Deno.test("what waits is counted by the server until it is taken or thrown away", () => {
  const { delivery, budget } = delivering();
  delivery.add(bytes(1, 2, 3));
  assertEquals([budget.total, delivery.held, delivery.freeable], [3, 3, 3]);
  delivery.take(10);
  assertEquals(budget.total, 0);
  delivery.add(bytes(1));
  delivery.clear();
  assertEquals([budget.total, delivery.size], [0, 0]);
});

Deno.test("above the limit the client has to go; one large message alone is let through", () => {
  const { delivery, full } = delivering();
  delivery.add(new Uint8Array(25));
  assertEquals(full, []);
  delivery.add(bytes(1));
  assertEquals([full, delivery.size], [[25], 25]);
  delivery.take(1);
  delivery.add(new Uint8Array(10));
  delivery.add(new Uint8Array(10));
  assertEquals([full, delivery.size], [[25], 20]);
});

Deno.test("whoever waits for more is told as soon as there is some, or never will be", async () => {
  const { delivery } = delivering();
  const first = delivery.more();
  assertEquals(await settled(first), false);
  delivery.add(bytes(1));
  await first;
  await delivery.more();
  delivery.take(1);
  const second = delivery.more();
  assertEquals(await settled(second), false);
  delivery.end();
  await second;
  await delivery.more();
});

Deno.test("after the end nothing comes any more, and what waits can be taken", () => {
  const { delivery } = delivering();
  delivery.add(bytes(1));
  delivery.end();
  delivery.add(bytes(2));
  assertEquals([delivery.take(10), delivery.take(10)], [bytes(1), undefined]);
});

Deno.test("whoever waits for less is told when nothing waits", async () => {
  const { delivery } = delivering();
  await delivery.drained();
  delivery.add(bytes(1));
  delivery.add(bytes(2));
  const drained = delivery.drained();
  delivery.take(1);
  assertEquals(await settled(drained), false);
  delivery.take(1);
  await drained;
});

Deno.test("much of which nothing is taken is stuck; a little is not, nor what moves or has just come", () => {
  const { delivery, clock } = delivering({ maxBackpressure: 8 * MIB });
  clock.pass(60_000);
  delivery.add(new Uint8Array(MIB + 1));
  assertEquals(delivery.stuck(clock.now()), false);
  delivery.take(1);
  delivery.add(new Uint8Array(MIB));
  clock.pass(60_000);
  assertEquals(delivery.stuck(clock.now()), false);
  delivery.add(bytes(1));
  assertEquals(delivery.stuck(clock.now()), true);
  delivery.add(new Uint8Array(MIB));
  delivery.take(1);
  assertEquals(delivery.stuck(clock.now()), false);
  clock.pass(29_999);
  assertEquals(delivery.stuck(clock.now()), false);
  clock.pass(1);
  assertEquals(delivery.stuck(clock.now()), true);
});

Deno.test("where there is no room for anybody, a little that stands still is too much", () => {
  const { delivery, clock, budget } = delivering();
  delivery.add(bytes(1));
  clock.pass(30_000);
  assertEquals(delivery.stuck(clock.now()), false);
  const holder = { held: 0, freeable: 0, evict() {} };
  budget.update(holder, 9 * MIB, 0, false);
  assertEquals(delivery.stuck(clock.now()), true);
});

Deno.test("a server without room lets those go first that have ended, and then the heaviest", () => {
  const budget = new MemoryBudget(3 * MIB);
  const ended = delivering({ budget, maxBackpressure: 8 * MIB });
  const open = delivering({ budget, maxBackpressure: 8 * MIB });
  ended.delivery.add(new Uint8Array(MIB));
  ended.delivery.end();
  open.delivery.add(new Uint8Array(2 * MIB));
  open.delivery.add(bytes(1));
  assertEquals([ended.delivery.size, ended.full, open.full], [0, [], []]);
  open.delivery.add(new Uint8Array(2 * MIB));
  assertEquals(open.full, [4 * MIB + 1]);
});
