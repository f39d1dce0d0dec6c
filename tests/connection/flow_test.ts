import { assertEquals } from "@std/assert";
import { bunAdapter } from "../../src/adapters/bun.ts";
import { denoAdapter } from "../../src/adapters/deno.ts";
import { RECEIVE_QUEUE_FULL, SEND_QUEUE_FULL } from "../../src/connection/close.ts";
import { DrainPoll } from "../../src/connection/drain_poll.ts";
import type { WebSocketEvents } from "../../src/connection/events.ts";
import { Flow, type FlowOwner } from "../../src/connection/flow.ts";
import { parseLimits } from "../../src/connection/limits.ts";
import { MARK, MemoryBudget } from "../../src/connection/memory_budget.ts";
import { byteLength, MESSAGE_OVERHEAD, type SendData } from "../../src/connection/message.ts";
import type { Abilities, SendResult, Socket } from "../../src/connection/socket.ts";
import { Route, type UpgradeOptions } from "../../src/server/route.ts";
import { FakeClock } from "../support/fake_clock.ts";
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

/** A runtime's socket that takes so many bytes, and whose client reads when it is told to. */
class FakeSocket implements Socket {
  readonly raw = undefined;
  readonly calls: string[] = [];
  bufferedAmount = 0;
  readonly #takes: number;

  constructor(takes: number) {
    this.#takes = takes;
  }

  send(data: SendData): SendResult {
    if (this.bufferedAmount >= this.#takes) return "full";
    this.bufferedAmount += byteLength(data);
    return "queued";
  }

  close(): void {}
  terminate(): void {}

  pause(): void {
    this.calls.push("pause");
  }

  resume(): void {
    this.calls.push("resume");
  }
}

/** A flow of which everything is known; the timeout is 30 s. */
function alone(abilities: Abilities = bunAdapter.abilities, maxBuffered = Infinity, takes = 1e9) {
  const clock = new FakeClock();
  const budget = new MemoryBudget(maxBuffered);
  const drainPoll = new DrainPoll(clock);
  const told: string[] = [];
  const owner: FlowOwner = {
    drop: ({ code, reason }) => told.push(`drop ${code} ${reason}`),
    wentOut: () => told.push("went out"),
  };
  const limits = parseLimits({ maxQueue: 4_000, maxBackpressure: 4_000 });
  const flow = new Flow(limits, { clock, budget, drainPoll, abilities }, owner);
  return { clock, budget, drainPoll, told, flow, socket: new FakeSocket(takes) };
}

const KB = "x".repeat(1_000);
/** What a message of a thousand bytes costs in an inbox. */
const COST = 1_000 + MESSAGE_OVERHEAD;
const bytes = () => new ArrayBuffer(1_000);

Deno.test("reading stops when the inbox is full, and goes on when half of it is free", async () => {
  const { flow, socket } = alone();
  const loop = flow.loop(() => {});
  for (const fills of [false, false, false, true]) {
    assertEquals(flow.enqueue(bytes(), socket), fills);
  }
  assertEquals(socket.calls, ["pause"]);
  // What was under way is taken in, and fills nothing again.
  assertEquals([flow.enqueue(bytes(), socket), socket.calls], [false, ["pause"]]);
  for (let left = 5; left > 1; left--) {
    assertEquals(socket.calls.includes("resume"), left * COST <= 2_000);
    await loop.next();
  }
  assertEquals(socket.calls, ["pause", "resume"]);
});

Deno.test("where reading cannot be stopped, each message above the limit says so", () => {
  const { flow, socket } = alone(denoAdapter.abilities);
  flow.loop(() => {});
  const filled = [1, 2, 3, 4, 5].map(() => flow.enqueue(bytes(), socket));
  assertEquals([filled, socket.calls], [[false, false, false, true, true], []]);
});

Deno.test("reading stops while much waits for the client, and goes on when it has read", () => {
  const { flow, socket } = alone();
  const backlog = flow.openBacklog(socket);
  backlog.send(KB.repeat(2));
  assertEquals(socket.calls, []);
  backlog.send("x");
  assertEquals(socket.calls, ["pause"]);
  socket.bufferedAmount = 2_000;
  backlog.drain(true);
  assertEquals(socket.calls, ["pause", "resume"]);
  assertEquals([flow.openBacklog(socket) === backlog, flow.backlog === backlog], [true, true]);
});

Deno.test("the owner is told when something goes out, and not when something comes to wait", () => {
  const { flow, socket, told } = alone();
  flow.openBacklog(socket).send(KB);
  assertEquals(told, []);
  socket.bufferedAmount = 10;
  flow.backlog!.drain();
  assertEquals(told, ["went out"]);
});

Deno.test("everybody who waits for drained() learns of it, and the next one waits anew", async () => {
  const { flow, socket, drainPoll } = alone(denoAdapter.abilities);
  const settled: string[] = [];
  socket.bufferedAmount = 100;
  for (const name of ["a", "b"]) flow.drained(socket).then(() => settled.push(name));
  // What was sent before there was a backlog is looked at, too.
  assertEquals(drainPoll.size, 1);
  flow.backlog!.drain();
  await nextTurn();
  assertEquals(settled, []);
  socket.bufferedAmount = 0;
  flow.backlog!.drain();
  await nextTurn();
  assertEquals(settled, ["a", "b"]);
  socket.bufferedAmount = 100;
  flow.drained(socket).then(() => settled.push("c"));
  flow.backlog!.drain();
  await nextTurn();
  assertEquals(settled, ["a", "b"]);
  flow.end(false);
  await nextTurn();
  assertEquals(settled, ["a", "b", "c"]);
});

Deno.test("a loop that takes nothing for backpressureTimeout is stuck, whose client is paused", async () => {
  const { flow, socket, clock, budget } = alone();
  const loop = flow.loop(() => {});
  for (let i = 0; i < 4; i++) flow.enqueue(bytes(), socket);
  clock.pass(29_999);
  assertEquals(flow.stuck(clock.now()), undefined);
  await loop.next();
  clock.pass(29_999);
  assertEquals(flow.stuck(clock.now()), undefined);
  clock.pass(1);
  assertEquals(flow.stuck(clock.now()), RECEIVE_QUEUE_FULL);
  // And what it has not taken is thrown away.
  flow.end(false);
  assertEquals([budget.total, (await loop.next()).done], [0, true]);
});

Deno.test("a loop with little before it is not stuck, as long as its client is read from", () => {
  const { flow, socket, clock } = alone();
  flow.loop(() => {});
  flow.enqueue(bytes(), socket);
  clock.pass(100_000);
  assertEquals(flow.stuck(clock.now()), undefined);
});

Deno.test("a client is stuck that takes nothing of more than the mark for backpressureTimeout", () => {
  const { flow, socket, clock } = alone();
  const backlog = flow.openBacklog(socket);
  backlog.send(new ArrayBuffer(MARK));
  clock.pass(100_000);
  assertEquals(flow.stuck(clock.now()), undefined);
  backlog.send("x");
  assertEquals(flow.stuck(clock.now()), SEND_QUEUE_FULL);
  // A look notices what has gone out meanwhile.
  backlog.send("xx");
  socket.bufferedAmount--;
  assertEquals(flow.stuck(clock.now()), undefined);
  clock.pass(29_999);
  assertEquals(flow.stuck(clock.now()), undefined);
  clock.pass(1);
  assertEquals(flow.stuck(clock.now()), SEND_QUEUE_FULL);
});

Deno.test("silence means nothing while a client takes what waits, or while its loop moves", async () => {
  const { flow, socket, clock } = alone();
  const start = clock.now();
  assertEquals(flow.movedSince(start - 1), false);
  flow.openBacklog(socket).send(KB);
  clock.pass(10);
  assertEquals(flow.movedSince(start), false);
  socket.bufferedAmount = 1;
  flow.backlog!.drain();
  assertEquals([flow.movedSince(start), flow.movedSince(clock.now())], [true, false]);

  const { flow: paused, socket: other, clock: later } = alone();
  const loop = paused.loop(() => {});
  paused.enqueue(bytes(), other);
  later.pass(10);
  await loop.next();
  // A loop that moves is no sign of life of a client that we read from.
  assertEquals(paused.movedSince(start), false);
  for (let i = 0; i < 5; i++) paused.enqueue(bytes(), other);
  later.pass(10);
  await loop.next();
  assertEquals([paused.movedSince(start), paused.movedSince(later.now())], [true, false]);
});

Deno.test("what a connection holds counts until the loop has read it, and the runtime let go of it", async () => {
  for (
    const [abilities, handed] of [[bunAdapter.abilities, 0], [
      denoAdapter.abilities,
      1_000,
    ]] as const
  ) {
    const { flow, socket, budget } = alone(abilities, Infinity, 1);
    const loop = flow.loop(() => {});
    flow.enqueue(bytes(), socket);
    assertEquals(budget.total, COST);
    const backlog = flow.openBacklog(socket);
    for (let i = 0; i < 2; i++) backlog.send(KB);
    assertEquals([budget.total, flow.held], [2 * COST + 1_000, 2 * COST + 1_000]);
    assertEquals(flow.freeable, 2 * COST + 1_000 - handed);
    flow.end(false);
    assertEquals([budget.total, flow.freeable], [COST + handed, COST]);
    await loop.next();
    assertEquals(budget.total, handed);
    flow.release();
    assertEquals(budget.total, 0);
  }
});

Deno.test("whoever is evicted ends for what holds the most, and lets go of its inbox", () => {
  for (
    const [sends, reason] of [[2, SEND_QUEUE_FULL.reason], [0, RECEIVE_QUEUE_FULL.reason]] as const
  ) {
    const { flow, socket, told, budget } = alone();
    flow.loop(() => {});
    flow.enqueue(bytes(), socket);
    for (let i = 0; i < sends; i++) flow.openBacklog(socket).send(KB);
    flow.evict();
    assertEquals(told, [`drop 1013 ${reason}`]);
    flow.end(false);
    assertEquals(budget.total, 0);
  }
});

Deno.test("a connection that nobody reads from in a loop is evicted for what waits for its client", () => {
  const { flow, socket, told } = alone();
  flow.openBacklog(socket).send(KB);
  flow.evict();
  assertEquals(told, [`drop 1013 ${SEND_QUEUE_FULL.reason}`]);
});

Deno.test("a client that we do not read from because it does not read has moved nothing", () => {
  const { flow, socket, clock } = alone();
  flow.openBacklog(socket).send(KB.repeat(3));
  assertEquals(socket.calls, ["pause"]);
  assertEquals(flow.movedSince(clock.now()), false);
});

Deno.test("whoever is evicted after the end only lets go of its inbox", async () => {
  const { flow, socket, told, budget } = alone();
  const loop = flow.loop(() => {});
  flow.enqueue(bytes(), socket);
  flow.end(false);
  assertEquals(budget.total, COST);
  flow.evict();
  assertEquals([budget.total, told, (await loop.next()).done], [0, [], true]);
});

Deno.test("after the end nothing is read, and nothing is paused any more", async () => {
  const { flow, socket, clock } = alone();
  flow.end(true);
  const loop = flow.loop(() => {});
  for (let i = 0; i < 9; i++) assertEquals(flow.enqueue(bytes(), socket), false);
  assertEquals([socket.calls, (await loop.next()).done, clock.pending], [[], true, 0]);
});

Deno.test("what nobody may read any more is thrown away at the end, what somebody may is not", async () => {
  for (const mayLoop of [true, false]) {
    const { flow, socket, budget } = alone();
    flow.enqueue(bytes(), socket);
    flow.end(mayLoop);
    assertEquals(budget.total, mayLoop ? COST : 0);
    assertEquals((await flow.loop(() => {}).next()).done, !mayLoop);
  }
});

Deno.test("a loop that is left gives back its memory before its owner is told", async () => {
  const { flow, socket, budget } = alone();
  const totals: number[] = [];
  const loop = flow.loop(() => totals.push(budget.total));
  for (let i = 0; i < 2; i++) flow.enqueue(bytes(), socket);
  await loop.return!();
  assertEquals(totals, [0]);
});

Deno.test("an inbox that was idle has not been stuck for as long", () => {
  const { flow, socket, clock } = alone();
  flow.loop(() => {});
  clock.pass(60_000);
  for (let i = 0; i < 4; i++) flow.enqueue(bytes(), socket);
  clock.pass(29_999);
  assertEquals(flow.stuck(clock.now()), undefined);
});

Deno.test("a loop that waits is done at the end", async () => {
  const { flow } = alone();
  const waiting = flow.loop(() => {}).next();
  flow.end(false);
  assertEquals((await waiting).done, true);
});
