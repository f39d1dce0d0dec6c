import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { readableOf } from "../../src/interop/readable.ts";
import { endless, opened, settled } from "../support/dressed.ts";

Deno.test("messages are chunks, and a closing handshake closes the stream", async () => {
  await using one = await opened();
  const readable = readableOf(one.connection);
  one.client.send("a");
  one.client.send(new Uint8Array([1]));
  one.client.close(4000);
  const chunks: unknown[] = [];
  for await (const chunk of readable) {
    chunks.push(chunk instanceof ArrayBuffer ? [...new Uint8Array(chunk)] : chunk);
  }
  assertEquals(chunks, ["a", [1]]);
});

Deno.test("nothing is read ahead: what waits is bounded by maxQueue", async () => {
  const { connection, asked } = endless();
  const reader = readableOf(connection).getReader();
  await settled();
  assertEquals(asked(), 0);
  assertEquals((await reader.read()).value, "x");
  await settled();
  assertEquals(asked(), 1);
});

Deno.test("a connection that breaks fails the stream", async () => {
  await using one = await opened();
  const reader = readableOf(one.connection).getReader();
  one.client.vanish();
  await assertRejects(
    () => reader.read(),
    Error,
    "Cannot read on: expected a closing handshake, got a broken connection (1006, network)",
  );
});

Deno.test("to cancel it closes the connection, and ends a read that waits", async () => {
  await using one = await opened();
  const reader = readableOf(one.connection).getReader();
  const waits = reader.read();
  await settled();
  await reader.cancel("enough");
  assertEquals((await waits).done, true);
  const { code } = await one.client.closed;
  assertEquals([code, (await one.connection.closed).cause], [1000, "local"]);
});

Deno.test("what is no connection is refused, and one whose messages somebody else gets", async () => {
  assertThrows(() => readableOf({} as never), TypeError, "Cannot use readableOf: expected");
  await using one = await opened({ onMessage() {} });
  assertThrows(() => readableOf(one.connection), TypeError, "events without onMessage");
});
