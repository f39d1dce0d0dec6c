/** Clients that do not read, or slowly. */
import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import { closedByClient, ends, route, suite } from "../support/suite.ts";

function backpressureSuite(runtime: Runtime): void {
  const test = suite(runtime);

  test("refuses to send and closes with 1013 above maxBackpressure", async (server) => {
    using client = await server.open(route({ maxBackpressure: 1_048_576 }));
    client.pause();
    client.send("!flood 1000 65536");
    const { sent, most } = await server.until({ on: "flood" });
    assertLess(sent as number, 1000);
    assertLess(most as number, 1_048_576 + 65_536 + 64);
    await ends(server, {
      code: 1013,
      reason: "Messages are not read",
      wasClean: false,
      cause: "backpressure",
    });
    client.vanish();
  }, { needs: "a runtime that tells what waits" });

  test("waits in drained() for a client that reads slowly", async (server) => {
    using client = await server.open(route());
    client.pause();
    client.send("!drain 40 524288");
    await server.until({ on: "draining" });
    client.resume();
    for (let i = 0; i < 40; i++) {
      assertEquals((await client.message() as ArrayBuffer).byteLength, 524_288);
    }
    const { refused, left, most } = await server.until({ on: "drain" });
    assertEquals([refused, left], [undefined, 0]);
    assertGreater(most as number, 0);
    // Who waits each time never has more than one of them waiting.
    assertLess(most as number, 2 * 524_288);
    client.close(1000);
    await ends(server, closedByClient(1000));
  }, { needs: "a runtime that tells what waits" });

  const unseen = runtime.gap("a client that does not read");
  if (unseen !== undefined) {
    test("gap: nobody sees what waits for a client that does not read", async (server) => {
      using client = await server.open(route({ maxBackpressure: 1_048_576 }));
      client.pause();
      client.send("!flood 100 65536");
      const { sent, most } = await server.until({ on: "flood" });
      assertEquals([sent, most], [100, unseen]);
      client.resume();
      for (let i = 0; i < 100; i++) {
        assertEquals((await client.message() as string).length, 65_536);
      }
      client.close(1000);
      await ends(server, closedByClient(1000));
    });
  }
}

for (const runtime of runtimes) backpressureSuite(runtime);
