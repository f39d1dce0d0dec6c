import { assert, assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import { duplexOf } from "../../src/interop/duplex.ts";
import { endless, opened, settled } from "../support/dressed.ts";

interface ConnectionStream extends Duplex {
  readonly remoteAddress: string;
}

/** A connection as a stream of Node, what is told of it, and the faults of its listeners. */
async function dressed(options = {}) {
  const one = await opened({}, options);
  const faults: unknown[] = [];
  const told: unknown[] = [];
  const stream = duplexOf<ConnectionStream>(one.connection, {
    onError: (error) => faults.push(error),
  });
  stream.on("end", () => told.push("end"));
  stream.on("close", () => told.push("close"));
  return { ...one, stream, faults, told };
}

Deno.test("each message is a chunk, of text too, and the end is the end", async () => {
  await using one = await dressed();
  assert(one.stream instanceof Duplex);
  assertEquals(one.stream.remoteAddress, "127.0.0.1");
  one.stream.on("data", (chunk: Buffer) => {
    assert(chunk instanceof Buffer);
    one.told.push([...chunk]);
  });
  for (const message of ["a", new Uint8Array([1, 2]), new Uint8Array(), "b"]) {
    one.client.send(message);
  }
  await settled();
  one.client.close(1000);
  await settled();
  assertEquals(one.told, [[97], [1, 2], [98], "end", "close"]);
  assertEquals(one.stream.destroyed, true);
});

Deno.test("whoever reads gets one message at a time, and the rest waits", async () => {
  await using one = await dressed();
  for (const message of ["a", "b", "c"]) one.client.send(message);
  // It begins to read when somebody does.
  assertEquals(one.stream.read(), null);
  await settled();
  assertEquals(`${one.stream.read()}`, "a");
  await settled();
  assertEquals(`${one.stream.read()}`, "b");
  await settled();
  assertEquals(`${one.stream.read()}`, "c");
  assertEquals(one.stream.read(), null);
});

Deno.test("one message is read ahead", async () => {
  const { connection, asked } = endless();
  const stream = duplexOf<Duplex>(connection);
  stream.on("readable", () => {});
  await settled();
  assertEquals(asked(), 1);
  assertEquals(`${stream.read()}`, "x");
  await settled();
  assertEquals(asked(), 2);
});

Deno.test("what is written goes out as bytes, and end closes with 1000 behind it", async () => {
  await using one = await dressed();
  one.stream.write("text");
  one.stream.end(Buffer.from([1]));
  one.stream.resume();
  for (const expected of [[116, 101, 120, 116], [1]]) {
    assertEquals([...new Uint8Array(await one.client.message() as ArrayBuffer)], expected);
  }
  assertEquals((await one.client.closed).code, 1000);
  await settled();
  assertEquals(one.told, ["end", "close"]);
});

Deno.test("a write waits for a client that does not read", async () => {
  await using one = await dressed();
  one.client.pause();
  let done = 0;
  for (let i = 0; i < 3; i++) one.stream.write(new Uint8Array(100_000), () => done++);
  await settled();
  assertEquals([done, one.connection.bufferedAmount], [0, 100_000]);
  one.client.resume();
  await settled();
  assertEquals(done, 3);
});

Deno.test("destroyed in the middle of a write, the write fails, and the client is told 1011", async () => {
  await using one = await dressed();
  one.client.pause();
  const failed: string[] = [];
  for (let i = 0; i < 2; i++) {
    one.stream.write(new Uint8Array(100_000), (error) => failed.push(typeof error?.message));
  }
  await settled();
  one.stream.destroy(new Error("enough"));
  await settled();
  assertEquals(one.connection.readyState, 2);
  await one.clock.advance(6_000);
  await settled();
  assertEquals([failed, one.told], [["string", "string"], ["close"]]);
  const { code, wasClean } = await one.connection.closed;
  assertEquals([code, wasClean], [1011, false]);
  assertEquals(one.faults, []);
});

Deno.test("destroyed without an error, it closes with 1000, and throws away what waits", async () => {
  await using one = await dressed();
  one.client.send("unread");
  await settled();
  one.stream.destroy();
  one.stream.destroy();
  assertEquals((await one.client.closed).code, 1000);
  await settled();
  assertEquals([one.told, one.stream.read()], [["close"], null]);
  await using mute = await dressed();
  mute.client.mute();
  mute.stream.destroy();
  await settled();
  assertEquals(mute.told, []);
  await mute.clock.advance(6_000);
  await settled();
  assertEquals(mute.told, ["close"]);
  await using reading = await dressed();
  reading.stream.resume();
  await settled();
  reading.stream.destroy();
  await settled();
  assertEquals(reading.told, ["close"]);
});

Deno.test("a client that is gone is an error, which does no harm if nobody listens", async () => {
  await using heard = await dressed();
  heard.stream.on("error", ({ message }) => heard.told.push(message));
  heard.stream.resume();
  await using unheard = await dressed();
  unheard.stream.resume();
  for (const one of [heard, unheard]) one.client.vanish();
  await settled();
  assertEquals(heard.told, [
    "Cannot read on: expected a closing handshake, got a broken connection (1006, network)",
    "close",
  ]);
  assertEquals(unheard.told, ["close"]);
});

Deno.test("who only writes hears of the end, too", async () => {
  for (const how of ["end", "error"]) {
    await using one = await dressed();
    one.stream.on("error", () => one.told.push("error"));
    one.stream.write("a");
    await settled();
    if (how === "end") one.client.close(1000);
    else one.client.vanish();
    await settled();
    assertEquals(one.told, [how, "close"]);
  }
});

Deno.test("a writer that waits for nobody ends at maxBackpressure", async () => {
  await using one = await dressed({ maxBackpressure: 300_000 });
  one.client.pause();
  for (let i = 0; i < 5; i++) one.stream.write(new Uint8Array(100_000));
  assertEquals(one.stream.destroyed, true);
  one.client.resume();
  assertEquals((await one.client.closed).code, 1013);
});

Deno.test("a writer that is just below maxBackpressure loses nothing", async () => {
  await using one = await dressed({ maxBackpressure: 300_000 });
  one.client.pause();
  for (let i = 0; i < 4; i++) one.stream.write(new Uint8Array(100_000));
  await settled();
  one.client.resume();
  for (let i = 0; i < 4; i++) {
    assertEquals((await one.client.message() as ArrayBuffer).byteLength, 100_000);
  }
  // One message may be larger than what may wait.
  one.stream.write(new Uint8Array(400_000));
  assertEquals((await one.client.message() as ArrayBuffer).byteLength, 400_000);
  assertEquals(one.stream.destroyed, false);
});

Deno.test("what waits unread at the end is still there", async () => {
  await using one = await dressed();
  for (const message of ["a", "b"]) one.client.send(message);
  one.client.close(1000);
  await settled();
  assertEquals(one.told, []);
  one.stream.on("data", (chunk: Buffer) => one.told.push(`${chunk}`));
  await settled();
  assertEquals(one.told, ["a", "b", "end", "close"]);
});

Deno.test("a message after the end is an error to who wrote it", async () => {
  await using one = await dressed();
  one.connection.close(1000);
  const error = await new Promise<Error | null | undefined>((resolve) =>
    one.stream.write("too late", resolve)
  );
  assertEquals(
    error?.message,
    "Cannot send: expected a connection that is open, got one that has ended",
  );
});

Deno.test("a listener that throws or rejects ends its connection, and nothing else", async () => {
  for (
    const listener of [() => {
      throw "the fault";
    }, () => Promise.reject("the fault")]
  ) {
    await using one = await dressed();
    one.stream.on("data", listener);
    one.stream.on("data", (chunk: Buffer) => one.told.push(`${chunk}`));
    one.client.send("a");
    assertEquals((await one.client.closed).code, 1011);
    await settled();
    assertEquals([one.faults, one.told], [["the fault"], ["a", "close"]]);
  }
});

Deno.test("a callback that throws ends its connection, and nothing else", async () => {
  for (const method of ["write", "end"] as const) {
    await using one = await dressed();
    one.stream[method]("a", "utf8", () => {
      throw "the fault";
    });
    one.stream.resume();
    const { code } = await one.client.closed;
    await settled();
    // What has ended already ends no more.
    assertEquals([code, one.faults], [method === "write" ? 1011 : 1000, ["the fault"]]);
  }
});

Deno.test("an event says whether anybody has heard it", async () => {
  await using one = await dressed();
  assertEquals([one.stream.emit("nothing"), one.stream.emit("error")], [false, true]);
});

Deno.test("what is no connection is refused, and unknown options are", async () => {
  assertThrows(() => duplexOf({} as never), TypeError, "Cannot use duplexOf: expected");
  await using one = await opened();
  assertThrows(
    () => duplexOf(one.connection, { onFault() {} } as object),
    TypeError,
    "Cannot use options of duplexOf",
  );
  await using other = await opened({ onMessage() {} });
  assertThrows(() => duplexOf(other.connection), TypeError, "events without onMessage");
});
