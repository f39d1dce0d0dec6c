/** An open loop against a server whose delays are known. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Cycle } from "../../bench/load/cycle.ts";
import { openLoop, type OpenLoopConnection } from "../../bench/load/open_loop.ts";

const cycle = new Cycle({ size: 16, binary: false }, 1);

/** A connection that answers as `answer` says. */
class Answering implements OpenLoopConnection {
  onMessages: (count: number) => void = () => {};
  finished = false;
  sent = 0;
  readonly #answer: (connection: Answering) => void;

  constructor(answer: (connection: Answering) => void) {
    this.#answer = answer;
  }

  begin(): void {}

  finish(): void {
    this.finished = true;
  }

  send(messages: number): void {
    this.sent += messages;
    this.#answer(this);
  }
}

Deno.test("so many messages are sent, in turns on the connections, when they are due", async () => {
  const answering = () => new Answering((connection) => connection.onMessages(1));
  const connections = [answering(), answering()];
  const start = performance.now();
  const { latencies, delays } = await openLoop(connections, cycle, { rate: 1000, seconds: 0.1 });
  assert(performance.now() - start >= 98);
  assertEquals(connections.map(({ sent }) => sent), [50, 50]);
  assertEquals([latencies.length, delays.length], [100, 100]);
  assert(connections.every(({ finished }) => finished));
  // Never before they are due.
  assert(delays.every((delay) => delay >= 0) && latencies.every((latency) => latency >= 0));
});

Deno.test("a stop is charged to all that was due in it, not to one message", async () => {
  let waiting = 0;
  const stopped = new Answering((connection) => {
    waiting++;
    if (connection.sent === 10) {
      setTimeout(() => {
        connection.onMessages(waiting);
        waiting = 0;
      }, 50);
    } else if (connection.sent < 10 || connection.sent > 60) {
      connection.onMessages(waiting);
      waiting = 0;
    }
  });
  const { latencies } = await openLoop([stopped], cycle, { rate: 1000, seconds: 0.1 });
  // 50 ms at 1,000 a second: the first waits for all of it, and half of them for more than half.
  const late = latencies.filter((latency) => latency > 20_000);
  assert(late.length >= 20, `${late.length} messages are late`);
  assert(Math.max(...latencies) >= 45_000);
});

Deno.test("echoes that do not come are an error, not a good time", async () => {
  const mute = new Answering(() => {});
  await assertRejects(
    () => openLoop([mute], cycle, { rate: 1000, seconds: 0.01 }, 0.05),
    Error,
    "expected 10 echoes, got 0",
  );
});
