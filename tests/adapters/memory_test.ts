import { assert, assertEquals } from "@std/assert";
import { Route, type UpgradeOptions } from "../../src/server/route.ts";
import { memoryServer, nextTurn } from "../support/memory.ts";

function setUp(options: UpgradeOptions = {}, maxConnections = Infinity) {
  const closes: string[] = [];
  const route = new Route(options, () => {
    throw new Error("expected a wrapped server");
  });
  const server = memoryServer((request, context) =>
    route.answer(request, {
      onMessage: (event, connection) => connection.send(event.data),
      onClose: ({ code, cause }) => closes.push(`${code} ${cause}`),
    }, context), { maxConnections });
  return { server, closes };
}

Deno.test("both halves exchange messages, each a copy of what was sent", async () => {
  const { server } = setUp();
  const { client } = await server.connect();
  const bytes = new Uint8Array([1, 2, 3]);
  client!.send(bytes);
  bytes.fill(9);
  assertEquals([...new Uint8Array(await client!.message() as ArrayBuffer)], [1, 2, 3]);
});

Deno.test("what a client does not read waits, counts, and arrives when it reads on", async () => {
  const { server } = setUp();
  const { client } = await server.connect();
  client!.pause();
  for (let i = 0; i < 100; i++) client!.send(`${i}`.padEnd(1_000));
  await nextTurn();
  assertEquals([client!.unread, server.state.budget.total], [100_000, 100_000]);
  client!.resume();
  for (let i = 0; i < 100; i++) assertEquals(await client!.message(), `${i}`.padEnd(1_000));
  assertEquals([client!.unread, server.state.budget.total], [0, 0]);
});

Deno.test("a mute client sees our close frame, and its place is given back when it is dropped", async () => {
  const { server, closes } = setUp({ idleTimeout: 10 }, 1);
  const { client } = await server.connect();
  client!.mute();
  for (let passed = 0; passed < 20_000; passed += 1_000) {
    server.clock.pass(1_000);
    await nextTurn();
  }
  assertEquals(closes, ["1006 idle-timeout"]);
  assertEquals(await client!.closed, { code: 1001, reason: "Idle timeout" });
  assert((await server.connect()).client);
});

Deno.test("a client that vanishes sees 1006, and so does the server", async () => {
  const { server, closes } = setUp();
  const { client } = await server.connect();
  client!.vanish();
  assertEquals(await client!.closed, { code: 1006, reason: "" });
  assertEquals(await client!.message(), undefined);
  await nextTurn();
  assertEquals([closes, server.state.registry.size], [["1006 network"], 0]);
});
