/** What `send` took goes out before the close frame, as long as the client reads. */
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import { addCase, route, SHUTDOWN, suite } from "../support/suite.ts";

/** More than the system's own buffers take. */
const COUNT = 384;
const SIZE = 65_536;

const MUTE = { code: 4000, reason: "bye", wasClean: false, cause: "local" };

function backlogSuite(runtime: Runtime): void {
  const test = suite(runtime, { APP: "lifecycle" });

  test("sends what waits, and then its close frame", async (server) => {
    using client = await server.open(route().replace("/ws", "/backlog"));
    client.pause();
    client.send(`${COUNT} ${SIZE} close 4000 bye`);
    const { sent, bufferedAmount, left, state } = await server.until({ on: "backlog" });
    assertEquals([sent, state], [COUNT, 2]);
    // What the system took does not count; what waits in our queue does, after close() too.
    assertGreater(bufferedAmount as number, 4 * 1_048_576);
    assertLess(bufferedAmount as number, COUNT * (SIZE + 16));
    assert((left as number) > 0 && left as number <= (bufferedAmount as number), `${left}`);
    client.resume();
    for (let i = 0; i < COUNT; i++) {
      assertEquals((await client.message() as ArrayBuffer | undefined)?.byteLength, SIZE, `${i}`);
    }
    assertEquals(await client.closed, { code: 4000, reason: "bye" });
    const { code, reason, wasClean, cause } = await server.until({ on: "close" });
    assertEquals({ code, reason, wasClean, cause }, { ...MUTE, wasClean: true });
    assertEquals((await server.until({ on: "backlog-closed" })).left, 0);
  }, { needs: "a runtime that tells what waits" });

  test("ends a client that does not read, closeTimeout after close()", async (server) => {
    using client = await server.open(
      route({ closeTimeout: 1 }).replace("/ws", "/backlog"),
    );
    client.pause();
    client.mute();
    client.send(`${COUNT} ${SIZE} close 4000 bye`);
    await server.until({ on: "backlog", sent: COUNT });
    const closed = performance.now();
    const { code, reason, wasClean, cause } = await server.until({ on: "close" });
    assertEquals({ code, reason, wasClean, cause }, MUTE);
    const took = performance.now() - closed;
    assert(took > 800 && took < 2_500, `closed after ${took} ms`);
    assertEquals((await server.until({ on: "backlog-closed" })).left, 0);
    client.vanish();
  });

  test("throws away what waits by terminate()", async (server) => {
    using client = await server.open(route().replace("/ws", "/backlog"));
    client.pause();
    client.send(`${COUNT} ${SIZE} terminate`);
    const { bufferedAmount, left, state } = await server.until({ on: "backlog" });
    assertGreater(bufferedAmount as number, 4 * 1_048_576);
    assertEquals([left, state], [0, 3]);
    const { code, wasClean, cause } = await server.until({ on: "close" });
    assertEquals([code, wasClean, cause], [1006, false, "local"]);
    client.vanish();
  }, { needs: "a runtime that tells what waits" });

  // Not by `suite`: the server has ended, so that it cannot be asked for its connections.
  addCase(runtime, "sends what waits before shutdown() closes", async () => {
    await using server = await runtime.start({ APP: "lifecycle" });
    using client = await server.open(route().replace("/ws", "/backlog"));
    client.pause();
    client.send(`${COUNT} ${SIZE}`);
    await server.until({ on: "backlog", sent: COUNT });
    server.shutDown("signal");
    client.resume();
    for (let i = 0; i < COUNT; i++) {
      assertEquals((await client.message() as ArrayBuffer | undefined)?.byteLength, SIZE, `${i}`);
    }
    assertEquals(await client.closed, { code: 1001, reason: SHUTDOWN.reason });
    const { code, wasClean, cause } = await server.until({ on: "close" });
    assertEquals([code, wasClean, cause], [1001, true, "shutdown"]);
    await server.until({ on: "finished" });
  });
}

for (const runtime of runtimes) backlogSuite(runtime);
