import { assertEquals, assertThrows } from "@std/assert";
import { readTimestamp } from "../../src/wire/timestamp.ts";
import { WireError } from "../../src/wire/wire_error.ts";
import { bytes } from "../support/hub_messages.ts";

const time = (hex: string) => readTimestamp(bytes(hex)).getTime();

Deno.test("4 bytes are seconds", () => {
  assertEquals([time("00000000"), time("ffffffff")], [0, (2 ** 32 - 1) * 1000]);
});

Deno.test("8 bytes are nanoseconds and seconds, of which milliseconds are kept", () => {
  // 999,999,999 ns are 30 bits: 3b9ac9ff; two bits to the left, and two of the seconds.
  assertEquals(time("ee6b27fc 00000001"), 1999);
  assertEquals(time("ee6b27ff 00000000"), 3 * 2 ** 32 * 1000 + 999);
});

Deno.test("12 bytes are nanoseconds and seconds before 1970, too", () => {
  assertEquals(time("3b9ac9ff ffffffffffffffff"), -1);
  assertEquals(time("00000000 0000000000000001"), 1000);
});

Deno.test("a time that no Date can hold, or of another length, is refused", () => {
  // The last second of a Date, and the next one.
  assertEquals(time("00000000 000007dba8218000"), 8.64e15);
  const beyond = "expected a time that a Date can hold, got 8640000000001 s";
  assertThrows(() => time("00000000 000007dba8218001"), WireError, beyond);
  for (const length of [0, 1, 5, 11, 13, 16]) {
    const text = `expected a timestamp of 4, 8 or 12 bytes, got ${length}`;
    assertThrows(() => readTimestamp(new Uint8Array(length)), WireError, text);
  }
});
