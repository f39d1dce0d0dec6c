import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4.3.0";
import { broken, closedByPeer, type CloseInfo } from "../../src/connection/close.ts";
import { MemoryAdapter } from "../../src/adapters/memory.ts";
import { sweep } from "../../src/connection/clockwork.ts";
import { DrainPoll } from "../../src/connection/drain_poll.ts";
import type { WebSocketEvents } from "../../src/connection/events.ts";
import { parseLimits } from "../../src/connection/limits.ts";
import { Registry } from "../../src/connection/registry.ts";
import { ServerConnection } from "../../src/connection/server_connection.ts";
import { MemoryBudget } from "../../src/connection/memory_budget.ts";
import type { SendData } from "../../src/connection/message.ts";
import type { Abilities, SendResult, Socket } from "../../src/connection/socket.ts";
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

/** A connection of which everything is known. */
function setUp(events: WebSocketEvents = {}, limits = parseLimits({})) {
  const clock = new FakeClock();
  const registry = new Registry(clock, sweep);
  const released: number[] = [];
  const reported: unknown[] = [];
  const log: string[] = [];
  const connection: ServerConnection = new ServerConnection(
    {
      protocol: "",
      limits,
      data: undefined,
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
      abilities: ABILITIES,
      budget: new MemoryBudget(Infinity),
      drainPoll: new DrainPoll(clock),
      report: (error) => reported.push(error),
      release: () => void released.push(clock.now()),
      limited() {},
      failedToOpen() {},
    },
  );
  return { clock, registry, reported, released, log, connection, socket: new FakeSocket() };
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
    const { connection, registry, clock, log } = setUp();
    if (end === "the runtime says so") connection.ended(broken("network"));
    else clock.pass(10_250);
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
  const first = connection.drained();
  socket.bufferedAmount = 5;
  connection.drain();
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
