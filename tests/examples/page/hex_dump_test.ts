import { assertEquals } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import { hexDump } from "../../../examples/page/hex_dump.js";

const bytesOf = (text: string) => new TextEncoder().encode(text);

Deno.test("page: a dump has offsets, bytes and characters", () => {
  assertEquals(
    hexDump(bytesOf("Hello, grüße!\n\0~")),
    [
      "00000000  48 65 6c 6c 6f 2c 20 67  72 c3 bc c3 9f 65 21 0a  |Hello, gr....e!.|",
      "00000010  00 7e                                             |.~|",
    ].join("\n"),
  );
  assertEquals(hexDump(new Uint8Array()), "");
});

Deno.test("page: a dump of a part has the offsets of the whole", () => {
  const bytes = Uint8Array.from({ length: 64 }, (_, index) => index);
  const whole = hexDump(bytes).split("\n");
  assertEquals(hexDump(bytes, 16, 48), whole.slice(1, 3).join("\n"));
  assertEquals(hexDump(bytes, 48, 1_000), whole[3]);
  assertEquals(hexDump(bytes, 64), "");
});

Deno.test("page: every byte of a dump can be read back", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    const lines = hexDump(bytes).split("\n").filter(Boolean);
    const read = lines.flatMap((line) => line.slice(10, 59).trim().split(/\s+/));
    assertEquals(read.map((byte) => parseInt(byte, 16)), [...bytes]);
    lines.forEach((line, index) => assertEquals(parseInt(line.slice(0, 8), 16), 16 * index));
  }));
});
