import { assertEquals } from "@std/assert";
import { type Holder, MARK, MemoryBudget } from "../../src/connection/memory_budget.ts";

/** A holder that lets go of all when it is evicted. */
class Fake implements Holder {
  held = 0;
  freeable = 0;
  evictions = 0;
  readonly #budget: MemoryBudget;
  readonly #keeps: number;

  constructor(budget: MemoryBudget, keeps = 0) {
    this.#budget = budget;
    this.#keeps = keeps;
  }

  hold(bytes: number, freeable = bytes, ended = false): void {
    this.#budget.update(this, bytes, freeable, ended);
  }

  evict(): void {
    this.evictions++;
    this.hold(this.#keeps, 0);
  }
}

Deno.test("above the bound, whoever holds the most goes, until it fits", () => {
  const budget = new MemoryBudget(10 * MARK);
  const all = [2, 3, 4].map((marks) => {
    const holder = new Fake(budget);
    holder.hold(marks * MARK);
    return holder;
  });
  assertEquals(budget.total, 9 * MARK);
  const next = new Fake(budget);
  next.hold(2 * MARK);
  assertEquals(all.map(({ evictions }) => evictions), [0, 0, 1]);
  assertEquals([next.evictions, budget.total, budget.exhausted], [0, 7 * MARK, false]);
});

Deno.test("nobody who holds less than the mark goes, however many they are", () => {
  const budget = new MemoryBudget(10 * MARK);
  const small = Array.from({ length: 20 }, () => new Fake(budget));
  for (const holder of small) holder.hold(MARK);
  assertEquals(small.filter(({ evictions }) => evictions > 0), []);
  assertEquals([budget.total, budget.exhausted], [20 * MARK, true]);
  // The one that goes above it does.
  small[0]!.hold(MARK + 1);
  assertEquals(small.map(({ evictions }) => evictions).reduce((a, b) => a + b), 1);
});

Deno.test("what nobody can free goes on counting, and leaves no room when it is all", () => {
  const budget = new MemoryBudget(4 * MARK);
  const stuck = [1, 2, 3].map(() => new Fake(budget, 2 * MARK));
  for (const holder of stuck) holder.hold(3 * MARK);
  assertEquals(stuck.map(({ evictions }) => evictions), [1, 1, 1]);
  assertEquals([budget.total, budget.exhausted], [6 * MARK, true]);
  for (const holder of stuck) holder.hold(0);
  assertEquals([budget.total, budget.exhausted], [0, false]);
});

Deno.test("nobody is evicted for what they could not let go of", () => {
  const budget = new MemoryBudget(10 * MARK);
  // What a runtime that cannot cut was handed: three that hold much, and free nothing.
  const handed = [1, 2, 3].map(() => new Fake(budget));
  for (const holder of handed) holder.hold(3 * MARK, 0);
  const healthy = [1, 2].map(() => new Fake(budget));
  for (const holder of healthy) holder.hold(MARK);
  assertEquals([...handed, ...healthy].map(({ evictions }) => evictions), [0, 0, 0, 0, 0]);
  assertEquals(budget.exhausted, true);
});

Deno.test("whoever has ended goes first, however little it holds, and in that order", () => {
  const budget = new MemoryBudget(10 * MARK);
  const open = new Fake(budget);
  open.hold(6 * MARK);
  const ended = [1, 2, 3].map(() => new Fake(budget));
  for (const holder of ended) holder.hold(MARK, MARK, true);
  const next = new Fake(budget);
  next.hold(3 * MARK);
  assertEquals(ended.map(({ evictions }) => evictions), [1, 1, 0]);
  assertEquals([open.evictions, next.evictions, budget.total], [0, 0, 10 * MARK]);
});

Deno.test("whoever has ended and has nothing to free is not evicted", () => {
  const budget = new MemoryBudget(10 * MARK);
  const ended = new Fake(budget);
  ended.hold(6 * MARK, 0, true);
  const open = new Fake(budget);
  open.hold(6 * MARK);
  assertEquals([ended.evictions, open.evictions, budget.total], [0, 1, 6 * MARK]);
});
