import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import { base64 } from "../../src/wire/base64.ts";

Deno.test("base64 is what atob reads, of any length", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
    const read = Uint8Array.from(atob(base64(bytes)), (unit) => unit.charCodeAt(0));
    assertEquals(read, new Uint8Array(bytes));
  }));
  // The example of RFC 4648, with its padding.
  assertEquals(base64(new TextEncoder().encode("fooba")), "Zm9vYmE=");
});

Deno.test("pieces are joined without a seam, and a megabyte is not too many arguments", () => {
  for (const length of [0x1fff, 0x2000, 0x2001, 2 ** 20]) {
    const bytes = Uint8Array.from({ length }, (_, i) => i % 251);
    const binary = atob(base64(bytes));
    assertEquals(binary.length, length);
    assert(bytes.every((byte, i) => byte === binary.charCodeAt(i)), `${length} bytes`);
  }
});
