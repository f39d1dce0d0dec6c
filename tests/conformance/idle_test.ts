/** Clients that are silent. Tolerance: a quarter of idleTimeout or 1 s, whichever is larger. */
import { assert, assertEquals, assertLess } from "@std/assert";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import { closedByClient, ends, IDLE, route, suite } from "../support/suite.ts";
import { PATIENCE } from "../support/within.ts";

function idleSuite(runtime: Runtime): void {
  const test = suite(runtime);

  if (runtime.gap("a client that is silent") !== undefined) {
    test("gap: a client that is silent stays", async (server) => {
      using silent = await server.open(route({ idleTimeout: 0.4 }));
      silent.mute();
      // Another one, which ends after more than twice as long, measures the time.
      using other = await server.open(route({ closeTimeout: 1 }, "b"));
      other.mute();
      other.send("!close 4000 bye");
      await server.until({ on: "closed", id: "b" });
      assertEquals(server.all({ on: "close", id: "a" }), []);
      silent.send("still here");
      assertEquals(await silent.message(), "still here");
      other.vanish();
      silent.vanish();
    });
    return;
  }

  test("drops a client that answers nothing, in time", async (server) => {
    using client = await server.open(route({ idleTimeout: 1 }));
    client.mute();
    const started = performance.now();
    await ends(server, IDLE);
    assertLess(performance.now() - started, 2500);
  });

  test("keeps a client that answers pings and sends nothing", async (server) => {
    using client = await server.open(route({ idleTimeout: 1 }));
    // Another one, which is dropped after more than twice as long, measures the time.
    using silent = await server.open(route({ idleTimeout: 2.5 }, "b"));
    silent.mute();
    await ends(server, IDLE, "b");
    await server.settled(1);
    client.send("still here");
    assertEquals(await client.message(), "still here");
    client.close(1000);
    await ends(server, closedByClient(1000));
  });

  test("keeps a client that ignores pings and sends a message every half, until it stops", async (server) => {
    using client = await server.open(route({ idleTimeout: 1 }));
    client.mute();
    for (let i = 0; i < 6; i++) {
      client.send("heartbeat");
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    assertEquals(server.all({ on: "close" }), []);
    await ends(server, IDLE);
  });

  test("does not count what goes out", async (server) => {
    using client = await server.open(route({ idleTimeout: 1 }));
    client.mute();
    const started = performance.now();
    client.send("!chatter");
    await ends(server, IDLE);
    assertLess(performance.now() - started, 2500);
  });

  test("drops a client that neither reads nor answers", async (server) => {
    using client = await server.open(route({ idleTimeout: 1, maxBackpressure: 100_000_000 }));
    client.mute();
    client.pause();
    client.send("!flood 300 65536");
    await server.until({ on: "flood", sent: 300 });
    const started = performance.now();
    await ends(server, IDLE);
    assertLess(performance.now() - started, 2500);
    client.vanish();
  });

  test("drops nobody with idleTimeout 0", async (server) => {
    using client = await server.open(route({ idleTimeout: 0 }));
    using silent = await server.open(route({ idleTimeout: 0.4 }, "b"));
    client.mute();
    silent.mute();
    await ends(server, IDLE, "b");
    client.send("x");
    assertEquals(await client.message(), "x");
    client.close(1000);
    await ends(server, closedByClient(1000));
  });

  test("gives back the place of a client that was dropped", async (server) => {
    using silent = await server.open(route({ idleTimeout: 0.4 }));
    silent.mute();
    using refused = await server.connect("/echo");
    assertEquals(refused.status, 503);
    await ends(server, IDLE);
    // The runtime may need a moment to let go of it.
    const end = Date.now() + PATIENCE;
    for (let status = 503; status === 503;) {
      using next = await server.connect("/echo");
      status = next.status;
      assert(Date.now() < end, "no place was given back");
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }, { env: { MAX_CONNECTIONS: "1" } });
}

for (const runtime of runtimes) idleSuite(runtime);
