import { assertEquals, assertThrows } from "@std/assert";
import {
  bytesOf,
  formatSize,
  hasBytes,
  parseHex,
  sameMessage,
  sizeOf,
  toHex,
} from "../../../examples/page/bytes.js";

Deno.test("page: bytes are read from hex in the ways in which people write them", () => {
  for (const text of ["00 01 ff", "0001FF", "0x00, 0x01, 0xff", "00:01:ff", "00\n01\nff"]) {
    assertEquals(parseHex(text), Uint8Array.of(0, 1, 255), text);
  }
  assertEquals(parseHex(""), new Uint8Array());
  assertThrows(() => parseHex("00 0"), Error, "got half a byte");
  assertThrows(() => parseHex("00 0g"), Error, 'got "g"');
});

Deno.test("page: bytes are written in hex, and what is left out has a mark", () => {
  const bytes = Uint8Array.of(0, 15, 255);
  assertEquals([toHex(bytes), toHex(bytes, 3), toHex(bytes, 2)], [
    "00 0f ff",
    "00 0f ff",
    "00 0f …",
  ]);
  assertEquals(parseHex(toHex(bytes)), bytes);
});

Deno.test("page: sizes are those of UTF-8, in three units", () => {
  assertEquals([sizeOf("grüße"), sizeOf(Uint8Array.of(1, 2)), bytesOf("ü")], [
    7,
    2,
    Uint8Array.of(0xc3, 0xbc),
  ]);
  const sizes = [0, 1023, 1024, 1024 * 1024 - 1, 1024 * 1024, 20 * 1024 * 1024].map(formatSize);
  assertEquals(sizes, ["0 B", "1023 B", "1.0 KiB", "1024.0 KiB", "1.0 MiB", "20.0 MiB"]);
});

Deno.test("page: messages are the same if every byte is, and a text is never bytes", () => {
  const bytes = (...values: number[]) => Uint8Array.from(values);
  assertEquals(sameMessage("a", "a"), true);
  assertEquals(sameMessage("a", "b"), false);
  assertEquals(sameMessage("a", bytes(97)), false);
  assertEquals(sameMessage(bytes(1, 2), bytes(1, 2)), true);
  assertEquals(sameMessage(bytes(1, 2), bytes(1, 3)), false);
  assertEquals(sameMessage(bytes(1), bytes(1, 2)), false);
});

Deno.test("page: bytes are found among others, wherever they are", () => {
  const bytes = Uint8Array.of(1, 1, 2, 1, 3);
  const found = ([[1, 2], [1, 3], [3], [], [2, 2], [3, 1], [1, 1, 1]] as number[][])
    .map((wanted) => hasBytes(bytes, Uint8Array.from(wanted)));
  assertEquals(found, [true, true, true, true, false, false, false]);
});
