import { assertEquals } from "@std/assert";
import { Continuity, isNumbered } from "../../src/hubs/continuity.ts";
import { MemoryBudget } from "../../src/connection/memory_budget.ts";
import { MessageType } from "../../src/wire/message.ts";

Deno.test("what is about calls has numbers, what is about the connection has none", () => {
  const numbered = Object.entries(MessageType).filter(([, type]) => isNumbered(type));
  assertEquals(numbered.map(([name]) => name), [
    "invocation",
    "streamItem",
    "completion",
    "streamInvocation",
    "cancelInvocation",
  ]);
});

Deno.test("so many bytes are kept, and a third of them that has come is acknowledged", () => {
  const { sent, received } = new Continuity(9);
  sent.add("x".repeat(9));
  assertEquals([sent.size, sent.complete], [9, true]);
  sent.add("x");
  assertEquals([sent.size, sent.complete], [1, false]);
  received.take(2);
  assertEquals(received.due, false);
  received.take(1);
  assertEquals(received.due, true);
});

Deno.test("what is kept counts in the memory of the server, and goes before any client has to", () => {
  const budget = new MemoryBudget(25);
  const [one, two] = [new Continuity(20, budget), new Continuity(20, budget)];
  one.keep("x".repeat(10));
  two.keep("x".repeat(10));
  assertEquals(budget.total, 20);
  one.acknowledge(1);
  assertEquals([budget.total, one.sent.complete], [10, true]);
  one.keep("x".repeat(16));
  // The one that has kept it for longer lets go of it, and the next cut is the end of its client.
  assertEquals([budget.total, one.sent.complete, two.sent.complete], [16, true, false]);
  assertEquals(budget.exhausted, false);
  one.end();
  assertEquals([budget.total, one.sent.size], [0, 0]);
});
