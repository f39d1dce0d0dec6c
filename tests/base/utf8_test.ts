import { assertEquals } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import { utf8Exceeds, utf8Length } from "../../src/base/utf8.ts";

const text = fc.tuple(
  fc.string({ unit: fc.constantFrom("a", "ü", "€", "😀", "\uD800", "\uDC00"), maxLength: 50 }),
  fc.constantFrom(1, 7, 1_000, 10_000),
).map(([unit, times]) => unit.repeat(times));

Deno.test("utf8Length counts as TextEncoder does, however long, lone surrogates as U+FFFD", () => {
  fc.assert(
    fc.property(text, (text) => {
      assertEquals(utf8Length(text), new TextEncoder().encode(text).length);
    }),
    { numRuns: 50 },
  );
});

Deno.test("utf8Exceeds is exact at the limit", () => {
  for (const text of ["", "abc", "ü", "€", "😀", "\uD800"].map((unit) => unit.repeat(1_000))) {
    const bytes = utf8Length(text);
    assertEquals([utf8Exceeds(text, bytes), utf8Exceeds(text, bytes - 1)], [false, true]);
  }
  // One unit takes three bytes at most, and one at least.
  assertEquals([utf8Exceeds("abc", 9), utf8Exceeds("abc", 3), utf8Exceeds("abc", 2)], [
    false,
    false,
    true,
  ]);
  assertEquals([utf8Exceeds("€€€", 9), utf8Exceeds("€€€", 8)], [false, true]);
});
