import { assert, assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { bufferOf, bytesOf, handedOut, messageFrom, textOf } from "../../src/interop/ws_data.ts";

const BYTES = new Uint8Array([1, 2, 3]);

Deno.test("text and bytes are handed out as ws does", async () => {
  assertEquals(`${handedOut("ü", "arraybuffer")}`, "ü");
  assert(handedOut("ü", "arraybuffer") instanceof Buffer);
  const { buffer } = BYTES;
  assertEquals(handedOut(buffer, "arraybuffer"), buffer);
  const bytes = handedOut(buffer, "nodebuffer");
  assert(bytes instanceof Buffer);
  assertEquals([...bytes], [1, 2, 3]);
  const [fragment, ...more] = handedOut(buffer, "fragments") as Buffer[];
  assertEquals([[...fragment!], more], [[1, 2, 3], []]);
  const blob = handedOut(buffer, "blob") as Blob;
  assertEquals([...new Uint8Array(await blob.arrayBuffer())], [1, 2, 3]);
});

Deno.test("bytes are not copied", () => {
  assertEquals(bytesOf(BYTES.buffer).buffer === BYTES.buffer, true);
  assertEquals(bufferOf("ü").byteLength, 2);
});

Deno.test("what is sent is text or bytes as the options say", () => {
  assertEquals(messageFrom("a", {}), "a");
  assertEquals(messageFrom(5, {}), "5");
  assertEquals(messageFrom(BYTES, {}), BYTES);
  assertEquals(messageFrom("a", { binary: true }), new Uint8Array([97]));
  assertEquals(messageFrom(BYTES, { binary: true, fin: true }), BYTES);
  assertEquals(messageFrom(new TextEncoder().encode("\ufeffü"), { binary: false }), "\ufeffü");
  assertEquals(messageFrom("a", { binary: false }), "a");
  assertEquals(textOf(new TextEncoder().encode("ü").buffer), "ü");
  assertThrows(
    () => messageFrom("a", { fin: false }),
    TypeError,
    "Cannot send: expected a whole message, got a fragment (fin: false)",
  );
});
