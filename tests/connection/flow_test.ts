import { assertEquals } from "@std/assert";
import type { WebSocketEvents } from "../../src/connection/events.ts";
import { MARK } from "../../src/connection/memory_budget.ts";
import { Route, type UpgradeOptions } from "../../src/server/route.ts";
import { type MemoryOptions, memoryServer, nextTurn } from "../support/memory.ts";

function setUp(events: WebSocketEvents, options: UpgradeOptions = {}, host: MemoryOptions = {}) {
  const route = new Route(options, () => {
    throw new Error("expected a wrapped server");
  });
  const closes: string[] = [];
  const server = memoryServer((request, context) =>
    route.answer(request, {
      ...events,
      onClose: ({ code, reason }) => closes.push(`${code} ${reason}`),
    }, context), { onError: () => {}, ...host });
  const status = async () => (await server.connect()).response.status;
  return { server, closes, status, total: () => server.state.budget.total };
}

const hang = () => new Promise<never>(() => {});

/** Ways to leave messages behind that nobody reads. */
const UNREAD: Record<string, WebSocketEvents> = {
  "no loop and no onMessage": {},
  "a loop that hangs": {
    async onOpen(_, connection) {
      for await (const _ of connection) await hang();
    },
  },
  "a loop that is left later": {
    async onOpen(_, connection) {
      for await (const _ of connection) {
        await connection.closed;
        break;
      }
    },
  },
  "a loop that throws later": {
    async onOpen(_, connection) {
      for await (const _ of connection) {
        await connection.closed;
        throw new Error("thrown in the loop");
      }
    },
  },
};

for (const [title, events] of Object.entries(UNREAD)) {
  Deno.test(`what clients leave behind is thrown away in time: ${title}`, async () => {
    const { server, status, total } = setUp(events, {}, { maxBuffered: 10 * MARK });
    // Ordinary clients: each sends less than the mark, and leaves.
    for (let i = 0; i < 15; i++) {
      const { client } = await server.connect();
      if (client === undefined) break;
      client.send(new Uint8Array(MARK - 1_000));
      client.send("x");
      client.close(1000);
      await nextTurn();
      await nextTurn();
    }
    server.clock.pass(60_000);
    await nextTurn();
    assertEquals([total(), await status(), server.state.registry.size], [0, 101, 1]);
  });
}

Deno.test("what waits for a loop can still be read after the end, as long as it is being read", async () => {
  const read: number[] = [];
  let next = () => {};
  const { server, total } = setUp({
    async onOpen(_, connection) {
      for await (const message of connection) {
        read.push((message as ArrayBuffer).byteLength);
        await new Promise<void>((resolve) => next = resolve);
      }
    },
  });
  const { client } = await server.connect();
  for (let i = 1; i <= 5; i++) client!.send(new Uint8Array(i));
  client!.close(1000);
  for (let i = 0; i < 5; i++) {
    await nextTurn();
    // Less than backpressureTimeout for each, and more for all of them.
    server.clock.pass(20_000);
    next();
  }
  await nextTurn();
  assertEquals([read, total()], [[1, 2, 3, 4, 5], 0]);
});

Deno.test("a little that waits does no harm, unless there is no room left for anybody", async () => {
  const echo: WebSocketEvents = { onMessage: (event, connection) => connection.send(event.data) };
  const { server, closes, status } = setUp(echo, { idleTimeout: 0 }, { maxBuffered: 5 * MARK });
  const clients = [];
  for (let i = 0; i < 6; i++) {
    const { client } = await server.connect();
    clients.push(client!);
    client!.pause();
    client!.send(new Uint8Array(MARK - 1_000));
    await nextTurn();
    if (i === 3) {
      server.clock.pass(60_000);
      assertEquals(closes, []);
    }
  }
  // Now it is full, and nobody above the mark is there to go.
  assertEquals([closes, await status()], [[], 503]);
  // Those go that have taken nothing for backpressureTimeout; the others may stay.
  server.clock.pass(15_000);
  clients[5]!.resume();
  await nextTurn();
  server.clock.pass(20_000);
  await nextTurn();
  assertEquals([closes.includes("1013 Messages are not read"), await status()], [true, 101]);
  assertEquals(server.state.registry.size >= 1, true);
});
