import { assertEquals } from "@std/assert";
import { MemoryWire } from "../../src/adapters/memory_wire.ts";
import { nextTurn } from "../support/memory.ts";

Deno.test("what is sent arrives in order, in later turns, each with its microtasks", async () => {
  const wire = new MemoryWire();
  const log: string[] = [];
  for (const name of ["a", "b"]) {
    wire.send(() => {
      log.push(name);
      queueMicrotask(() => log.push(`after ${name}`));
    });
  }
  await undefined;
  assertEquals(log, []);
  await nextTurn();
  assertEquals(log, ["a", "after a", "b", "after b"]);
});

Deno.test("what is on its way can arrive now, once", async () => {
  const wire = new MemoryWire();
  const log: string[] = [];
  wire.send(() => log.push("first"));
  wire.send(() => log.push("second"));
  assertEquals([wire.arrive(), log], [true, ["first"]]);
  await nextTurn();
  assertEquals([wire.arrive(), log], [false, ["first", "second"]]);
});
