/** Time in tests: what it moves, and what has happened once it has moved. */
import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { upgradeWebSocket } from "../../mod.ts";
import type { Connection } from "../../src/connection/connection.ts";
import type { WebSocketEvents } from "../../src/connection/events.ts";
import type { UpgradeOptions } from "../../src/server/route.ts";
import { connect } from "../../src/testing/connect.ts";
import { FakeClock, linkOf } from "../../src/testing/fake_clock.ts";
import { createTestServer } from "../../src/testing/test_server.ts";

/** Two connections by a clock, how they ended, and the milliseconds until then. */
async function setUp(options: UpgradeOptions = {}, events: WebSocketEvents = {}) {
  const clock = new FakeClock();
  const start = clock.now();
  const closes: string[] = [];
  const ends: number[] = [];
  const connections: Connection[] = [];
  const all: WebSocketEvents = {
    onMessage: (event, connection) => connection.send(event.data),
    ...events,
    onOpen: (_, connection) => void connections.push(connection),
    onClose({ code, cause }) {
      closes.push(`${code} ${cause}`);
      ends.push(clock.now() - start);
    },
  };
  const server = createTestServer((request) => upgradeWebSocket(request, all, options), { clock });
  const [client, healthy] = [await connect(server, "/"), await connect(server, "/")];
  const [connection] = connections;
  return { clock, closes, ends, server, client, healthy, connection: connection! };
}

Deno.test("an idle timeout comes when its time has come, and pings keep the healthy", async () => {
  const { clock, closes, ends, client, healthy, server } = await setUp({ idleTimeout: 60 });
  client.mute();
  await clock.advance(59_000);
  assertEquals(closes, []);
  await clock.advance(2_000);
  assertEquals(closes, ["1006 idle-timeout"]);
  assert(ends[0]! >= 60_000 && ends[0]! <= 60_500, `${ends[0]}`);
  await clock.advance(3_600_000);
  assertEquals([closes.length, server.connections], [1, 1]);
  healthy.send("still here");
  assertEquals(await healthy.message(), "still here");
});

Deno.test("a close timeout ends whoever does not answer a close frame", async () => {
  const { clock, closes, client, connection, server } = await setUp({ closeTimeout: 5 });
  client.mute();
  connection.close(4000);
  await clock.advance(4_500);
  assertEquals([closes, server.connections], [[], 2]);
  await clock.advance(1_000);
  assertEquals([closes, server.connections], [["4000 local"], 1]);
});

Deno.test("a drain timeout ends whoever does not read, and nobody who reads slowly", async () => {
  const { clock, closes, client, healthy, server } = await setUp({
    backpressureTimeout: 30,
    idleTimeout: 0,
    maxPayloadLength: 4_000_000,
  });
  for (const slow of [client, healthy]) {
    slow.pause();
    slow.send(new Uint8Array(2_000_000));
  }
  await clock.advance(20_000);
  healthy.resume();
  await clock.advance(12_000);
  assertEquals([closes, server.connections], [["1013 backpressure"], 1]);
  assertEquals((await healthy.message() as ArrayBuffer).byteLength, 2_000_000);
});

Deno.test("the timeout of a shutdown is moved, too", async () => {
  const { clock, closes, client, server } = await setUp({ closeTimeout: 60 });
  client.mute();
  const done = server.shutdown();
  await clock.advance(9_500);
  assertEquals(closes, ["1001 shutdown"]);
  await clock.advance(1_000);
  await done;
  assertEquals(closes, ["1001 shutdown", "1001 shutdown"]);
});

Deno.test("messages have arrived when it has moved: those of before, and those of timers", async () => {
  const log: unknown[] = [];
  const { clock, client, connection } = await setUp({}, {
    onMessage({ data }) {
      log.push(data, clock.now());
    },
  });
  const start = clock.now();
  client.send("before");
  clock.every(1_000, () => connection.send("tick"));
  await clock.advance(3_000);
  assertEquals(log, ["before", start]);
  for (let i = 0; i < 3; i++) assertEquals(await client.message(), "tick");
});

Deno.test("what an async handler does at once has happened before time goes on", async () => {
  const seen: number[] = [];
  const { clock, client } = await setUp({}, {
    async onMessage(event, connection) {
      for (let i = 0; i < 10; i++) await undefined;
      seen.push(clock.now());
      connection.send(event.data);
    },
  });
  const start = clock.now();
  clock.after(500, () => client.send("now"));
  await clock.advance(60_000);
  assertEquals([seen, await client.message()], [[start + 500], "now"]);
});

Deno.test("timers may be stopped, and one that throws is told to whoever moves the time", async () => {
  const clock = new FakeClock();
  let ran = 0;
  clock.every(10, () => ran++)();
  clock.after(10, () => ran++)();
  clock.after(20, () => {
    throw new Error("thrown by a timer");
  });
  await assertRejects(() => clock.advance(100), Error, "thrown by a timer");
  assertEquals(ran, 0);
});

Deno.test("what is due at once needs nobody to move the time", async () => {
  const clock = new FakeClock();
  const log: string[] = [];
  clock.after(0, () => log.push("stopped"))();
  await new Promise<void>((resolve) => clock.after(0, resolve));
  clock.after(0, () => log.push("in time"));
  clock.after(1, () => log.push("later"));
  await clock.advance(0);
  assertEquals(log, ["in time"]);
  // A loop that is left ends its connection in this way, and so does a shutdown without patience.
  const route = (request: Request) =>
    upgradeWebSocket(request, {
      onOpen(_, connection) {
        const loop = async () => {
          for await (const message of connection) if (message === "enough") break;
        };
        loop();
      },
    });
  const server = createTestServer(route, { clock, shutdownTimeout: 0 });
  const [client, mute] = [await connect(server, "/"), await connect(server, "/")];
  client.send("enough");
  assertEquals((await client.closed).code, 1000);
  mute.mute();
  await server.shutdown();
  assertEquals([server.connections, clock.now()], [0, new FakeClock().now()]);
});

Deno.test("only a number from 0 moves it", async () => {
  const clock = new FakeClock();
  const before = clock.now();
  for (const wrong of [-1, NaN, Infinity]) {
    await assertRejects(() => clock.advance(wrong), RangeError, `got ${wrong}`);
  }
  await clock.advance(0);
  assertEquals(clock.now(), before);
});

Deno.test("an hour takes no hour", async () => {
  const { clock, client } = await setUp({ idleTimeout: 60 });
  const started = performance.now();
  await clock.advance(3_600_000);
  assertLess(performance.now() - started, 2_000);
  client.send("hi");
  assertEquals(await client.message(), "hi");
});

Deno.test("each clock has a link of its own", () => {
  const [one, other] = [new FakeClock(), new FakeClock()];
  assert(linkOf(one) === linkOf(one) && linkOf(one) !== linkOf(other));
});

Deno.test("what arrives has led to whatever it leads to, however long the chain", async () => {
  const clock = new FakeClock();
  let arrived = 0;
  const sendOn = () => {
    if (++arrived < 50_000) linkOf(clock).send(sendOn);
  };
  linkOf(clock).send(sendOn);
  await clock.advance(0);
  assertEquals(arrived, 50_000);
});

Deno.test("any number of messages has arrived when time has moved", async () => {
  let came = 0;
  const { clock, client } = await setUp({}, { onMessage: () => void came++ });
  for (let i = 0; i < 20_000; i++) client.send("x");
  await clock.advance(0);
  assertEquals(came, 20_000);
});
