/** Bytes as clients of Redis take them. */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { asBuffer } from "../../src/adapters/node_buffer.ts";

Deno.test("a Buffer is made of the same bytes, and of no others", () => {
  const all = new Uint8Array([0, 1, 2, 3, 4]);
  const buffer = asBuffer(all.subarray(1, 3));
  assert(buffer instanceof Buffer);
  assertEquals([...buffer], [1, 2]);
  assertStrictEquals(buffer.buffer, all.buffer);
  all[1] = 9;
  assertEquals([...buffer], [9, 2]);
});
