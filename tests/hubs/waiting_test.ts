import { assertEquals } from "@std/assert";
import { MARK, MemoryBudget } from "../../src/connection/memory_budget.ts";
import { Waiting } from "../../src/hubs/waiting.ts";

Deno.test("what waits is counted, here and for the server", () => {
  const budget = new MemoryBudget(1_000);
  const waiting = new Waiting(100, budget, () => {});
  waiting.add(60);
  waiting.add(40);
  waiting.remove(30);
  assertEquals([waiting.size, budget.total], [70, 70]);
});

Deno.test("more than may wait is too much, and not a byte less", () => {
  let full = 0;
  const waiting = new Waiting(100, new MemoryBudget(1_000), () => full++);
  waiting.add(100);
  assertEquals(full, 0);
  waiting.add(1);
  assertEquals(full, 1);
});

Deno.test("whoever holds the most has to go when the server is full", () => {
  const budget = new MemoryBudget(3 * MARK);
  const gone: string[] = [];
  const of = (name: string) => {
    const waiting: Waiting = new Waiting(10 * MARK, budget, () => {
      gone.push(name);
      waiting.remove(waiting.size);
    });
    return waiting;
  };
  const [small, large] = [of("small"), of("large")];
  small.add(MARK);
  large.add(2 * MARK);
  assertEquals(gone, []);
  small.add(1);
  assertEquals(gone, ["large"]);
});

Deno.test("what is left after the end is counted, and is the first to go", () => {
  const budget = new MemoryBudget(100);
  const gone: string[] = [];
  const of = (name: string) => {
    const waiting: Waiting = new Waiting(1_000, budget, () => {
      gone.push(name);
      waiting.remove(waiting.size);
    });
    return waiting;
  };
  const [ended, other] = [of("ended"), of("other")];
  ended.add(50);
  ended.end();
  other.add(50);
  assertEquals([budget.total, gone], [100, []]);
  other.add(1);
  assertEquals([budget.total, gone, ended.size, other.size], [51, ["ended"], 0, 51]);
});
