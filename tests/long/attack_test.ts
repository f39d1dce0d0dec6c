/** Clients that take all the memory that they can get, by default limits, and their neighbours. */
import { assert, assertEquals, assertLess } from "@std/assert";
import { root } from "../support/command.ts";
import { neighbour } from "../support/neighbour.ts";
import type { ProcessServer } from "../support/process_server.ts";
import { frame, OPCODE, RawClient } from "../support/raw_client.ts";
import { type WireRuntime, wireRuntimes } from "../support/runtimes.ts";

const SERVER = new URL("tests/fixtures/attack_server.ts", root);
const MIB = 1024 * 1024;

/** What docs/backpressure.md says that a process with the default of `maxBuffered` may need. */
const ENOUGH = 1536 * MIB;

/**
 * Milliseconds that nobody notices: what the collector of Deno takes for the queues of the attackers,
 * beside 2 ms in which a quiet server answers.
 */
const UNNOTICED = 15;

/** Milliseconds in which all attackers must have been dropped and told, and all readers sent to. */
const SOON = 40_000;

interface State {
  readonly connections: number;
  readonly told: Readonly<Record<string, number>>;
  readonly rss: number;
}

const state = async (server: ProcessServer): Promise<State> =>
  await (await server.request("/state")).json();

/** Waits until the server has told of so many, and returns the most memory seen meanwhile. */
async function dropped(server: ProcessServer, count: number): Promise<[State, number]> {
  const end = performance.now() + SOON;
  for (let most = 0;;) {
    const now = await state(server);
    most = Math.max(most, now.rss);
    const told = Object.values(now.told).reduce((sum, more) => sum + more, 0);
    if (told >= count) return [now, most];
    assert(performance.now() < end, `${told} of ${count} told: ${JSON.stringify(now)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** What sending costs in itself: the p99 of a neighbour while as many are sent to that read. */
async function amongReaders(server: ProcessServer, echo: { p99(): number }): Promise<number> {
  const done = server.all({ on: "sent" }).length + 1;
  const readers = await Promise.all(
    Array.from({ length: 200 }, () => RawClient.open(server.port, "/read")),
  );
  for (const { socket } of readers) socket.removeAllListeners("data").resume();
  echo.p99();
  await server.request("/send");
  const end = performance.now() + SOON;
  while (server.all({ on: "sent" }).length < done) {
    assert(performance.now() < end, "not all was sent");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  for (const client of readers) client[Symbol.dispose]();
  return echo.p99();
}

function attackSuite(runtime: WireRuntime): void {
  Deno.test(`${runtime.name}: 200 clients that read nothing, four times over, who all stay`, async () => {
    await using server = await runtime.start({}, SERVER);
    using friend = await RawClient.open(server.port, "/echo");
    await using echo = neighbour(friend);
    const mute: RawClient[] = [];
    try {
      const before = await amongReaders(server, echo);
      const latencies: number[] = [];
      for (let round = 1; round <= 4; round++) {
        const batch = await Promise.all(
          Array.from({ length: 200 }, () => RawClient.open(server.port, "/mute")),
        );
        for (const client of batch) client.socket.pause();
        mute.push(...batch);
        echo.p99();
        await server.request("/send");
        const [{ told, connections }, most] = await dropped(server, 200 * round);
        assertEquals(told, { "1013 backpressure: Messages are not read": 200 * round });
        assertEquals(connections, 1);
        assertLess(most, ENOUGH);
        const p99 = echo.p99();
        latencies.push(p99);
        console.log(
          `${runtime.name}: round ${round}: ${Math.round(most / MIB)} MiB at most,`,
          `p99 of a neighbour ${p99.toFixed(1)} ms, with clients that read ${before.toFixed(1)} ms`,
        );
      }
      for (const client of mute) client[Symbol.dispose]();
      const after = await amongReaders(server, echo);
      const [, median] = latencies.toSorted((a, b) => a - b);
      assertLess(median!, Math.max(2 * Math.max(before, after), UNNOTICED));
    } finally {
      for (const client of mute) client[Symbol.dispose]();
    }
  });

  Deno.test(`${runtime.name}: 30 clients that send 60 MiB each to loops that hang`, async () => {
    await using server = await runtime.start({}, SERVER);
    using friend = await RawClient.open(server.port, "/echo");
    await using echo = neighbour(friend);
    const clients = await Promise.all(
      Array.from({ length: 30 }, () => RawClient.open(server.port, "/hang")),
    );
    try {
      const bytes = frame(OPCODE.binary, new Uint8Array(64 * 1024));
      const send = async ({ socket }: RawClient) => {
        let wake: (value: unknown) => void = () => {};
        socket.on("drain", () => wake(0)).on("close", () => wake(0));
        socket.resume();
        for (let sent = 0; sent < 60 * MIB && socket.writable; sent += bytes.length) {
          if (!socket.write(bytes)) await new Promise((resolve) => wake = resolve);
        }
      };
      const sending = clients.map(send);
      const [{ told, connections }, most] = await dropped(server, 30);
      const queueFull = "1013 backpressure: Messages come faster than they are read";
      assertEquals([told, connections], [{ [queueFull]: 30 }, 1]);
      assertLess(most, ENOUGH);
      console.log(`${runtime.name}: hanging loops: ${Math.round(most / MIB)} MiB at most`);
      for (const client of clients) client[Symbol.dispose]();
      await Promise.all(sending);
      echo.p99();
    } finally {
      for (const client of clients) client[Symbol.dispose]();
    }
  });
}

for (const runtime of wireRuntimes) attackSuite(runtime);
