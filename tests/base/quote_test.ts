import { assertEquals } from "@std/assert";
import { quote } from "../../src/base/quote.ts";

Deno.test("quote shows what a client sent, forty characters of it at most", () => {
  assertEquals(quote(null), "none");
  assertEquals(quote(""), '""');
  assertEquals(quote("x".repeat(40)), `"${"x".repeat(40)}"`);
  assertEquals(quote("x".repeat(41)), `"${"x".repeat(40)}..."`);
});

Deno.test("quote shows nothing that a terminal or a page would obey", () => {
  const all = Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code));
  for (const char of all) {
    const shown = char >= " " && char <= "~" ? char : "?";
    assertEquals(quote(char), `"${shown}"`);
  }
  assertEquals(quote("a\r\n\x1b[31mb"), '"a???[31mb"');
});
