import { assertEquals, assertLess } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import { heldOf, memoryOf } from "../support/garbage.ts";
import { Queue } from "../../src/base/queue.ts";

Deno.test("a queue does what an array does, whatever is pushed and shifted", () => {
  const steps = fc.array(
    fc.oneof(
      { weight: 20, arbitrary: fc.constant("shift") },
      { weight: 1, arbitrary: fc.constant("clear") },
      { weight: 30, arbitrary: fc.nat() },
    ),
    { maxLength: 500 },
  );
  const asAnArrayDoes = (all: readonly (string | number)[]) => {
    const queue = new Queue<number>();
    let expected: number[] = [];
    for (const step of all) {
      if (typeof step === "number") {
        queue.push(step);
        expected.push(step);
      } else if (step === "shift") assertEquals(queue.shift(), expected.shift());
      else {
        queue.clear();
        expected = [];
      }
      assertEquals([queue.length, queue.first], [expected.length, expected[0]]);
    }
  };
  asAnArrayDoes([1, 2, "shift", 3, "clear", "shift", 4]);
  fc.assert(fc.property(steps, asAnArrayDoes));
});

Deno.test("a long queue keeps its order, however often its rest is moved down", () => {
  const queue = new Queue<number>();
  let next = 0;
  for (let i = 0; i < 10_000; i++) {
    queue.push(i);
    if (queue.length > 10) assertEquals(queue.shift(), next++);
  }
  while (queue.length > 0) assertEquals(queue.shift(), next++);
  assertEquals(next, 10_000);
});

Deno.test("a queue holds on to nothing that was shifted, nor to its place", async () => {
  const queue = new Queue<object>();
  for (let i = 0; i < 10; i++) queue.push({ i });
  const held = await heldOf(50, (object) => {
    queue.push(object);
    queue.shift();
  });
  // The last ten are still in it.
  assertEquals([held, queue.length], [10, 10]);
  assertLess(
    memoryOf(() => {
      for (let i = 0; i < 1_000_000; i++) {
        queue.push(queue);
        queue.shift();
      }
    }),
    1_000_000,
  );
});
