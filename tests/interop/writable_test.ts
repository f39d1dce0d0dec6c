import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { writableOf } from "../../src/interop/writable.ts";
import { opened, settled } from "../support/dressed.ts";

const BROKEN =
  "Cannot write: expected a closing handshake, got a broken connection (1006, network)";

Deno.test("chunks are messages, and to close it closes the connection behind them", async () => {
  await using one = await opened({ onMessage() {} });
  const writer = writableOf(one.connection).getWriter();
  writer.write("a");
  writer.write(new Uint8Array([1]));
  const closed = writer.close();
  assertEquals(await one.client.message(), "a");
  assertEquals([...new Uint8Array(await one.client.message() as ArrayBuffer)], [1]);
  await closed;
  const { code } = await one.client.closed;
  assertEquals([code, one.connection.readyState], [1000, 3]);
});

Deno.test("it is closed when the connection is", async () => {
  await using one = await opened();
  one.client.mute();
  let closed = false;
  const closing = writableOf(one.connection).close().then(() => closed = true);
  await settled();
  assertEquals(closed, false);
  await one.clock.advance(6_000);
  await closing;
});

Deno.test("a write waits for a client that does not read", async () => {
  await using one = await opened();
  one.client.pause();
  const writer = writableOf(one.connection).getWriter();
  let written = 0;
  for (let i = 0; i < 3; i++) writer.write(new Uint8Array(100_000)).then(() => written++);
  await settled();
  assertEquals([written, one.connection.bufferedAmount, writer.desiredSize], [0, 100_000, -2]);
  one.client.resume();
  await settled();
  assertEquals([written, writer.desiredSize], [3, 1]);
});

Deno.test("to abort it ends the connection with 1011, in the middle of a write too", async () => {
  await using one = await opened();
  one.client.pause();
  const writer = writableOf(one.connection).getWriter();
  const failed = assertRejects(() => writer.write(new Uint8Array(100_000)), Error);
  await settled();
  const aborted = writer.abort(new Error("enough"));
  assertEquals(one.connection.readyState, 2);
  await one.clock.advance(6_000);
  await Promise.all([failed, aborted]);
  await assertRejects(() => writer.closed, Error, "enough");
  assertEquals((await one.connection.closed).code, 1011);
  await using idle = await opened();
  await writableOf(idle.connection).abort();
  assertEquals((await idle.client.closed).code, 1011);
});

Deno.test("a connection that breaks fails the stream; a closing handshake, what is still written", async () => {
  await using one = await opened();
  const writer = writableOf(one.connection).getWriter();
  one.client.vanish();
  await assertRejects(() => writer.closed, Error, BROKEN);
  await using other = await opened();
  const clean = writableOf(other.connection).getWriter();
  other.client.close(1000);
  await settled();
  assertEquals(clean.desiredSize, 1);
  await assertRejects(() => clean.write("too late"), Error, "a connection that is open");
});

Deno.test("to close it after a closing handshake is no error", async () => {
  await using one = await opened();
  const writable = writableOf(one.connection);
  one.client.close(1000);
  await settled();
  await writable.close();
});

Deno.test("what is no message fails the stream, and what is no connection is refused", async () => {
  await using one = await opened();
  const writer = writableOf(one.connection).getWriter();
  await assertRejects(() => writer.write({} as never), TypeError, "Cannot send");
  await assertRejects(() => writer.closed, TypeError);
  // Nobody can write to it any more, or close it: it is not to stay open for good.
  assertEquals(one.connection.readyState, 2);
  assertEquals((await one.client.closed).code, 1011);
  assertThrows(() => writableOf({} as never), TypeError, "Cannot use writableOf: expected");
});
