import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { MemoryClient } from "../../src/adapters/memory_client.ts";
import type { Connection } from "../../src/connection/connection.ts";
import type { WebSocketEvents } from "../../src/connection/events.ts";
import { Route, type UpgradeOptions } from "../../src/server/route.ts";
import { memoryServer, nextTurn } from "../support/memory.ts";

/** Two clients of an echo, the first of which is the one under test. */
async function setUp(options: UpgradeOptions = {}, events: WebSocketEvents = {}) {
  const closes: string[] = [];
  const connections: Connection[] = [];
  const route = new Route(options, () => {
    throw new Error("expected a wrapped server");
  });
  const server = memoryServer((request, context) =>
    route.answer(request, {
      onMessage: (event, connection) => connection.send(event.data),
      ...events,
      onOpen(event, connection) {
        connections.push(connection);
        return events.onOpen?.(event, connection);
      },
      onClose: ({ code, reason, cause }) => closes.push(`${code} ${reason} ${cause}`),
    }, context)
  );
  const open = async () => (await server.connect()).client!;
  const [client, other] = [await open(), await open()];
  const [connection] = connections;
  return { server, closes, client, other, connection: connection! };
}

async function echoes(client: MemoryClient, text = "hi"): Promise<void> {
  client.send(text);
  assertEquals(await client.message(), text);
}

Deno.test("both halves exchange messages, each a copy of what was sent", async () => {
  const { client, other } = await setUp();
  const bytes = new Uint8Array([1, 2, 3]);
  client.send(bytes);
  bytes.fill(9);
  assertEquals([...new Uint8Array(await client.message() as ArrayBuffer)], [1, 2, 3]);
  await echoes(other);
});

Deno.test("only what can be sent can be sent", async () => {
  const { client } = await setUp();
  assertThrows(() => client.send(5 as never), TypeError, "expected a string");
  assertThrows(() => client.close(1006), RangeError, "Cannot close");
  await echoes(client);
});

Deno.test("messages wait for whoever asks for them, and askers for messages", async () => {
  const { client } = await setUp();
  const first = client.message();
  for (const text of ["1", "2", "3"]) client.send(text);
  assertEquals([await first, await client.message(), await client.message()], ["1", "2", "3"]);
});

Deno.test("what a client does not read waits, counts, and arrives when it reads on", async () => {
  const { client, server, connection } = await setUp();
  client.pause();
  for (let i = 0; i < 100; i++) client.send(`${i}`.padEnd(998, "é"));
  for (let turns = 0; turns < 1_000 && connection.bufferedAmount <= 100 * 998; turns++) {
    await nextTurn();
  }
  const waiting = connection.bufferedAmount;
  assert(waiting > 100 * 998, `${waiting} bytes, not characters`);
  assertEquals(server.state.budget.total, waiting);
  client.resume();
  for (let i = 0; i < 100; i++) assertEquals(await client.message(), `${i}`.padEnd(998, "é"));
  assertEquals([connection.bufferedAmount, server.state.budget.total], [0, 0]);
});

Deno.test("a client that does not read answers neither pings nor close frames, until it does", async () => {
  const { client, connection, closes } = await setUp();
  client.pause();
  connection.close(4000, "enough");
  await nextTurn();
  assertEquals([closes, connection.readyState], [[], 2]);
  client.resume();
  assertEquals(await client.closed, { code: 4000, reason: "enough", wasClean: true });
  await nextTurn();
  assertEquals(closes, ["4000 enough local"]);
});

for (const how of ["mute", "pause"] as const) {
  Deno.test(`a client that does ${how} is dropped when it is silent, and its place given back`, async () => {
    const { client, other, server, closes } = await setUp({ idleTimeout: 10 });
    client[how]();
    for (let passed = 0; passed < 20_000; passed += 500) {
      server.clock.pass(500);
      await nextTurn();
    }
    assertEquals(closes, ["1006  idle-timeout"]);
    client.resume();
    const { code, reason } = await client.closed;
    assertEquals([code, reason], [1001, "Idle timeout"]);
    await echoes(other);
  });
}

Deno.test("a mute client sees our close frame and does not answer it", async () => {
  const { client, connection, closes, server } = await setUp({ closeTimeout: 3 });
  client.mute();
  connection.close(4000);
  assertEquals(await client.closed, { code: 4000, reason: "", wasClean: false });
  assertEquals([closes, connection.readyState], [[], 2]);
  server.clock.pass(4_000);
  await nextTurn();
  assertEquals(closes, ["4000  local"]);
});

Deno.test("a client's close frame reaches the server, with and without a code", async () => {
  const { client, other, closes } = await setUp();
  client.close(4321, "bye");
  other.close();
  assertEquals(await client.closed, { code: 4321, reason: "bye", wasClean: true });
  assertEquals(await other.closed, { code: 1005, reason: "", wasClean: true });
  await nextTurn();
  assertEquals(closes, ["4321 bye peer", "1005  peer"]);
});

for (const [how, code] of [["vanish", 1006], ["breakRules", 1002]] as const) {
  Deno.test(`${how} ends the connection for both sides, and not another one`, async () => {
    const { client, other, closes } = await setUp();
    client[how]();
    assertEquals(await client.closed, { code, reason: "", wasClean: false });
    await nextTurn();
    assertEquals(closes, ["1006  network"]);
    await echoes(other);
  });
}

Deno.test("a server that terminates cuts its client off, and what that had not read", async () => {
  const { client, connection, closes } = await setUp();
  client.pause();
  connection.send("never read");
  connection.terminate();
  client.resume();
  assertEquals(await client.closed, { code: 1006, reason: "", wasClean: false });
  await assertRejects(() => client.message(), Error, "one that ended with 1006");
  await nextTurn();
  assertEquals(closes, ["1006  local"]);
});

Deno.test("after the end, whoever waits for a message is told so, and sends are lost", async () => {
  const { client, connection } = await setUp();
  connection.send("last");
  const messages = [client.message(), client.message()];
  const rejected = assertRejects(() => messages[1]!, Error, 'ended with 1000 "done"');
  connection.close(1000, "done");
  await rejected;
  assertEquals(await messages[0], "last");
  await assertRejects(() => client.message(), Error, "expected an open connection");
  client.send("lost");
  client.vanish();
  await nextTurn();
  assertEquals((await client.closed).code, 1000);
});

Deno.test("what a server does not take waits in order, and arrives as it takes it", async () => {
  let go = () => {};
  const gate = new Promise<void>((resolve) => go = resolve);
  const { client } = await setUp({ maxQueue: 2_000 }, {
    onMessage: undefined as never,
    async onOpen(_, connection) {
      await gate;
      for await (const message of connection) connection.send(message);
    },
  });
  for (let i = 0; i < 50; i++) client.send(`${i}`.padEnd(500));
  await nextTurn();
  go();
  for (let i = 0; i < 50; i++) {
    assertEquals(await client.message(), `${i}`.padEnd(500));
    if (i < 10) client.send(`${50 + i}`);
  }
  for (let i = 0; i < 10; i++) assertEquals(await client.message(), `${50 + i}`);
});

Deno.test("what a client sends while the server does not read waits, its close frame too", async () => {
  let release = () => {};
  const read: string[] = [];
  const route = new Route({ maxQueue: 1_000 }, () => {
    throw new Error("expected a wrapped server");
  });
  const closes: number[] = [];
  const server = memoryServer((request, context) =>
    route.answer(request, {
      async onOpen(_, connection) {
        for await (const message of connection) {
          read.push(`${message}`.trim());
          if (read.length === 1) await new Promise<void>((resolve) => release = resolve);
        }
      },
      onClose: ({ code }) => closes.push(code),
    }, context)
  );
  const { client } = await server.connect();
  for (let i = 0; i < 5; i++) client!.send(`${i}`.padEnd(300));
  client!.close(4000, "bye");
  for (let turns = 0; turns < 5; turns++) await nextTurn();
  assertEquals([read, closes], [["0"], []]);
  release();
  assertEquals((await client!.closed).code, 4000);
  for (let turns = 0; turns < 5; turns++) await nextTurn();
  assertEquals([read, closes], [["0", "1", "2", "3", "4"], [4000]]);
});

Deno.test("a connection ends once, for both halves, and nothing arrives after it", async () => {
  const got: unknown[] = [];
  const { client, closes } = await setUp({}, { onMessage: ({ data }) => got.push(data) });
  client.close(4000, "first");
  client.send("late");
  client.vanish();
  client.breakRules();
  const closed = await client.closed;
  for (let turns = 0; turns < 5; turns++) await nextTurn();
  assertEquals([closed, await client.closed], [
    { code: 4000, reason: "first", wasClean: true },
    closed,
  ]);
  await assertRejects(() => client.message(), Error, '4000 "first"');
  assertEquals([got, closes], [[], ["4000 first peer"]]);
});

Deno.test("the end that a client has seen stays, although the server ends later", async () => {
  const { client, connection } = await setUp();
  client.close(4000, "first");
  await client.closed;
  connection.terminate();
  await nextTurn();
  await assertRejects(() => client.message(), Error, 'one that ended with 4000 "first"');
});
