import { assert, assertEquals } from "@std/assert";
import { ByteBuffer } from "../../src/wire/byte_buffer.ts";
import { hex } from "../support/hub_messages.ts";

Deno.test("what is written stands in the order of the network, behind a front of its own", () => {
  const buffer = new ByteBuffer(5);
  buffer.byte(0x101);
  buffer.uint16(0x0203);
  buffer.uint32(-2);
  buffer.int64(-(2 ** 53) + 1);
  buffer.float64(-1.5);
  buffer.bytes(new Uint8Array([7, 8]));
  assertEquals(buffer.length, 1 + 2 + 4 + 8 + 8 + 2);
  const all = "01" + "0203" + "fffffffe" + "ffe0000000000001" + "bff8000000000000" + "0708";
  assertEquals(hex(buffer.take([])), all);
  assertEquals(hex(buffer.take([9])), "09" + all);
  assertEquals(hex(buffer.take([1, 2, 3, 4, 5])), "0102030405" + all);
});

Deno.test("a text is put ahead of what is not known before its length is", () => {
  const buffer = new ByteBuffer(0);
  assertEquals(buffer.textAhead("aü", 3), 3);
  buffer.moveAhead(3, 1, 3);
  buffer.byte(0xa3);
  buffer.skip(3);
  assertEquals(buffer.textAhead("z", 1), 1);
  buffer.moveAhead(1, 1, 1);
  buffer.byte(0xa1);
  buffer.skip(1);
  assertEquals(hex(buffer.take([])), "a361c3bc" + "a17a");
});

Deno.test("it grows and keeps what was written; what is taken is its own", () => {
  const buffer = new ByteBuffer(1);
  buffer.byte(1);
  for (const size of [1022, 1, 5_000]) {
    buffer.reserve(size);
    buffer.bytes(new Uint8Array(size).fill(2));
  }
  const taken = buffer.take([0]);
  assertEquals([taken.length, taken.byteLength, taken.buffer.byteLength], [6025, 6025, 6025]);
  assert(taken.every((byte, i) => byte === Math.min(i, 2)));
  buffer.reserve(2);
  buffer.uint16(0x0405);
  assertEquals(hex(buffer.take([]).subarray(-3)), "020405");
  buffer.clear();
  assertEquals(buffer.length, 0);
  buffer.byte(3);
  assertEquals([hex(buffer.take([4])), taken[1]], ["0403", 1]);
});

Deno.test("a large message leaves no large buffer", () => {
  const buffer = new ByteBuffer(0);
  const room = () => {
    // Beyond the room that there is, nothing can be put.
    return buffer.textAhead("x".repeat(1_000_000), 0);
  };
  assertEquals(room(), 1024);
  buffer.reserve(1025);
  assertEquals(room(), 2048);
  buffer.clear();
  assertEquals(room(), 2048);
  buffer.reserve(64 * 1024);
  buffer.clear();
  assertEquals(room(), 64 * 1024);
  buffer.reserve(64 * 1024 + 1);
  buffer.clear();
  assertEquals(room(), 1024);
});
