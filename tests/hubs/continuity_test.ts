import { assertEquals } from "@std/assert";
import { Continuity, isNumbered } from "../../src/hubs/continuity.ts";
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
