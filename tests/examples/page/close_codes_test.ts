import { assertEquals, assertStringIncludes } from "@std/assert";
import { closeFault, inWords } from "../../../examples/page/close_codes.js";

Deno.test("page: close codes in words", () => {
  assertEquals([1000, 1006, 3001, 4321, 2999].map(inWords), [
    "1000: normal closure",
    "1006: connection lost",
    "3001: registered by a library",
    "4321: the application's own",
    "2999: unknown",
  ]);
});

Deno.test("page: what a page may not close with is said", () => {
  for (const code of [1000, 3000, 4999]) assertEquals(closeFault(code, ""), "");
  for (const code of [1001, 1002, 2999, 5000, NaN]) {
    assertStringIncludes(closeFault(code, ""), "1000 or with 3000 to 4999");
  }
  assertEquals(closeFault(1000, "x".repeat(123)), "");
  assertStringIncludes(closeFault(1000, "ü".repeat(62)), "this one has 124");
});
