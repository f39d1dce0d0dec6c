import { assertEquals } from "@std/assert";
import { MemoryLink } from "../../src/adapters/memory_link.ts";
import { nextTurn } from "../support/memory.ts";

Deno.test("what is sent arrives in order, in later turns, each with its microtasks", async () => {
  const link = new MemoryLink();
  const log: string[] = [];
  for (const name of ["a", "b"]) {
    link.send(() => {
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
  const link = new MemoryLink();
  const log: string[] = [];
  link.send(() => log.push("first"));
  link.send(() => log.push("second"));
  assertEquals([link.arrive(), log], [true, ["first"]]);
  await nextTurn();
  assertEquals([link.arrive(), log], [false, ["first", "second"]]);
});
