import { assertEquals, assertRejects } from "@std/assert";
import { brokenOff, HIGH_WATER_MARK, taken, written } from "../../src/interop/sending.ts";
import { opened, settled } from "../support/dressed.ts";

const LARGE = new Uint8Array(HIGH_WATER_MARK);

/** Whether a promise has settled, when all that is under way has happened. */
async function isDone(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  promise.then(() => done = true, () => done = true);
  await settled();
  return done;
}

Deno.test("a message is written at once while little waits, and waits for the client above", async () => {
  await using one = await opened();
  one.client.pause();
  assertEquals(await isDone(written(one.connection, LARGE)), true);
  const waits = written(one.connection, "x");
  assertEquals(await isDone(waits), false);
  one.client.resume();
  await waits;
});

Deno.test("what is no message is refused, and what cannot be sent", async () => {
  await using one = await opened();
  await assertRejects(
    () => written(one.connection, 5 as never),
    TypeError,
    "Cannot send: expected a string, an ArrayBuffer or a view of one, got number",
  );
  await assertRejects(
    () => taken(one.connection, false),
    Error,
    "Cannot send: expected a connection that is open, got one that has ended",
  );
});

Deno.test("what waits when the connection breaks is not written", async () => {
  await using one = await opened();
  one.client.pause();
  await written(one.connection, LARGE);
  const waits = written(one.connection, "x");
  const failed = assertRejects(
    () => waits,
    Error,
    "Cannot send all of it: expected a closing handshake, got a broken connection (1006, local)",
  );
  one.connection.terminate();
  await failed;
});

Deno.test("what waits before a close frame is written once the handshake is over", async () => {
  await using one = await opened();
  one.client.pause();
  await written(one.connection, LARGE);
  const waits = written(one.connection, "x");
  one.connection.close(4000, "done");
  one.client.resume();
  await waits;
  assertEquals((await one.client.closed).code, 4000);
});

Deno.test("a connection that ended cleanly while somebody waited has sent everything", async () => {
  const connection = {
    bufferedAmount: HIGH_WATER_MARK + 1,
    drained: () => Promise.resolve(),
    readyState: 3,
    closed: Promise.resolve({ code: 1000, reason: "", wasClean: true, cause: "local" }),
  };
  await taken(connection as never, true);
});

Deno.test("a connection that broke off has a code and a cause", () => {
  const info = { code: 1006, reason: "", wasClean: false, cause: "idle-timeout" } as const;
  assertEquals(
    brokenOff("read on", info).message,
    "Cannot read on: expected a closing handshake, got a broken connection (1006, idle-timeout)",
  );
});
