import { assertEquals } from "@std/assert";
import { nextTurn } from "../../src/base/turn.ts";
import { Outbox } from "../../src/hubs/outbox.ts";
import { FakeTransport } from "../support/fake_transport.ts";

function outbox() {
  const transport = new FakeTransport();
  return { transport, outbox: new Outbox(transport) };
}

const KIB = 1024;

Deno.test("the messages of a turn go out together, after it", async () => {
  const { transport, outbox: one } = outbox();
  const { transport: others, outbox: other } = outbox();
  one.add("a");
  other.add("x");
  await Promise.resolve();
  one.add("b");
  assertEquals([transport.frames, one.size], [[], 2]);
  await nextTurn();
  assertEquals([transport.frames, others.frames, one.size], [["ab"], ["x"], 0]);
  one.add("c");
  await nextTurn();
  assertEquals([transport.frames, transport.batches], [["ab", "c"], 0]);
});

Deno.test("bytes go out as bytes", async () => {
  const { transport, outbox: one } = outbox();
  const alone = new Uint8Array([1, 2]);
  one.add(alone);
  await nextTurn();
  one.add(alone);
  one.add(new Uint8Array([3]));
  one.add(new Uint8Array([4, 5]));
  await nextTurn();
  assertEquals(transport.frames, [alone, new Uint8Array([1, 2, 3, 4, 5])]);
});

Deno.test("a frame that is full is followed by another, in one system call", async () => {
  const { transport, outbox: one } = outbox();
  const sizes = [60 * KIB, 4 * KIB, 1, 64 * KIB, 1];
  for (const size of sizes) one.add("x".repeat(size));
  await nextTurn();
  const sent = transport.frames.map(({ length }) => length);
  assertEquals([sent, transport.batches], [[64 * KIB, 1, 64 * KIB, 1], 1]);
});

Deno.test("what is larger than a frame has one of its own", async () => {
  const { transport, outbox: one } = outbox();
  for (const text of ["a", "x".repeat(100 * KIB), "b"]) one.add(text);
  await nextTurn();
  assertEquals(transport.frames.map(({ length }) => length), [1, 100 * KIB, 1]);
});

Deno.test("what is much waits for no turn", () => {
  const { transport, outbox: one } = outbox();
  for (let i = 0; i < 4; i++) one.add("x".repeat(64 * KIB));
  assertEquals(transport.frames.length, 0);
  one.add("y");
  assertEquals([transport.frames.length, one.size], [5, 0]);
});

Deno.test("what is sent at once is not sent again", async () => {
  const { transport, outbox: one } = outbox();
  one.add("a");
  one.flush();
  one.flush();
  assertEquals(transport.frames, ["a"]);
  one.add("b");
  await nextTurn();
  await nextTurn();
  assertEquals(transport.frames, ["a", "b"]);
});

Deno.test("what is thrown away is not sent", async () => {
  const { transport, outbox: one } = outbox();
  for (const text of ["a".repeat(64 * KIB), "b"]) one.add(text);
  one.clear();
  assertEquals(one.size, 0);
  await nextTurn();
  one.add("c");
  await nextTurn();
  assertEquals(transport.frames, ["c"]);
});
