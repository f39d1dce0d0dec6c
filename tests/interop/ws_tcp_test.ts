import { assert, assertEquals } from "@std/assert";
import { Pump } from "../../src/interop/pump.ts";
import { WsTcp } from "../../src/interop/ws_tcp.ts";
import { opened } from "../support/dressed.ts";

async function reached() {
  const one = await opened();
  const pump = new Pump(one.connection, { message() {}, ended() {} });
  return { ...one, pump, tcp: new WsTcp(one.connection, pump) };
}

Deno.test("stacks find out who is there, and how much waits", async () => {
  await using one = await reached();
  const { tcp } = one;
  assertEquals([tcp.remoteAddress, tcp.encrypted, tcp.destroyed], ["127.0.0.1", false, false]);
  one.client.pause();
  one.connection.send("abc");
  assertEquals([tcp.bufferSize, tcp.writableLength], [3, 3]);
  assertEquals((tcp as unknown as { bytesRead: unknown }).bytesRead, undefined);
});

Deno.test("options of the system do nothing, and can be chained", async () => {
  await using one = await reached();
  const { tcp } = one;
  assert(tcp.setNoDelay().setKeepAlive().setTimeout() === tcp);
});

Deno.test("reading stops and goes on, and destroying ends the connection", async () => {
  await using one = await reached();
  assert(one.tcp.pause() === one.tcp);
  assertEquals(one.pump.paused, true);
  assert(one.tcp.resume() === one.tcp);
  assertEquals(one.pump.paused, false);
  assert(one.tcp.destroy() === one.tcp);
  assertEquals((await one.connection.closed).cause, "local");
  assertEquals([one.tcp.destroyed, (await one.client.closed).code], [true, 1006]);
});
