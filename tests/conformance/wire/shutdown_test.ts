/** What is left of a process when its server has shut down. */
import { assertEquals, assertLess } from "@std/assert";
import { handshake, OPCODE, RawClient } from "../../support/raw_client.ts";
import { type WireRuntime, wireRuntimes } from "../../support/runtimes.ts";
import { addCase, ends, route, SHUTDOWN } from "../../support/suite.ts";

const TOLD = { code: 1001, reason: "Server shutting down" };

function shutdownSuite(runtime: WireRuntime): void {
  // Bun does not wait for the answer to a close frame.
  const waits = runtime.gap("a client that never answers our close frame") === undefined;

  addCase(
    runtime,
    "shuts down with 1001, refuses new connections and lets the process exit",
    async () => {
      await using server = await runtime.start();
      using client = await RawClient.open(server.port, route());
      server.shutDown("shutdown");
      assertEquals(await client.closeFrame(), TOLD);
      // Otherwise every connection has ended by now, and with the last one the server stops listening.
      if (waits) {
        using late = await RawClient.connect(server.port);
        late.write(handshake("/echo"));
        assertEquals((await late.head()).status, 503);
      }
      client.close(1001);
      await ends(server, SHUTDOWN);
      assertEquals((await server.until({ on: "shutdown" })).connections, 0);
      assertEquals((await server.status).code, 0);
    },
  );

  addCase(runtime, "shuts down when its signal aborts, and lets the process end", async () => {
    await using server = await runtime.start();
    using client = await RawClient.open(server.port, route());
    server.shutDown("signal");
    assertEquals(await client.closeFrame(), TOLD);
    client.close(1001);
    await ends(server, SHUTDOWN);
    await server.until({ on: "finished" });
    assertEquals((await server.status).code, 0);
  });

  addCase(runtime, "a message that crosses our close frame keeps no process", async () => {
    await using server = await runtime.start();
    using client = await RawClient.open(server.port, route({ idleTimeout: 60 }));
    server.shutDown("signal");
    assertEquals(await client.closeFrame(), TOLD);
    client.send(OPCODE.text, "late");
    client.close(1001);
    await server.until({ on: "finished" });
    if (runtime.gap("after `shutdown()`, a message that crosses our close frame") === undefined) {
      assertEquals((await server.status).code, 0);
      return;
    }
    const ended = server.status.then(() => "ends");
    const stays = new Promise((resolve) => setTimeout(resolve, 2_000, "keeps the process"));
    assertEquals(await Promise.race([ended, stays]), "keeps the process");
  });

  for (const [by, report] of [["shutdown", "shutdown"], ["signal", "finished"]] as const) {
    const how = by === "shutdown" ? "shutdown()" : "its signal";
    addCase(runtime, `${how} takes shutdownTimeout at most, whatever clients do`, async () => {
      await using server = await runtime.start();
      using silent = await RawClient.open(server.port, route({}, "silent"));
      using deaf = await RawClient.open(server.port, route({ maxBackpressure: 1e8 }, "deaf"));
      using waiting = await RawClient.connect(server.port);
      waiting.write("GET /never HTTP/1.1\r\nHost: x\r\n\r\n");
      using half = await RawClient.connect(server.port);
      half.write("GET /echo HT");
      deaf.socket.pause();
      deaf.send(OPCODE.text, "!flood 300 65536");
      await server.until({ on: "flood" });
      await server.until({ on: "never" });
      const started = performance.now();
      server.shutDown(by);
      await server.until({ on: report });
      assertLess(performance.now() - started, 3500);
      await ends(server, { ...SHUTDOWN, wasClean: !waits }, "silent");
      await ends(server, { ...SHUTDOWN, wasClean: false }, "deaf");
      // After `shutdown()` the fixture ends the process itself.
      const stays = by === "signal" && runtime.gap(
            "after `shutdown()`, a client that does not read or a response that never comes",
          ) !== undefined;
      if (!stays) assertEquals((await server.status).code, 0);
      silent.fin();
      deaf.reset();
    });
  }
}

for (const runtime of wireRuntimes) shutdownSuite(runtime);
