/** The server goes away, or has no room. */
import { assertEquals, assertLess } from "@std/assert";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import { addCase, closedByClient, ends, route, SHUTDOWN, suite } from "../support/suite.ts";

const HOW = [["shutdown", "shutdown"], ["signal", "finished"]] as const;

function shutdownSuite(runtime: Runtime): void {
  const test = suite(runtime);

  for (const [how, report] of HOW) {
    // Not by `suite`: the server has ended, so that it cannot be asked for its connections.
    addCase(runtime, `closes every connection with 1001 by its ${how}`, async () => {
      await using server = await runtime.start();
      using first = await server.open(route({}, "a"));
      using second = await server.open(route({}, "b"));
      await server.settled(2);
      server.shutDown(how);
      for (const client of [first, second]) {
        assertEquals(await client.closed, { code: 1001, reason: "Server shutting down" });
      }
      await ends(server, SHUTDOWN, "a");
      await ends(server, SHUTDOWN, "b");
      const { connections = 0 } = await server.until({ on: report });
      assertEquals(connections, 0);
    });

    addCase(runtime, `ends whatever clients do within shutdownTimeout of its ${how}`, async () => {
      await using server = await runtime.start();
      using silent = await server.open(route({}, "silent"));
      using deaf = await server.open(route({ maxBackpressure: 100_000_000 }, "deaf"));
      silent.mute();
      deaf.mute();
      deaf.pause();
      deaf.send("!flood 300 65536");
      await server.until({ on: "flood" });
      const started = performance.now();
      server.shutDown(how);
      await server.until({ on: report });
      assertLess(performance.now() - started, 3500);
      const wasClean = runtime.gap("a client that never answers our close frame") === "clean";
      await ends(server, { ...SHUTDOWN, wasClean }, "silent");
      // What waits for it never went out, and no close frame behind it.
      await ends(server, { ...SHUTDOWN, wasClean: false }, "deaf");
      deaf.vanish();
    });
  }

  for (const [drain, hurries] of [["60", true], ["0.5", false]] as const) {
    const how = hurries ? "a drain that is hurried" : "a drain";
    addCase(runtime, `${how} closes every connection, and takes no new one`, async () => {
      await using server = await runtime.start({ DRAIN: drain });
      using first = await server.open(route({}, "a"));
      using second = await server.open(route({}, "b"));
      await server.settled(2);
      server.shutDown("shutdown");
      assertEquals((await server.until({ on: "draining" })).status, "draining");
      if (hurries) {
        // Whoever is connected stays, requests are answered, and nobody else gets in.
        first.send("still here");
        assertEquals(await first.message(), "still here");
        assertEquals((await server.request("/no-such")).status, 404);
        assertEquals((await server.connect("/echo")).status, 503);
        server.shutDown("shutdown");
      }
      for (const client of [first, second]) {
        assertEquals(await client.closed, { code: 1012, reason: "Server restarting" });
      }
      const end = { ...SHUTDOWN, code: 1012, reason: "Server restarting" };
      await ends(server, end, "a");
      await ends(server, end, "b");
      assertEquals((await server.until({ on: "shutdown" })).connections, 0);
    });
  }

  test("answers 503 above maxConnections", async (server) => {
    using first = await server.open(route());
    using second = await server.connect("/echo");
    assertEquals([second.status, second.all("retry-after")], [503, ["5"]]);
    first.close(1000);
    await ends(server, closedByClient(1000));
    using third = await server.open("/echo");
    third.close(1000);
    await third.closed;
  }, { env: { MAX_CONNECTIONS: "1" } });
}

for (const runtime of runtimes) shutdownSuite(runtime);
