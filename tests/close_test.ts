import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { checkCloseCode, truncateReason } from "../src/close.ts";

const size = (text: string) => new TextEncoder().encode(text).length;

Deno.test("checkCloseCode takes what a server may send", () => {
  const sendable = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1012, 1013, 1014, 3000, 4999];
  for (const code of sendable) assertEquals(checkCloseCode(code), code);
});

Deno.test("checkCloseCode refuses every other code below 70000", () => {
  const sendable = new Set([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1012, 1013, 1014]);
  for (let code = -1; code < 70_000; code++) {
    if (sendable.has(code) || (code >= 3000 && code <= 4999)) continue;
    assertThrows(() => checkCloseCode(code), RangeError, `got ${code}`);
  }
  for (const code of [NaN, Infinity, 1000.5, 3000.1]) {
    assertThrows(() => checkCloseCode(code), RangeError);
  }
});

Deno.test("checkCloseCode names the type of what is no number", () => {
  const error = assertThrows(() => checkCloseCode("1000" as never), TypeError);
  assertStringIncludes(error.message, "got string");
});

Deno.test("truncateReason leaves 123 bytes alone and cuts the rest", () => {
  for (const text of ["", "bye", "x".repeat(123), "ü".repeat(61), "\uFEFFbom"]) {
    assertEquals(truncateReason(text), text);
  }
  assertEquals(truncateReason("x".repeat(124)), "x".repeat(123));
});

Deno.test("truncateReason never cuts inside a character", () => {
  for (const char of ["ü", "€", "😀", "a"]) {
    for (let lead = 0; lead < 5; lead++) {
      const text = "x".repeat(lead) + char.repeat(130);
      const cut = truncateReason(text);
      assertEquals(text.startsWith(cut), true);
      assertEquals(size(cut) <= 123 && size(cut) > 123 - size(char), true);
    }
  }
});

Deno.test("truncateReason replaces lone surrogates", () => {
  assertEquals(truncateReason("a\uD800b"), "a\uFFFDb");
});
