import { assertEquals, assertThrows } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import {
  byteLength,
  checkSendData,
  copyOf,
  exceeds,
  MESSAGE_OVERHEAD,
} from "../../src/connection/message.ts";

Deno.test("byteLength counts text as UTF-8, however long, lone surrogates as U+FFFD", () => {
  const text = fc.tuple(
    fc.string({ unit: fc.constantFrom("a", "ü", "€", "😀", "\uD800", "\uDC00"), maxLength: 50 }),
    fc.constantFrom(1, 7, 1_000, 10_000),
  ).map(([unit, times]) => unit.repeat(times));
  fc.assert(
    fc.property(text, (text) => {
      assertEquals(byteLength(text), new TextEncoder().encode(text).length);
    }),
    { numRuns: 50 },
  );
});

Deno.test("byteLength of a view is that of its own bytes", () => {
  const { buffer } = new Uint8Array(100);
  assertEquals([byteLength(buffer), byteLength(new DataView(buffer, 10, 5))], [100, 5]);
});

Deno.test("exceeds is exact at the limit", () => {
  for (const text of ["", "abc", "ü", "€", "😀", "\uD800"].map((unit) => unit.repeat(1_000))) {
    const bytes = byteLength(text);
    assertEquals([exceeds(text, bytes), exceeds(text, bytes - 1)], [false, true]);
  }
});

Deno.test("exceeds counts the bytes of binary messages, and long texts by their units first", () => {
  assertEquals([exceeds(new ArrayBuffer(5), 5), exceeds(new ArrayBuffer(6), 5)], [false, true]);
  // One unit takes three bytes at most, and one at least.
  assertEquals([exceeds("abc", 9), exceeds("abc", 3), exceeds("abc", 2)], [false, false, true]);
  assertEquals([exceeds("€€€", 9), exceeds("€€€", 8)], [false, true]);
});

Deno.test("copyOf keeps the bytes as they were, of a view only its own", () => {
  const bytes = new Uint8Array([1, 2, 3, 4]);
  const copies = [copyOf(bytes.subarray(1, 3)), copyOf(bytes.buffer), copyOf("text")];
  bytes.fill(9);
  const [view, whole, text] = copies;
  assertEquals([...new Uint8Array(view as ArrayBuffer)], [2, 3]);
  assertEquals([...new Uint8Array(whole as ArrayBuffer)], [1, 2, 3, 4]);
  assertEquals(text, "text");
});

Deno.test("checkSendData says what came", () => {
  for (
    const good of ["", new ArrayBuffer(1), new Uint8Array(1), new DataView(new ArrayBuffer(1))]
  ) {
    checkSendData(good);
  }
  const shared = new Uint8Array(new SharedArrayBuffer(1));
  for (
    const [bad, name] of [
      [null, "null"],
      [undefined, "undefined"],
      [5, "number"],
      [[1], "Array"],
      [Object.create(null), "an object without constructor"],
      [shared, "Uint8Array of a SharedArrayBuffer"],
    ] as const
  ) {
    assertThrows(() => checkSendData(bad), TypeError, `got ${name}`);
  }
});

Deno.test("a message costs 256 bytes beside its own, as the documentation says", () => {
  assertEquals(MESSAGE_OVERHEAD, 256);
  const limits = Deno.readTextFileSync(new URL("../../src/connection/limits.ts", import.meta.url));
  assertEquals(limits.includes("each message with 256 of its own"), true);
});
