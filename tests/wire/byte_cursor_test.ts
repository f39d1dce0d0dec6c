import { assertEquals, assertThrows } from "@std/assert";
import { ByteCursor } from "../../src/wire/byte_cursor.ts";
import { WireError } from "../../src/wire/wire_error.ts";
import { bytes, hex } from "../support/hub_messages.ts";

const cursor = (digits: string) => {
  // As a part of a larger buffer, as frames are.
  const larger = bytes(`ffff${digits}ffffffffffffffffff`);
  return new ByteCursor(larger.subarray(2, larger.length - 9));
};

Deno.test("numbers are read in the order of the network, one after the other", () => {
  const all = cursor("81 8102 81020304 81 8102 81020304 8000000000000001 8000000000000001 07");
  assertEquals([all.unsigned(0), all.unsigned(1), all.unsigned(2)], [0x81, 0x8102, 0x81020304]);
  assertEquals([all.signed(0), all.signed(1), all.signed(2)], [
    0x81 - 2 ** 8,
    0x8102 - 2 ** 16,
    0x81020304 - 2 ** 32,
  ]);
  assertEquals(all.unsigned64(), 2n ** 63n + 1n);
  assertEquals(all.signed64(), -(2n ** 63n) + 1n);
  assertEquals(all.left, 1);
  const floats = cursor("3fc00000 bff8000000000000");
  assertEquals([floats.float32(), floats.float64(), floats.left], [1.5, -1.5, 0]);
  const rest = cursor("010203");
  assertEquals([hex(rest.bytes(2)), hex(rest.bytes(0)), rest.left], ["0102", "", 1]);
});

Deno.test("nothing is read beyond the end", () => {
  const reads: [bytes: number, (cursor: ByteCursor) => unknown][] = [
    [1, (cursor) => cursor.unsigned(0)],
    [2, (cursor) => cursor.unsigned(1)],
    [4, (cursor) => cursor.unsigned(2)],
    [1, (cursor) => cursor.signed(0)],
    [2, (cursor) => cursor.signed(1)],
    [4, (cursor) => cursor.signed(2)],
    [8, (cursor) => cursor.unsigned64()],
    [8, (cursor) => cursor.signed64()],
    [4, (cursor) => cursor.float32()],
    [8, (cursor) => cursor.float64()],
    [3, (cursor) => cursor.bytes(3)],
    [5, (cursor) => cursor.expect(5)],
  ];
  for (const [length, read] of reads) {
    read(cursor("00".repeat(length)));
    const text = `Cannot read a message: expected ${length} bytes more, got ${length - 1}`;
    assertThrows(() => read(cursor("00".repeat(length - 1))), WireError, text);
  }
});
