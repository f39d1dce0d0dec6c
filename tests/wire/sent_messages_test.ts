import { assertEquals, assertThrows } from "@std/assert";
import { SentMessages } from "../../src/wire/sent_messages.ts";
import { WireError } from "../../src/wire/wire_error.ts";

Deno.test("what was sent is kept until it is acknowledged", () => {
  const sent = new SentMessages(100);
  assertEquals([sent.first, sent.size, sent.complete, [...sent]], [1, 0, true, []]);
  for (const text of ["a", "bb", "ccc"]) sent.add(text);
  assertEquals([sent.first, sent.size, [...sent]], [1, 6, ["a", "bb", "ccc"]]);
  sent.acknowledge(2);
  assertEquals([sent.first, sent.size, [...sent]], [3, 3, ["ccc"]]);
  // What is acknowledged once more, or comes late, changes nothing.
  sent.acknowledge(2);
  sent.acknowledge(1);
  assertEquals(sent.first, 3);
  sent.acknowledge(3);
  assertEquals([sent.first, sent.size, [...sent]], [4, 0, []]);
  sent.add(new Uint8Array([1, 2]));
  assertEquals([sent.first, sent.size], [4, 2]);
});

Deno.test("what was never sent cannot be acknowledged", () => {
  const sent = new SentMessages(100);
  sent.add("a");
  for (const id of [2, 1.5, NaN, "1" as unknown as number]) {
    assertThrows(() => sent.acknowledge(id), WireError, `got one of ${id}`);
  }
  assertEquals([...sent], ["a"]);
});

Deno.test("only so much is kept; until the other side has the rest, a cut is the end", () => {
  const sent = new SentMessages(4);
  for (const text of ["aa", "bb"]) sent.add(text);
  assertEquals([sent.complete, sent.first], [true, 1]);
  sent.add("cc");
  assertEquals([sent.complete, sent.first, [...sent]], [false, 2, ["bb", "cc"]]);
  sent.acknowledge(1);
  assertEquals([sent.complete, sent.first], [true, 2]);
  sent.add("too long");
  assertEquals([sent.complete, sent.first, sent.size, [...sent]], [false, 5, 0, []]);
  sent.acknowledge(3);
  assertEquals(sent.complete, false);
  sent.acknowledge(4);
  sent.acknowledge(3);
  assertEquals(sent.complete, true);
});

Deno.test("what is forgotten as a whole is missing until it is acknowledged", () => {
  const sent = new SentMessages(100);
  sent.forget();
  assertEquals([sent.complete, sent.first], [true, 1]);
  for (const text of ["a", "bb"]) sent.add(text);
  sent.forget();
  assertEquals([sent.complete, sent.first, sent.size, [...sent]], [false, 3, 0, []]);
  sent.add("ccc");
  sent.acknowledge(2);
  assertEquals([sent.complete, [...sent]], [true, ["ccc"]]);
});
