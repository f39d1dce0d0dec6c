import { assertEquals, assertThrows } from "@std/assert";
import { Pump } from "../../src/interop/pump.ts";
import { opened, settled } from "../support/dressed.ts";

/** A pump of a new connection, and what it brings. */
async function pumping() {
  const one = await opened();
  const brought: unknown[] = [];
  const pump = new Pump(one.connection, {
    message: (message) => brought.push(message),
    ended: ({ code }) => brought.push(code),
  });
  return { ...one, pump, brought };
}

Deno.test("messages wait until somebody listens, and come before the end", async () => {
  await using one = await pumping();
  for (const message of ["a", "b"]) one.client.send(message);
  await settled();
  assertEquals(one.brought, []);
  one.pump.start();
  await settled();
  assertEquals(one.brought, ["a", "b"]);
  one.client.send("c");
  one.client.close(4000);
  await settled();
  assertEquals(one.brought, ["a", "b", "c", 4000]);
});

Deno.test("whoever never listens is told of the end, and of nothing else", async () => {
  await using one = await pumping();
  one.client.send("a");
  one.client.close(4000);
  await settled();
  assertEquals(one.brought, [4000]);
  one.pump.start();
  await settled();
  assertEquals(one.brought, [4000]);
});

Deno.test("while it is paused nothing comes, and what came meanwhile follows", async () => {
  await using one = await pumping();
  one.pump.start();
  assertEquals(one.pump.paused, false);
  one.pump.pause();
  one.pump.pause();
  assertEquals(one.pump.paused, true);
  for (const message of ["a", "b"]) one.client.send(message);
  await settled();
  assertEquals(one.brought, []);
  one.pump.resume();
  one.pump.resume();
  await settled();
  assertEquals([one.brought, one.pump.paused], [["a", "b"], false]);
});

Deno.test("whoever has paused for ever is told of the end", async () => {
  await using one = await pumping();
  one.pump.start();
  one.pump.pause();
  one.client.send("a");
  one.client.vanish();
  await settled();
  assertEquals(one.brought.at(-1), 1006);
  one.pump.pause();
  assertEquals(one.pump.paused, false);
});

Deno.test("once it is stopped, only the end comes", async () => {
  await using one = await pumping();
  one.pump.start();
  one.client.send("a");
  await settled();
  one.client.send("b");
  one.pump.pause();
  await settled();
  one.connection.close(4001);
  one.pump.stop();
  one.pump.resume();
  await settled();
  assertEquals(one.brought, ["a", 4001]);
});

Deno.test("to stop it leaves the loop, which closes the connection", async () => {
  await using one = await pumping();
  one.pump.start();
  one.pump.stop();
  assertEquals((await one.client.closed).code, 1000);
});

Deno.test("who has an onMessage, or has somebody else read, cannot have a pump", async () => {
  const receiver = { message() {}, ended() {} };
  await using other = await opened({ onMessage() {} });
  assertThrows(() => new Pump(other.connection, receiver), TypeError, "events without onMessage");
  await using one = await pumping();
  assertThrows(() => new Pump(one.connection, receiver), TypeError, "one loop for each connection");
});
