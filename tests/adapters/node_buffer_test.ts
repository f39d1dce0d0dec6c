import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { asBuffer } from "../../src/adapters/node_buffer.ts";

Deno.test("a Buffer has the very bytes, of a view no others", () => {
  const bytes = new Uint8Array([0, 1, 2, 3]);
  const buffer = asBuffer(bytes.subarray(1, 3));
  assert(Buffer.isBuffer(buffer));
  assertEquals([...buffer], [1, 2]);
  bytes[1] = 9;
  assertEquals([...buffer], [9, 2]);
});
