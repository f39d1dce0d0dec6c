import { assertEquals } from "@std/assert";
import { MessageType as Theirs } from "npm:@microsoft/signalr@10.0.11";
import { MessageType, PING } from "../../src/wire/message.ts";

Deno.test("the kinds have the numbers that they have in Microsoft's client", () => {
  for (const [name, type] of Object.entries(MessageType)) {
    assertEquals(Theirs[type]?.toLowerCase(), name.toLowerCase());
  }
  assertEquals(Object.values(MessageType), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

Deno.test("the ping that all share is one", () => {
  assertEquals(PING, { type: 6 });
});
