/** `for await (const message of connection)`. */
import { assertEquals, assertGreater } from "@std/assert";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import { suite } from "../support/suite.ts";

function loopSuite(runtime: Runtime): void {
  const test = suite(runtime);

  for (const path of ["/loop", "/loop-later"]) {
    test(`hands messages to a ${path.slice(1)} in order, one at a time`, async (server) => {
      using client = await server.open(path);
      const sent = Array.from({ length: 20 }, (_, i) => `message ${i}`);
      for (const message of sent) client.send(message);
      for (const message of sent) assertEquals(await client.message(), message);
      client.close(4000, "done");
      assertEquals((await server.until({ on: "loop-end" })).state, 3);
      assertEquals((await server.until({ on: "close" })).code, 4000);
    });
  }

  test("closes with 1000 when the loop is left", async (server) => {
    using client = await server.open("/loop-break");
    client.send("x");
    assertEquals(await client.message(), "x");
    assertEquals(await client.closed, { code: 1000, reason: "" });
    const { cause, wasClean } = await server.until({ on: "close" });
    assertEquals([cause, wasClean], ["local", true]);
  });

  test("closes with 1011 when the loop throws", async (server) => {
    using client = await server.open("/loop-throw");
    client.send("x");
    assertEquals(await client.message(), "x");
    assertEquals(await client.closed, { code: 1011, reason: "" });
    assertEquals((await server.until({ on: "close" })).cause, "handler-error");
    assertEquals(server.all({ on: "reported" }).length, 1);
  });

  const flood = Array.from({ length: 200 }, (_, i) => `${i}`.padEnd(100, "."));

  test("stops reading while the loop does not keep up", async (server) => {
    using client = await server.open("/loop");
    for (const message of ["slow", ...flood]) client.send(message);
    for (const message of ["slow", ...flood]) assertEquals(await client.message(), message);
    client.close(1000);
    assertEquals((await server.until({ on: "close" })).cause, "peer");
  }, { needs: "a runtime that can stop reading" });

  test("leaves unread what the loop has no room for, a close frame too", async (server) => {
    using client = await server.open("/loop");
    client.send("slow");
    // More than what a runtime reads at once, which it hands over whatever we say meanwhile.
    for (let i = 0; i < 100; i++) client.send(new Uint8Array(20_000));
    // Whoever read on would see it while the loop is busy with the first message.
    client.close(1000);
    let echoed = 0;
    while (await client.message() !== undefined) echoed++;
    // What was read at once with the close frame is not echoed any more.
    assertGreater(echoed, 50);
    assertEquals((await server.until({ on: "close" })).cause, "peer");
  }, { needs: "a runtime that can stop reading" });

  const otherwise = runtime.gap("a loop that does not keep up (`maxQueue`)");
  if (otherwise !== undefined) {
    test("gap: closes with 1013 when the loop does not keep up", async (server) => {
      using client = await server.open("/loop");
      for (const message of ["slow", ...flood]) client.send(message);
      await client.closed;
      const { code, cause } = await server.until({ on: "close" });
      assertEquals([code, cause], [1013, otherwise]);
    });
  }
}

for (const runtime of runtimes) loopSuite(runtime);
