import { assertEquals, assertThrows } from "@std/assert";
import { ReceivedMessages } from "../../src/wire/received_messages.ts";
import { WireError } from "../../src/wire/wire_error.ts";

Deno.test("what has come is acknowledged, once", () => {
  const received = new ReceivedMessages(100);
  assertEquals(received.acknowledgement(), undefined);
  assertEquals([received.take(10), received.take(10)], [true, true]);
  assertEquals([received.acknowledgement(), received.acknowledgement()], [2, undefined]);
});

Deno.test("much that has come is acknowledged at once", () => {
  const received = new ReceivedMessages(100);
  received.take(99);
  assertEquals(received.due, false);
  received.take(1);
  assertEquals([received.due, received.acknowledgement(), received.due], [true, 2, false]);
  received.take(1);
  assertEquals(received.due, false);
});

Deno.test("after a cut nothing counts until it is said where it goes on, and only what is new", () => {
  const received = new ReceivedMessages(100);
  for (let i = 0; i < 3; i++) received.take(1);
  received.wait();
  assertEquals(received.take(1), false);
  received.goOn(2);
  assertEquals([1, 2, 3, 4].map(() => received.take(1)), [false, false, true, true]);
  assertEquals(received.acknowledgement(), 5);
});

Deno.test("messages may not be missing", () => {
  const received = new ReceivedMessages(100);
  received.take(1);
  for (const id of [3, 0, 1.5, NaN]) {
    assertThrows(() => received.goOn(id), WireError, `a sequence of up to 2, got ${id}.`);
  }
  received.goOn(2);
  assertEquals([received.take(1), received.acknowledgement()], [true, 2]);
});

Deno.test("what was acknowledged before a cut is acknowledged again, once", () => {
  const received = new ReceivedMessages(100);
  received.wait();
  assertEquals(received.acknowledgement(), undefined);
  received.goOn(1);
  received.take(1);
  assertEquals(received.acknowledgement(), 1);
  received.wait();
  received.goOn(1);
  assertEquals(received.take(1), false);
  assertEquals([received.acknowledgement(), received.acknowledgement()], [1, undefined]);
});
