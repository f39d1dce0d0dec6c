import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import {
  broken,
  closedByPeer,
  type CloseInfo,
  SEND_QUEUE_FULL,
  TOO_LARGE,
  TOO_OFTEN,
} from "../../src/connection/close.ts";
import { findChannels } from "../../src/adapters/channels.ts";
import { MemoryAdapter } from "../../src/adapters/memory.ts";
import { sweep } from "../../src/connection/clockwork.ts";
import { DrainPoll } from "../../src/connection/drain_poll.ts";
import type { WebSocketEvents } from "../../src/connection/events.ts";
import { parseLimits } from "../../src/connection/limits.ts";
import { Registry } from "../../src/connection/registry.ts";
import { ServerConnection } from "../../src/connection/server_connection.ts";
import { MARK, MemoryBudget } from "../../src/connection/memory_budget.ts";
import type { SendData } from "../../src/connection/message.ts";
import type { Abilities, SendResult, Socket } from "../../src/connection/socket.ts";
import { Listening } from "../support/diagnostics.ts";
import { FakeClock } from "../support/fake_clock.ts";

/** A runtime's socket that does as it is told. */
class FakeSocket implements Socket {
  readonly raw = this;
  readonly calls: string[] = [];
  bufferedAmount = 0;

  send(_data: SendData): SendResult {
    this.calls.push("send");
    return this.bufferedAmount > 0 ? "queued" : "sent";
  }

  close(code: number): void {
    this.calls.push(`close ${code}`);
  }

  terminate(): void {
    this.calls.push("terminate");
  }

  ping(): void {
    this.calls.push("ping");
  }
}

/** Of a runtime that cannot stop reading. */
const ABILITIES: Abilities = { ...new MemoryAdapter().abilities, pause: false };

/** Of one that can cut a connection and pause it, and of one that can do neither. */
const CUTS: Abilities = { ...ABILITIES, pause: true, terminate: "cut" };
const TELLS: Abilities = { ...ABILITIES, pause: false, terminate: "close" };

/** A connection of which everything is known. */
function setUp(
  events: WebSocketEvents = {},
  limits = parseLimits({}),
  abilities = ABILITIES,
  maxBuffered = Infinity,
) {
  const clock = new FakeClock();
  const registry = new Registry(clock, sweep);
  const released: number[] = [];
  const failed: number[] = [];
  const limited: string[] = [];
  const ends: number[] = [];
  const reported: unknown[] = [];
  const log: string[] = [];
  const connection: ServerConnection = new ServerConnection(
    {
      protocol: "",
      limits,
      data: undefined,
      ended: () => void ends.push(clock.now()),
      events: {
        ...events,
        onOpen(event, c) {
          log.push("open");
          return events.onOpen?.(event, c);
        },
        onClose(event, c) {
          log.push(`close ${event.code} ${event.cause}`);
          return events.onClose?.(event, c);
        },
      },
    },
    {
      registry,
      clock,
      abilities,
      budget: new MemoryBudget(maxBuffered),
      drainPoll: new DrainPoll(clock),
      channels: findChannels(),
      report: (error) => reported.push(error),
      release: () => void released.push(clock.now()),
      limited: ({ cause }) => void limited.push(cause),
      failedToOpen: (lost) => void failed.push(lost ? -1 : clock.now()),
    },
  );
  return {
    clock,
    registry,
    reported,
    released,
    failed,
    limited,
    ends,
    log,
    connection,
    socket: new FakeSocket(),
  };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("a connection that is told to close before it is open closes at open", async () => {
  const { connection, socket, log } = setUp();
  connection.close(4000, "early");
  assertEquals(connection.readyState, 0);
  connection.opened(socket);
  await settle();
  assertEquals([log, socket.calls, connection.readyState], [["open"], ["close 4000"], 2]);
  connection.ended(closedByPeer(4000, ""));
  await settle();
  assertEquals(log, ["open", "close 4000 local"]);
});

Deno.test("a connection that never opens calls nobody and leaves the registry", async () => {
  for (const end of ["the runtime says so", "nobody says so"]) {
    const { connection, registry, clock, log, failed } = setUp();
    const before = failed.length;
    if (end === "the runtime says so") {
      connection.ended(broken("network"));
      assertEquals(failed.slice(before), [-1]);
    }
    clock.pass(10_250);
    await settle();
    assertEquals([log, registry.size, clock.pending], [[], 0, 0]);
    assertEquals((await connection.closed).cause, "network");
  }
});

Deno.test("onOpen and onClose are always called later, never inside a call", async () => {
  const { connection, socket, log } = setUp();
  connection.opened(socket);
  assertEquals(log, []);
  await settle();
  connection.terminate();
  assertEquals(log, ["open"]);
  await settle();
  assertEquals(log, ["open", "close 1006 local"]);
});

Deno.test("what the runtime says after the end is ignored", async () => {
  const { connection, socket, log } = setUp();
  connection.opened(socket);
  connection.ended(closedByPeer(1001, ""));
  connection.ended(closedByPeer(1005, ""));
  connection.received("x");
  connection.opened(socket);
  await settle();
  assertEquals(log, ["open", "close 1001 peer"]);
});

Deno.test("closing handshakes share the registry's timer, and end after closeTimeout", async () => {
  const { connection, socket, clock, registry } = setUp();
  connection.opened(socket);
  await settle();
  connection.close(4000);
  assertEquals(clock.pending, 1);
  clock.pass(4_750);
  assertEquals(connection.readyState, 2);
  clock.pass(500);
  assertEquals([connection.readyState, registry.size, clock.pending], [3, 0, 0]);
  assertEquals(await connection.closed, {
    code: 4000,
    reason: "",
    wasClean: false,
    cause: "local",
  });
});

Deno.test("drained resolves when nothing is buffered, and at the end", async () => {
  const { connection, socket } = setUp();
  connection.opened(socket);
  await connection.drained();
  socket.bufferedAmount = 10;
  let settled = false;
  const first = connection.drained().then(() => settled = true);
  socket.bufferedAmount = 5;
  connection.drain();
  await settle();
  assertEquals(settled, false);
  socket.bufferedAmount = 0;
  connection.drain();
  await first;
  socket.bufferedAmount = 10;
  const second = connection.drained();
  connection.terminate();
  await second;
});

Deno.test("a thing that cannot be made a string can be thrown", async () => {
  const odd = Object.create(null);
  const messages: string[] = [];
  const { connection, socket, reported } = setUp({
    onMessage() {
      throw odd;
    },
    onError: (event) => messages.push(event.message),
  });
  connection.opened(socket);
  connection.received("x");
  assertEquals([messages, reported.length, socket.calls], [["unknown error"], 1, ["close 1011"]]);
  await settle();
});

Deno.test("send says what the socket says: what it does not take waits", () => {
  for (
    const [answer, expected, calls] of [
      ["sent", true, []],
      ["gone", false, []],
      ["queued", true, []],
      ["full", true, []],
    ] as const
  ) {
    const { connection, socket } = setUp();
    socket.send = () => answer;
    connection.opened(socket);
    assertEquals([connection.send("x"), socket.calls], [expected, [...calls]]);
  }
});

Deno.test("a place is given back when the runtime lets go, once, and not when users see the end", async () => {
  const { connection, socket, released, log } = setUp();
  connection.opened(socket);
  connection.terminate();
  await settle();
  assertEquals([log, released.length], [["open", "close 1006 local"], 0]);
  connection.ended(broken("network"));
  connection.ended(broken("network"));
  assertEquals(released.length, 1);
});

Deno.test("a place is given back at once where no socket ever opened", () => {
  const { connection, released, clock } = setUp();
  clock.pass(10_250);
  assertEquals([connection.readyState, released.length], [3, 1]);
});

Deno.test("a connection can be iterated once, and not beside onMessage", () => {
  const { connection } = setUp();
  connection[Symbol.asyncIterator]();
  for (const other of [connection, setUp({ onMessage() {} }).connection]) {
    let thrown: unknown;
    try {
      other[Symbol.asyncIterator]();
    } catch (error) {
      thrown = error;
    }
    assert(thrown instanceof TypeError);
  }
});

for (const when of ["with the handshake", "after onOpen"]) {
  Deno.test(`onMessage is not called after a close() in onOpen, for what came ${when}`, async () => {
    const messages: unknown[] = [];
    const { connection, socket, log } = setUp({
      onOpen: (_, c) => c.close(4000),
      onMessage: ({ data }) => messages.push(data),
    });
    connection.opened(socket);
    if (when === "after onOpen") await settle();
    for (const message of ["a", "b"]) connection.received(message);
    await settle();
    assertEquals([messages, log, socket.calls], [[], ["open"], ["close 4000"]]);
  });
}

Deno.test("what came with the handshake is handed over after onOpen", async () => {
  const messages: unknown[] = [];
  const { connection, socket, log } = setUp({ onMessage: ({ data }) => messages.push(data) });
  connection.opened(socket);
  for (const message of ["a", "b"]) connection.received(message);
  await settle();
  assertEquals([messages, log], [["a", "b"], ["open"]]);
});

Deno.test("after onClose neither onError nor onMessage is called: a late fault goes to the server", async () => {
  const late = Promise.withResolvers<void>();
  const called: string[] = [];
  const { connection, socket, log, reported } = setUp({
    onOpen: () => late.promise,
    onMessage: ({ data }) => {
      called.push(`message ${data}`);
      return late.promise;
    },
    onError: () => called.push("error"),
  });
  connection.opened(socket);
  connection.received("before");
  await settle();
  connection.ended(closedByPeer(1000, ""));
  await settle();
  connection.received("after");
  late.reject(new Error("late"));
  await settle();
  assertEquals([called, log], [["message before"], ["open", "close 1000 peer"]]);
  // That of onOpen and that of onMessage.
  assertEquals(reported.map(String), ["Error: late", "Error: late"]);
});

Deno.test("a fault before onClose, and one in it, go to onError too", async () => {
  for (const where of ["onMessage", "onClose"] as const) {
    const errors: string[] = [];
    const fails = () => Promise.reject(new Error(where));
    const { connection, socket, reported } = setUp({
      [where]: fails,
      onError: ({ message }) => errors.push(message),
    });
    connection.opened(socket);
    connection.received("x");
    await settle();
    connection.ended(closedByPeer(1000, ""));
    await settle();
    assertEquals([errors, reported.length], [[where], 1]);
  }
});

Deno.test("a close of ours is clean only if the runtime says that it was", async () => {
  for (const info of [closedByPeer(4000, "bye"), broken("network"), broken("idle-timeout")]) {
    const { connection, socket, log } = setUp();
    connection.opened(socket);
    await settle();
    connection.close(4000, "bye");
    connection.ended(info);
    await settle();
    assertEquals(log, ["open", "close 4000 local"]);
    assertEquals(await connection.closed, {
      code: 4000,
      reason: "bye",
      wasClean: info.wasClean,
      cause: "local",
    });
  }
});

/** Everything that users, the runtime and time can do to a connection. */
const STEPS = {
  opened: ({ connection, socket }) => connection.opened(socket),
  text: ({ connection }) => connection.received("x"),
  binary: ({ connection }) => connection.received(new ArrayBuffer(3)),
  tooLarge: ({ connection }) => connection.received("x".repeat(200)),
  peerCloses: ({ connection }) => connection.ended(closedByPeer(4000, "bye")),
  breaks: ({ connection }) => connection.ended(broken("network")),
  closes: ({ connection }) => connection.close(4001, "ours"),
  terminates: ({ connection }) => connection.terminate(),
  shutsDown: ({ connection }) => connection.shutdown(),
  sends: ({ connection }) => connection.send("x"),
  clogs: ({ socket }) => socket.bufferedAmount = 1_000,
  drains: ({ connection, socket }) => {
    socket.bufferedAmount = 0;
    connection.drain();
  },
  moment: ({ clock }) => clock.pass(300),
  while: ({ clock }) => clock.pass(3_000),
  settles: () => settle(),
} satisfies Record<string, (all: ReturnType<typeof setUp>) => unknown>;

Deno.test("whatever happens: one onOpen at most, one onClose for it, nothing left behind", async () => {
  const names = Object.keys(STEPS) as (keyof typeof STEPS)[];
  const handlers = fc.record({
    throws: fc.boolean(),
    rejects: fc.boolean(),
    listens: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...names), { maxLength: 25 }),
      handlers,
      async (steps, h) => {
        const events: WebSocketEvents = {
          ...(h.listens
            ? {
              onMessage() {
                if (h.throws) throw new Error("thrown");
                if (h.rejects) return Promise.reject(new Error("rejected"));
              },
            }
            : {}),
        };
        const limits = parseLimits({ maxPayloadLength: 100, maxBackpressure: 500, idleTimeout: 4 });
        const all = setUp(events, limits);
        let opened = false;
        for (const step of steps) {
          if (step === "opened" && opened) continue;
          opened ||= step === "opened" && all.connection.readyState === 0;
          await STEPS[step](all);
        }
        // Whatever is left now ends by itself.
        all.clock.pass(60_000);
        await settle();
        const { log, registry, clock, connection } = all;
        const info: CloseInfo = await connection.closed;
        assertEquals([registry.size, clock.pending, connection.readyState], [0, 0, 3]);
        assertEquals(log, opened ? ["open", `close ${info.code} ${info.cause}`] : []);
        assertEquals(connection.send("x"), false);
        await connection.drained();
      },
    ),
    { numRuns: 1_000 },
  );
});

Deno.test("a burst for a loop that was idle for long is no reason to end anything", async () => {
  const { connection, socket, clock } = setUp({}, parseLimits({ idleTimeout: 0 }));
  connection.opened(socket);
  const loop = connection[Symbol.asyncIterator]();
  const first = loop.next();
  connection.received("first");
  await first;
  // Longer than backpressureTimeout passes, and then comes more than the mark at once.
  clock.pass(60_000);
  for (let i = 0; i < 20; i++) connection.received("x".repeat(100_000));
  clock.pass(29_000);
  assertEquals(connection.readyState, 1);
  // Whereas a loop that takes nothing of it for that long is stuck.
  clock.pass(1_500);
  assertEquals([connection.readyState, (await connection.closed).cause], [3, "backpressure"]);
});

Deno.test("a client that takes a byte now and then is not stuck, one that takes none is", async () => {
  const { connection, socket, clock } = setUp({}, parseLimits({ idleTimeout: 0 }));
  connection.opened(socket);
  socket.bufferedAmount = 3_000_000;
  connection.send("x");
  for (let i = 0; i < 10; i++) {
    clock.pass(25_000);
    socket.bufferedAmount--;
    connection.drain();
  }
  assertEquals(connection.readyState, 1);
  clock.pass(31_000);
  assertEquals([connection.readyState, socket.calls.at(-1)], [3, "terminate"]);
  assertEquals((await connection.closed).code, 1013);
});

Deno.test("close() waits for what was sent; closeTimeout counts from the last byte that went out", async () => {
  const { connection, socket, clock } = setUp();
  connection.opened(socket);
  await settle();
  socket.bufferedAmount = 1_000;
  connection.close(4000, "bye");
  for (let i = 0; i < 5; i++) {
    clock.pass(4_500);
    socket.bufferedAmount -= 100;
    connection.drain();
  }
  assertEquals([connection.readyState, socket.calls], [2, []]);
  socket.bufferedAmount = 0;
  connection.drain();
  assertEquals(socket.calls, ["close 4000"]);
  connection.ended(closedByPeer(4000, ""));
  assertEquals((await connection.closed).wasClean, true);
});

Deno.test("close() gives up a client that takes nothing, after closeTimeout", async () => {
  const { connection, socket, clock } = setUp();
  connection.opened(socket);
  await settle();
  socket.bufferedAmount = 1_000;
  connection.close(4000, "bye");
  clock.pass(5_500);
  assertEquals([connection.readyState, socket.calls], [3, ["terminate"]]);
  assertEquals(await connection.closed, {
    code: 4000,
    reason: "bye",
    wasClean: false,
    cause: "local",
  });
});

Deno.test("a socket that does not open is given up after three seconds, and suspected before", () => {
  const { connection, clock, registry, failed, released } = setUp();
  const start = clock.now();
  clock.pass(499);
  assertEquals(failed, []);
  clock.pass(2_500);
  assertEquals([failed[0], connection.readyState, released], [start + 500, 0, []]);
  clock.pass(1);
  assertEquals([connection.readyState, registry.size, released.length], [3, 0, 1]);
  // Each look is late until the last one, which gives it up.
  assertEquals(failed.at(-1), -1);
});

Deno.test("a socket that opened was not late, however long it lives", async () => {
  const { connection, socket, clock, failed } = setUp({}, parseLimits({ idleTimeout: 0 }));
  clock.pass(400);
  connection.opened(socket);
  await settle();
  clock.pass(60_000);
  connection.ended(closedByPeer(1000, ""));
  assertEquals([failed, socket.calls], [[], []]);
});

Deno.test("a socket that opens after it was given up is ended", () => {
  const { connection, socket, clock } = setUp();
  clock.pass(3_000);
  connection.opened(socket);
  assertEquals([socket.calls, connection.raw], [["terminate"], undefined]);
});

Deno.test("an upgrade that was refused leaves nothing, and tells nobody", async () => {
  const { connection, clock, registry, released, failed, log } = setUp();
  connection.refused();
  await settle();
  assertEquals([registry.size, released.length, clock.pending], [0, 1, 0]);
  assertEquals([log, failed, (await connection.closed).code], [[], [], 1006]);
});

Deno.test("users are shown the socket of the runtime once it is open, and what waits with it", () => {
  const { connection, socket } = setUp();
  assertEquals([connection.raw, connection.bufferedAmount, connection.send("x")], [
    undefined,
    0,
    false,
  ]);
  connection.opened(socket);
  socket.bufferedAmount = 5;
  assertEquals([connection.raw, connection.bufferedAmount], [socket, 5]);
  socket.send = () => "full";
  connection.send("12345");
  assertEquals(connection.bufferedAmount, 10);
  connection.terminate();
  assertEquals(connection.bufferedAmount, 0);
});

Deno.test("what cannot be sent throws, whatever the state", () => {
  const { connection } = setUp();
  assertThrows(() => connection.send(5 as never), TypeError, "got number");
});

Deno.test("send says false, and ends the connection with 1013, when too much waits", async () => {
  for (const [abilities, calls] of [[CUTS, ["terminate"]], [TELLS, ["close 1013"]]] as const) {
    const { connection, socket, log } = setUp({}, parseLimits({ maxBackpressure: 100 }), abilities);
    connection.opened(socket);
    await settle();
    socket.send = () => "full";
    for (let i = 0; i < 2; i++) assertEquals(connection.send("x".repeat(51)), true);
    assertEquals(connection.send("x"), false);
    await settle();
    assertEquals([log, socket.calls], [["open", "close 1013 backpressure"], [...calls]]);
  }
});

Deno.test("send says false of what waited for a socket that is gone", () => {
  const { connection, socket } = setUp();
  connection.opened(socket);
  socket.send = () => "full";
  assertEquals(connection.send("x"), true);
  socket.send = () => "gone";
  assertEquals([connection.send("x"), connection.readyState], [false, 1]);
});

Deno.test("send says false when the server has ended the connection for what it holds", () => {
  const { connection, socket } = setUp({}, parseLimits({}), CUTS, MARK);
  connection.opened(socket);
  socket.send = () => "full";
  assertEquals([connection.send(new ArrayBuffer(2 * MARK)), connection.readyState], [false, 3]);
});

Deno.test("a message of maxPayloadLength is handed over, and one above ends with 1009", async () => {
  const got: unknown[] = [];
  const events: WebSocketEvents = { onMessage: ({ data }) => got.push(data) };
  const { connection, socket, log } = setUp(events, parseLimits({ maxPayloadLength: 5 }));
  connection.opened(socket);
  connection.received("12345");
  connection.received("123456");
  connection.received("after");
  assertEquals([got, socket.calls], [["12345"], ["close 1009"]]);
  connection.ended(closedByPeer(1009, ""));
  await settle();
  assertEquals(log, ["open", "close 1009 payload-too-large"]);
});

Deno.test("messages that nobody reads are told of, once, and end with 1013 where reading goes on", async () => {
  for (const [abilities, calls] of [[CUTS, []], [TELLS, ["close 1013"]]] as const) {
    const { connection, socket, reported } = setUp({}, parseLimits({ maxQueue: 1_000 }), abilities);
    const paused: string[] = [];
    Object.assign(socket, { pause: () => paused.push("pause") });
    connection.opened(socket);
    await settle();
    for (let i = 0; i < 3; i++) connection.received("x".repeat(400));
    assertEquals(reported.map(String), [
      "Error: Messages wait unread: expected onMessage in the events, or a loop over the connection",
    ]);
    assertEquals([socket.calls, paused], [[...calls], abilities.pause ? ["pause"] : []]);
  }
});

Deno.test("a loop that does not keep up is nothing to tell of", async () => {
  const { connection, socket, reported } = setUp({}, parseLimits({ maxQueue: 1_000 }));
  connection.opened(socket);
  await settle();
  connection[Symbol.asyncIterator]();
  for (let i = 0; i < 3; i++) connection.received("x".repeat(400));
  assertEquals([reported, socket.calls], [[], ["close 1013"]]);
});

Deno.test("a loop that is left closes with 1000, in a later turn where onOpen has returned", async () => {
  const { connection, socket, clock } = setUp();
  connection.opened(socket);
  await settle();
  await connection[Symbol.asyncIterator]().return!();
  assertEquals(socket.calls, []);
  clock.pass(0);
  assertEquals(socket.calls, ["close 1000"]);
});

Deno.test("a loop that is left by a throw closes with 1011, whatever its finally waits for", async () => {
  const gate = Promise.withResolvers<void>();
  const { connection, socket, clock, reported } = setUp({
    async onOpen(_, c) {
      try {
        for await (const _message of c) throw new Error("thrown");
      } finally {
        await gate.promise;
      }
    },
  });
  connection.opened(socket);
  await settle();
  connection.received("x");
  await settle();
  clock.pass(1_000);
  assertEquals(socket.calls, []);
  gate.resolve();
  await settle();
  assertEquals([socket.calls, reported.map(String)], [["close 1011"], ["Error: thrown"]]);
  connection.ended(closedByPeer(1011, ""));
  assertEquals(clock.pending, 0);
});

Deno.test("a loop that was left closes after closeTimeout although onOpen goes on", async () => {
  const { connection, socket, clock } = setUp({
    async onOpen(_, c) {
      for await (const _message of c) break;
      await new Promise(() => {});
    },
  });
  connection.opened(socket);
  await settle();
  connection.received("x");
  await settle();
  clock.pass(4_999);
  assertEquals(socket.calls, []);
  clock.pass(1);
  assertEquals(socket.calls, ["close 1000"]);
});

Deno.test("a loop that begins after the end is done at once, and reads what came before", async () => {
  const { connection, socket } = setUp();
  connection.opened(socket);
  await settle();
  connection.ended(closedByPeer(1000, ""));
  assertEquals((await connection[Symbol.asyncIterator]().next()).done, true);
});

Deno.test("whoever listens for the end is told before onClose, and nobody can listen after it", async () => {
  const told: string[] = [];
  const { connection, socket } = setUp({ onClose: () => told.push("onClose") });
  connection.opened(socket);
  connection.endListeners!.add({
    connectionEnded: (view) => told.push(`${view === connection.view}`),
  });
  connection.lost(broken("network"));
  await settle();
  assertEquals([told, connection.endListeners], [["true", "onClose"], undefined]);
});

Deno.test("a silent client is pinged after half of idleTimeout and dropped after all of it", async () => {
  const { connection, socket, clock, log } = setUp({}, parseLimits({ idleTimeout: 4 }));
  connection.opened(socket);
  clock.pass(1_750);
  assertEquals(socket.calls, []);
  clock.pass(250);
  assertEquals(socket.calls, ["ping"]);
  connection.alive();
  clock.pass(1_750);
  assertEquals(socket.calls, ["ping"]);
  clock.pass(500);
  assertEquals(socket.calls, ["ping", "ping"]);
  clock.pass(2_000);
  assertEquals(socket.calls, ["ping", "ping", "close 1001"]);
  await settle();
  assertEquals(log, ["open", "close 1006 idle-timeout"]);
});

Deno.test("a silent client behind what waits is cut, because it would not read a close frame", () => {
  const { connection, socket, clock } = setUp({}, parseLimits({ idleTimeout: 1 }));
  connection.opened(socket);
  socket.bufferedAmount = 1;
  clock.pass(1_500);
  assertEquals(socket.calls, ["ping", "terminate"]);
});

Deno.test("a message is a sign of life, and what is sent is none", () => {
  const { connection, socket, clock } = setUp({ onMessage() {} }, parseLimits({ idleTimeout: 4 }));
  connection.opened(socket);
  for (let i = 0; i < 5; i++) {
    clock.pass(1_500);
    connection.received("x");
  }
  assertEquals(socket.calls, []);
  for (let i = 0; i < 3; i++) {
    clock.pass(1_500);
    connection.send("x");
  }
  assertEquals(connection.readyState, 3);
});

Deno.test("a client that takes what waits for it lives, though its pongs wait behind that", () => {
  const { connection, socket, clock } = setUp({}, parseLimits({ idleTimeout: 4 }));
  connection.opened(socket);
  socket.bufferedAmount = 1_000;
  connection.send("x");
  for (let i = 0; i < 10; i++) {
    clock.pass(1_500);
    socket.bufferedAmount--;
    connection.drain();
  }
  assertEquals(connection.readyState, 1);
});

Deno.test("a runtime that pings by itself is asked at each look whether the client lives", () => {
  const { connection, socket, clock } = setUp({}, parseLimits({ idleTimeout: 4 }));
  let looks = 0;
  Object.assign(socket, {
    checkLiveness() {
      if (++looks < 40) connection.alive();
      else connection.lost(broken("idle-timeout"));
    },
  });
  connection.opened(socket);
  clock.pass(9_750);
  assertEquals([looks, connection.readyState], [39, 1]);
  clock.pass(250);
  assertEquals([looks, connection.readyState, socket.calls], [40, 3, []]);
});

Deno.test("nothing is looked at with idleTimeout 0", () => {
  const { connection, socket, clock } = setUp({}, parseLimits({ idleTimeout: 0 }));
  Object.assign(socket, { checkLiveness: () => socket.calls.push("asked") });
  connection.opened(socket);
  clock.pass(1_000_000);
  assertEquals([socket.calls, connection.readyState], [[], 1]);
});

Deno.test("a close that had begun is what a connection ends with, whatever ends it first", async () => {
  const { connection, socket, log } = setUp();
  connection.opened(socket);
  await settle();
  connection.close(4000, "bye");
  connection.terminate();
  assertEquals(socket.calls, ["close 4000", "terminate"]);
  const info = { code: 4000, reason: "bye", wasClean: false, cause: "local" } as const;
  assertEquals(await connection.closed, info);
  await settle();
  assertEquals(log, ["open", "close 4000 local"]);
});

Deno.test("a close that had begun is what a connection ends with that is dropped for memory", async () => {
  for (
    const [abilities, last] of [[CUTS, "terminate"], [TELLS, "close 1013"]] as const
  ) {
    const { connection, socket, limited } = setUp({}, parseLimits({}), abilities);
    connection.opened(socket);
    await settle();
    connection.close(4000, "bye");
    connection.drop(SEND_QUEUE_FULL);
    assertEquals([socket.calls, limited], [["close 4000", last], []]);
    const info = { code: 4000, reason: "bye", wasClean: false, cause: "local" } as const;
    assertEquals(await connection.closed, info);
  }
});

Deno.test("only the first close counts, and a fault after it changes nothing", async () => {
  const late = Promise.withResolvers<void>();
  const { connection, socket, reported } = setUp({ onOpen: () => late.promise });
  connection.opened(socket);
  await settle();
  connection.close(4000, "first");
  connection.close(4001, "second");
  connection.shutdown();
  late.reject(new Error("late"));
  await settle();
  assertEquals([socket.calls, reported.length], [["close 4000"], 1]);
  connection.ended(closedByPeer(4000, ""));
  assertEquals((await connection.closed).reason, "first");
});

Deno.test("shutdown closes with 1001 and says why", async () => {
  const { connection, socket } = setUp();
  connection.opened(socket);
  await settle();
  connection.shutdown();
  connection.ended(closedByPeer(1001, ""));
  assertEquals([socket.calls, await connection.closed], [["close 1001"], {
    code: 1001,
    reason: "Server shutting down",
    wasClean: true,
    cause: "shutdown",
  }]);
});

Deno.test("shutdown may say that the server restarts", async () => {
  const { connection, socket } = setUp();
  connection.opened(socket);
  await settle();
  connection.shutdown(1012);
  connection.ended(closedByPeer(1012, ""));
  const { code, reason, cause } = await connection.closed;
  assertEquals([socket.calls, code, reason, cause], [
    ["close 1012"],
    1012,
    "Server restarting",
    "shutdown",
  ]);
});

Deno.test("events are what the documentation says, with the one view of their connection", async () => {
  const seen: unknown[][] = [];
  const note = (event: unknown, view: unknown) => seen.push([event, view === connection.view]);
  const error = new Error("thrown");
  const { connection, socket } = setUp({
    onOpen: note,
    onMessage(event, view) {
      note(event, view);
      throw error;
    },
    onError: note,
    onClose: note,
  });
  connection.opened(socket);
  connection.received("x");
  connection.ended(closedByPeer(1011, ""));
  await settle();
  const end = { code: 1011, reason: "", wasClean: true, cause: "handler-error" };
  assertEquals(seen, [
    [{ type: "open" }, true],
    [{ type: "message", data: "x" }, true],
    [{ type: "error", error, message: "thrown" }, true],
    [{ type: "close", ...end }, true],
  ]);
});

Deno.test("a fault in onError goes to the server too, and no further", async () => {
  const { connection, socket, reported } = setUp({
    onOpen: () => Promise.reject(new Error("first")),
    onError: () => Promise.reject(new Error("second")),
  });
  connection.opened(socket);
  await settle();
  assertEquals([reported.map(String), socket.calls], [["Error: first", "Error: second"], [
    "close 1011",
  ]]);
});

Deno.test("a close is checked and cut before it is sent", async () => {
  const { connection, socket } = setUp();
  connection.opened(socket);
  assertThrows(() => connection.close(999), RangeError, "got 999");
  assertEquals(connection.readyState, 1);
  connection.close(4000, "x".repeat(200));
  connection.ended(closedByPeer(4000, ""));
  assertEquals((await connection.closed).reason, "x".repeat(123));
});

Deno.test("closed settles for whoever asked before the end, and after it", async () => {
  const { connection, socket } = setUp();
  const early = connection.closed;
  connection.opened(socket);
  connection.ended(closedByPeer(4000, "bye"));
  const info = { code: 4000, reason: "bye", wasClean: true, cause: "peer" } as const;
  assertEquals([await early, await connection.closed], [info, info]);
});

Deno.test("silence counts from the open socket, not from the request", () => {
  const { connection, socket, clock } = setUp({}, parseLimits({ idleTimeout: 4 }));
  clock.pass(2_500);
  connection.opened(socket);
  clock.pass(1_750);
  assertEquals(socket.calls, []);
  clock.pass(250);
  assertEquals(socket.calls, ["ping"]);
});

Deno.test("a ping goes out again after what waited has moved", () => {
  const { connection, socket, clock } = setUp({}, parseLimits({ idleTimeout: 4 }));
  connection.opened(socket);
  socket.bufferedAmount = 1_000;
  connection.send("x");
  clock.pass(2_000);
  socket.bufferedAmount--;
  connection.drain();
  clock.pass(2_500);
  assertEquals(socket.calls.filter((call) => call === "ping").length, 2);
});

Deno.test("a loop that onOpen begins after the end reads what came before", async () => {
  const gate = Promise.withResolvers<void>();
  const read: unknown[] = [];
  const { connection, socket } = setUp({
    async onOpen(_, c) {
      await gate.promise;
      for await (const message of c) read.push(message);
    },
  });
  connection.opened(socket);
  await settle();
  connection.received("x");
  connection.ended(closedByPeer(1000, ""));
  gate.resolve();
  await settle();
  assertEquals(read, ["x"]);
});

Deno.test("a message that is too much for a meter ends the connection with 1008, unread", async () => {
  const asked: unknown[] = [];
  const meter = (most: number) => ({
    meter: (opened: number) => ({
      takes(message: unknown, now: number) {
        asked.push([message, now - opened]);
        return most-- > 0;
      },
    }),
  });
  const read: unknown[] = [];
  const { connection, socket, clock } = setUp(
    { onMessage: ({ data }) => void read.push(data) },
    parseLimits({ limits: [meter(10), meter(2)] }),
  );
  connection.opened(socket);
  await settle();
  connection.received("a");
  clock.pass(500);
  for (const message of ["b", "c", "d"]) connection.received(message);
  assertEquals(read, ["a", "b"]);
  // Whoever is told to go is not asked again.
  assertEquals(asked, [["a", 0], ["a", 0], ["b", 500], ["b", 500], ["c", 500], ["c", 500]]);
  assertEquals(socket.calls, ["close 1008"]);
  connection.ended(closedByPeer(1008, ""));
  assertEquals((await connection.closed).cause, "rate-limit");
});

Deno.test("a meter that fails ends its connection, and nothing else", async () => {
  const takes = () => {
    throw new Error("no count");
  };
  const read: unknown[] = [];
  const { connection, socket, reported } = setUp(
    { onMessage: ({ data }) => void read.push(data) },
    parseLimits({ limits: { meter: () => ({ takes }) } }),
  );
  connection.opened(socket);
  await settle();
  connection.received("a");
  assertEquals([read, socket.calls], [[], ["close 1011"]]);
  assertEquals(reported.map(String), ["Error: no count"]);
});

Deno.test("a message that is too long is no matter for a meter", async () => {
  const limits = { meter: () => ({ takes: () => false }) };
  const { connection, socket } = setUp({}, parseLimits({ maxPayloadLength: 1, limits }));
  connection.opened(socket);
  await settle();
  connection.received("too long");
  assertEquals(socket.calls, ["close 1009"]);
});

Deno.test("the server learns of ends by a limit, and of no others", () => {
  for (
    const [info, causes] of [
      [TOO_LARGE, ["payload-too-large"]],
      [TOO_OFTEN, ["rate-limit"]],
      [SEND_QUEUE_FULL, ["backpressure"]],
      [broken("idle-timeout"), []],
      [closedByPeer(1000, ""), []],
    ] as const
  ) {
    const { connection, socket, limited } = setUp();
    connection.opened(socket);
    for (let i = 0; i < 2; i++) connection.ended(info);
    assertEquals(limited, [...causes]);
  }
});

Deno.test("whoever holds a connection's pipeline is told when its handlers are done, once", async () => {
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { connection, socket, ends } = setUp({
    onOpen: () => gates[0]!.promise,
    onClose: () => gates[1]!.promise,
  });
  connection.opened(socket);
  await settle();
  connection.ended(closedByPeer(1000, ""));
  for (const { resolve } of gates) {
    await settle();
    assertEquals(ends.length, 0);
    resolve();
  }
  await settle();
  assertEquals(ends.length, 1);

  for (const end of ["refused", "ended"] as const) {
    const { connection, ends } = setUp();
    connection[end](broken("network"));
    assertEquals(ends.length, 1);
  }
});

Deno.test("a batch is the runtime's where it has one, and runs once in any case", async () => {
  const batching = () =>
    Object.assign(new FakeSocket(), {
      batch(this: FakeSocket, task: () => void) {
        this.calls.push("batch");
        task();
        this.calls.push("end of batch");
      },
    });
  for (
    const [socket, open] of [
      [batching(), ["batch", "send", "end of batch"]],
      [new FakeSocket(), ["send"]],
    ] as const
  ) {
    const { connection } = setUp();
    const sent: boolean[] = [];
    const send = () => void sent.push(connection.send("x"));
    // Before it is open and after its end there is no socket that could hold anything back.
    connection.batch(send);
    connection.opened(socket);
    await settle();
    connection.batch(send);
    assertEquals([sent, socket.calls], [[false, true], [...open]]);
    connection.close(4000);
    connection.batch(send);
    assertEquals([sent, socket.calls], [[false, true, false], [...open, "close 4000"]]);
    connection.ended(closedByPeer(4000, ""));
    connection.batch(send);
    assertEquals(sent, [false, true, false, false]);
  }
});

const REQUEST = {
  url: "http://self.example/ws?token=secret",
  headers: new Headers(),
  remoteAddress: "10.0.0.1",
};

/** What every event says of the connection. */
function about({ view }: ServerConnection) {
  return { connectionId: view.id, path: "/ws", remoteAddress: "10.0.0.1" };
}

Deno.test("whoever listens hears of the life of a connection, in order", async () => {
  using listening = new Listening("open", "received", "sent", "close");
  const { connection, socket, clock } = setUp({
    onMessage: (_, connection) => connection.send(new Uint8Array(5)),
  });
  connection.request = REQUEST;
  connection.opened(socket);
  connection.received("hello");
  connection.received("é".repeat(3));
  clock.pass(1_500);
  connection.close(4000, "bye");
  assertEquals(connection.send("late"), false);
  connection.received("late");
  connection.ended(closedByPeer(4000, ""));
  const all = about(connection);
  assertEquals(listening.told, [
    { on: "open", message: { ...all, protocol: "" } },
    { on: "received", message: { ...all, size: 5 } },
    { on: "sent", message: { ...all, size: 5 } },
    { on: "received", message: { ...all, size: 6 } },
    { on: "sent", message: { ...all, size: 5 } },
    {
      on: "close",
      message: {
        ...all,
        code: 4000,
        reason: "bye",
        wasClean: true,
        cause: "local",
        duration: 1_500,
        received: 11,
        sent: 10,
      },
    },
  ]);
  await settle();
});

Deno.test("bytes count while somebody listens to them, and each direction alone", async () => {
  using closes = new Listening("close");
  const { connection, socket } = setUp({ onMessage() {} });
  connection.opened(socket);
  connection.received("nobody listens");
  connection.send("nobody listens");
  {
    using sent = new Listening("sent");
    connection.received("nobody listens");
    connection.send("abc");
    assertEquals(sent.told.length, 1);
  }
  connection.send("nobody listens");
  connection.ended(closedByPeer(1000, ""));
  const [{ received, sent }] = closes.all("close") as [Record<string, unknown>];
  assertEquals([received, sent], [0, 3]);
  await settle();
});

Deno.test("a connection that never opened is neither told as open nor as closed", async () => {
  using listening = new Listening("open", "close");
  const { connection } = setUp();
  connection.ended(broken("network"));
  const refused = setUp();
  refused.connection.refused();
  await settle();
  assertEquals(listening.told, []);
});

Deno.test("whoever listens hears of pings, of a client that does not read, and of limits", async () => {
  using listening = new Listening("ping", "backpressure", "limit", "close");
  const { connection, socket, clock } = setUp(
    { onMessage() {} },
    parseLimits({ idleTimeout: 2, maxPayloadLength: 10 }),
  );
  connection.request = REQUEST;
  connection.opened(socket);
  clock.pass(1_000);
  const all = about(connection);
  assertEquals(listening.told, [{ on: "ping", message: all }]);
  socket.bufferedAmount = 7;
  connection.send("seven");
  assertEquals(listening.told.slice(1), [
    { on: "backpressure", message: { ...all, bufferedAmount: 7 } },
  ]);
  // What waits already does not begin to wait.
  connection.send("seven");
  assertEquals(listening.told.length, 2);
  socket.bufferedAmount = 0;
  connection.received("x".repeat(11));
  connection.ended(TOO_LARGE);
  assertEquals(listening.told.slice(2).map(({ on }) => on), ["limit", "close"]);
  assertEquals(listening.all("limit"), [{ ...all, limit: "payload-too-large" }]);
  await settle();
});

Deno.test("a runtime that pings by itself says nothing of it, and neither do we", async () => {
  using listening = new Listening("ping");
  const { connection, socket, clock } = setUp({}, parseLimits({ idleTimeout: 2 }));
  connection.opened(Object.assign(socket, { ping: undefined }));
  clock.pass(1_500);
  assertEquals(listening.told, []);
  connection.ended(closedByPeer(1000, ""));
  await settle();
});

Deno.test("a connection says how much may wait for its client", () => {
  const { connection } = setUp({}, parseLimits({ maxBackpressure: 12_345 }));
  assertEquals(connection.maxBackpressure, 12_345);
});

Deno.test("a pong is a sign of life, and tells whoever asked; a connection that is not open has none", async () => {
  const { connection, socket } = setUp();
  await assertRejects(() => connection.ping(), Error, "Cannot ping: expected an open connection");
  connection.opened(socket);
  connection.ponged("edgesocket 1e9");
  const payloads: string[] = [];
  Object.assign(socket, { ping: (payload: string) => payloads.push(payload) });
  const asked = connection.ping();
  while (payloads.length === 0) await settle();
  connection.ponged(payloads[0]!);
  assertEquals(await asked, 0);
});
