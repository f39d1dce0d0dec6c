import { assert, assertEquals } from "@std/assert";
import { bunAdapter } from "../../src/adapters/bun.ts";
import { denoAdapter } from "../../src/adapters/deno.ts";
import { Backlog } from "../../src/connection/backlog.ts";
import { DrainPoll } from "../../src/connection/drain_poll.ts";
import { MARK } from "../../src/connection/memory_budget.ts";
import { byteLength, MESSAGE_OVERHEAD, type SendData } from "../../src/connection/message.ts";
import type { Abilities, SendResult, Socket } from "../../src/connection/socket.ts";
import { FakeClock } from "../support/fake_clock.ts";

/** A runtime that takes so many bytes, and hands them to a client that reads when it is told to. */
class FakeSocket implements Socket {
  readonly raw = undefined;
  readonly sent: SendData[] = [];
  bufferedAmount = 0;
  closedWith: number | undefined;
  gone = false;
  readonly #takes: number;

  constructor(takes: number) {
    this.#takes = takes;
  }

  send(data: SendData): SendResult {
    if (this.gone) return "gone";
    if (this.bufferedAmount >= this.#takes) return "full";
    this.bufferedAmount += byteLength(data);
    this.sent.push(data);
    return "queued";
  }

  close(code: number): void {
    this.closedWith = code;
  }

  terminate(): void {}
}

function setUp(limit = 1_000, takes = 100, abilities: Abilities = denoAdapter.abilities) {
  const clock = new FakeClock();
  const socket = new FakeSocket(takes);
  const drainPoll = new DrainPoll(clock);
  const changes: boolean[] = [];
  const server = { clock, abilities, drainPoll };
  const backlog = new Backlog(socket, limit, server, (progressed) => changes.push(progressed));
  return { clock, socket, drainPoll, changes, backlog };
}

const TEN = "x".repeat(10);

Deno.test("what the runtime does not take waits here, and goes out in order", () => {
  const { clock, socket, backlog, drainPoll } = setUp();
  const sent = Array.from({ length: 50 }, (_, i) => `${i}`.padEnd(10));
  for (const message of sent) assertEquals(backlog.send(message), "sent");
  assertEquals([socket.sent.length, backlog.queued, backlog.size], [10, 400, 500]);
  assertEquals(backlog.memory, 500 + 40 * MESSAGE_OVERHEAD);
  for (let looks = 0; backlog.size > 0; looks++) {
    assert(looks < 1_000);
    socket.bufferedAmount = 0;
    clock.pass(1_000);
  }
  assertEquals([socket.sent as string[], drainPoll.size, clock.pending], [sent, 0, 0]);
});

Deno.test("bytes wait as they were when they were sent", () => {
  const { socket, backlog } = setUp(1_000, 1);
  const bytes = new Uint8Array([1, 2, 3, 4]);
  backlog.send("x");
  backlog.send(bytes.subarray(1, 3));
  bytes.fill(9);
  socket.bufferedAmount = 0;
  backlog.drain();
  assertEquals([...new Uint8Array(socket.sent[1] as ArrayBuffer)], [2, 3]);
});

Deno.test("above the limit nothing is taken; the one message that crosses it is", () => {
  const { backlog } = setUp(100);
  for (let i = 0; i < 11; i++) assertEquals(backlog.send(TEN), "sent");
  assertEquals([backlog.send(TEN), backlog.size], ["full", 110]);
});

Deno.test("one message larger than the limit does not count against the next, a second one does", () => {
  const { backlog, socket } = setUp(100);
  const large = "x".repeat(500);
  assertEquals([backlog.send(large), backlog.send("tail"), backlog.size], ["sent", "sent", 504]);
  for (let i = 0; i < 10; i++) assertEquals(backlog.send(TEN), "sent");
  assertEquals(backlog.send(TEN), "full");
  // Once it is out, the next large one is let through.
  for (let looks = 0; backlog.size > 0; looks++) {
    assert(looks < 1_000);
    socket.bufferedAmount = 0;
    backlog.drain();
  }
  assertEquals([backlog.send(large), backlog.send(large), backlog.send(TEN)], [
    "sent",
    "sent",
    "full",
  ]);
});

Deno.test("says when something last moved: one byte is enough", () => {
  const { clock, socket, backlog } = setUp(100 * MARK, MARK);
  const start = clock.now();
  const chunk = new ArrayBuffer(MARK);
  for (let i = 0; i < 3; i++) backlog.send(chunk);
  clock.pass(30_000);
  assertEquals(backlog.progressAt, start);
  socket.bufferedAmount -= 1;
  clock.pass(200);
  assert(backlog.progressAt > start + 29_000);
});

Deno.test("a client that reads is not stuck because somebody sends all the time", () => {
  const { clock, socket, backlog } = setUp(100 * MARK, 1);
  backlog.send(new ArrayBuffer(2 * MARK));
  for (let i = 0; i < 10; i++) {
    clock.pass(10_000);
    // It takes a byte just before the next message, which is the first to notice.
    socket.bufferedAmount--;
    backlog.send("x");
    assertEquals(backlog.progressAt, clock.now());
  }
});

Deno.test("what was idle for long has not been stuck for as long", () => {
  const { clock, socket, backlog } = setUp();
  backlog.send(TEN);
  socket.bufferedAmount = 0;
  clock.pass(100);
  clock.pass(60_000);
  const now = clock.now();
  backlog.send(TEN);
  assertEquals(backlog.progressAt, now);
});

Deno.test("whoever ends the connection for it is called last: nothing is polled afterwards", () => {
  const clock = new FakeClock();
  const drainPoll = new DrainPoll(clock);
  const server = { clock, abilities: denoAdapter.abilities, drainPoll };
  const backlog: Backlog = new Backlog(new FakeSocket(100), 1_000, server, () => backlog.clear());
  backlog.send(TEN);
  assertEquals([drainPoll.size, clock.pending], [0, 0]);
});

Deno.test("the close frame goes out behind everything", () => {
  const { clock, socket, backlog } = setUp();
  for (let i = 0; i < 30; i++) backlog.send(TEN);
  backlog.close({ code: 4000, reason: "bye", wasClean: true, cause: "local" });
  for (let i = 0; i < 3; i++) {
    assertEquals(socket.closedWith, undefined);
    socket.bufferedAmount = 0;
    clock.pass(1_000);
  }
  assertEquals([socket.sent.length, socket.closedWith], [30, 4000]);
});

Deno.test("tells of each change, and whether something went out", () => {
  const { changes, socket, backlog } = setUp();
  backlog.send(TEN);
  socket.bufferedAmount = 4;
  backlog.drain();
  backlog.drain();
  backlog.drain(true);
  assertEquals(changes, [false, true, false, true]);
});

Deno.test("a socket that is gone takes nothing, and what is cleared is not polled", () => {
  const { socket, backlog, drainPoll } = setUp();
  for (let i = 0; i < 20; i++) backlog.send(TEN);
  backlog.clear();
  assertEquals([backlog.queued, drainPoll.size], [0, 0]);
  socket.gone = true;
  assertEquals(backlog.send(TEN), "gone");
});

Deno.test("is near its limit above half of it, or a mark below a large one", () => {
  const { backlog } = setUp(1_000, 10_000);
  backlog.send("x".repeat(500));
  assertEquals(backlog.nearLimit, false);
  backlog.send("x");
  assertEquals(backlog.nearLimit, true);
  const { backlog: large } = setUp(10 * MARK, 100 * MARK);
  large.send(new ArrayBuffer(9 * MARK));
  assertEquals(large.nearLimit, false);
  large.send("x");
  assertEquals(large.nearLimit, true);
});

Deno.test("what does not count against the limit brings it no nearer", () => {
  const { backlog } = setUp(1_000, 10_000);
  backlog.send("x".repeat(5_000));
  assertEquals(backlog.nearLimit, false);
  backlog.send("x".repeat(501));
  assertEquals(backlog.nearLimit, true);
});

Deno.test("what a runtime that cannot cut was handed is not free when the connection ends", () => {
  for (
    const [abilities, free] of [
      [denoAdapter.abilities, 400 + 40 * MESSAGE_OVERHEAD],
      [bunAdapter.abilities, 500 + 40 * MESSAGE_OVERHEAD],
    ] as const
  ) {
    const { backlog } = setUp(1_000, 100, abilities);
    for (let i = 0; i < 50; i++) backlog.send(TEN);
    assertEquals([backlog.memory, backlog.freeable], [500 + 40 * MESSAGE_OVERHEAD, free]);
  }
});

Deno.test("is polled only where the runtime does not say that less waits", () => {
  for (
    const [abilities, polled] of [[denoAdapter.abilities, 1], [bunAdapter.abilities, 0]] as const
  ) {
    const { backlog, drainPoll } = setUp(1_000, 100, abilities);
    backlog.send(TEN);
    assertEquals(drainPoll.size, polled);
  }
});

Deno.test("a message of the size of the limit counts like any other, in bytes of UTF-8", () => {
  const { backlog } = setUp(100, 1_000);
  backlog.send("x".repeat(100));
  assertEquals([backlog.send("x"), backlog.send("x")], ["sent", "full"]);
  // 51 units of two bytes are more than 100, and 34 of one are not, though they might have been.
  const { backlog: wide } = setUp(100, 1_000);
  wide.send("ü".repeat(51));
  assertEquals([wide.send(TEN), wide.size], ["sent", 112]);
  const { backlog: narrow } = setUp(100, 1_000);
  narrow.send("x".repeat(34));
  narrow.send("x".repeat(67));
  assertEquals(narrow.send("x"), "full");
});

Deno.test("what the runtime takes again moves, and no close frame goes out before all of it", () => {
  const { clock, socket, backlog } = setUp(1_000, 10);
  backlog.send(TEN);
  backlog.send(TEN);
  clock.pass(5_000);
  // The same number of bytes waits at the runtime, and one message less here.
  socket.bufferedAmount = 0;
  assertEquals(backlog.drain(), { progressed: true, done: false });
  assertEquals([backlog.queued, backlog.progressAt], [0, clock.now()]);
  backlog.close({ code: 4000, reason: "", wasClean: true, cause: "local" });
  backlog.clear();
  socket.bufferedAmount = 0;
  backlog.drain();
  assertEquals(socket.closedWith, undefined);
});

Deno.test("a close goes out at once where nothing waits any more, and its end is told once", () => {
  const { socket, backlog, drainPoll } = setUp();
  backlog.send(TEN);
  socket.bufferedAmount = 0;
  backlog.close({ code: 4000, reason: "", wasClean: true, cause: "local" });
  assertEquals(socket.closedWith, 4000);
  socket.closedWith = undefined;
  assertEquals([backlog.drain(), socket.closedWith], [
    { progressed: false, done: true },
    undefined,
  ]);
  drainPoll.delete(backlog);
});

Deno.test("the runtime's word that something went out counts, though as much waits as before", () => {
  const { clock, backlog } = setUp();
  backlog.send(TEN);
  clock.pass(5_000);
  backlog.drain();
  assertEquals(backlog.progressAt, clock.now() - 5_000);
  backlog.drain(true);
  assertEquals(backlog.progressAt, clock.now());
});

Deno.test("what is cleared is never sent, and takes no memory", () => {
  const { socket, backlog } = setUp();
  for (let i = 0; i < 20; i++) backlog.send(TEN);
  backlog.clear();
  assertEquals([backlog.memory, backlog.size], [100, 100]);
  socket.bufferedAmount = 0;
  backlog.drain();
  assertEquals(socket.sent.length, 10);
});

Deno.test("a large message that is out makes no room for others", () => {
  const { backlog, socket } = setUp(100, 1_000);
  backlog.send("x".repeat(500));
  socket.bufferedAmount = 0;
  backlog.drain();
  for (let i = 0; i < 11; i++) assertEquals(backlog.send(TEN), "sent");
  assertEquals(backlog.send(TEN), "full");
});

Deno.test("a second large message counts while a part of the first one waits", () => {
  const { backlog, socket } = setUp(100, 1_000);
  backlog.send("x".repeat(500));
  socket.bufferedAmount = 20;
  backlog.drain();
  assertEquals(backlog.send("x".repeat(600)), "sent");
  assertEquals(backlog.send(TEN), "full");
});

Deno.test("where messages go out as a whole, each MiB at the runtime has the time of a byte", () => {
  for (
    const [abilities, patience] of [[denoAdapter.abilities, 5], [bunAdapter.abilities, 1]] as const
  ) {
    const { backlog, socket } = setUp(100 * MARK, 1, abilities);
    // Nothing waits, and then less than a MiB: nobody has less time than that.
    assertEquals(backlog.patience, 1);
    backlog.send("x");
    assertEquals(backlog.patience, 1);
    socket.bufferedAmount = 0;
    backlog.send(new ArrayBuffer(5 * MARK));
    // What waits here and not at the runtime is not under way yet.
    backlog.send(new ArrayBuffer(3 * MARK));
    assertEquals([backlog.size, backlog.patience], [8 * MARK, patience]);
  }
});
