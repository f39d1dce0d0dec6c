/** How connections end, whoever ends them. */
import { assert, assertEquals } from "@std/assert";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import { BROKEN, closedByClient, ends, route, suite } from "../support/suite.ts";

function closeSuite(runtime: Runtime): void {
  const test = suite(runtime);

  // The client ends it.

  test("reports the code and reason of the client's close frame", async (server) => {
    using client = await server.open(route());
    await server.settled(1);
    client.close(4321, "grüße");
    assertEquals(await client.closed, { code: 4321, reason: "grüße" });
    await ends(server, closedByClient(4321, "grüße"));
  });

  test("reports 1005 for a close frame without a code", async (server) => {
    using client = await server.open(route());
    client.close();
    await client.closed;
    await ends(server, closedByClient(1005));
  });

  test("reports 1006 for a client that vanishes", async (server) => {
    using client = await server.open(route());
    client.vanish();
    await ends(server, BROKEN);
  });

  // We end it.

  for (
    const [command, code, reason] of [
      ["!close", 1000, ""],
      ["!close 4000 bye", 4000, "bye"],
      ["!close 1001", 1001, ""],
      [`!close 3999 ${"ü".repeat(80)}`, 3999, "ü".repeat(61)],
      [`!close 3999 x${"😀".repeat(40)}`, 3999, `x${"😀".repeat(30)}`],
      ["!closeTwice", 4001, "first"],
    ] as const
  ) {
    test(`closes on ${command.slice(0, 20)} with ${code} "${reason.slice(0, 6)}"`, async (server) => {
      using client = await server.open(route());
      client.send(command);
      assertEquals(await client.closed, { code, reason });
      await ends(server, { code, reason, wasClean: true, cause: "local" });
    });
  }

  test("closes with its own code although messages are under way", async (server) => {
    using client = await server.open(route());
    client.send("!close 4000 bye");
    for (let i = 0; i < 100; i++) client.send("under way");
    const seen = await client.closed;
    // Deno resets a connection on which a message comes after its close frame went out.
    const resets = runtime.gap("messages under way when we close") !== undefined;
    if (!resets || seen.code !== 1006) assertEquals(seen, { code: 4000, reason: "bye" });
    const { wasClean } = await server.until({ on: "closed" });
    if (!resets) assertEquals(wasClean, true);
    await ends(server, { code: 4000, reason: "bye", wasClean, cause: "local" });
  });

  test("counts as closed after closeTimeout when the client never answers", async (server) => {
    using client = await server.open(route({ closeTimeout: 0.5 }));
    client.mute();
    const started = performance.now();
    client.send("!close 4000 bye");
    // Bun does not wait for the answer.
    const wasClean = runtime.gap("a client that never answers our close frame") === "clean";
    await ends(server, { code: 4000, reason: "bye", wasClean, cause: "local" });
    const took = performance.now() - started;
    assert(took < 2_500 && (wasClean || took > 400), `closed after ${took} ms`);
  });

  test("terminates", async (server) => {
    using client = await server.open(route());
    client.send("!terminate");
    await ends(server, { code: 1006, reason: "", wasClean: false, cause: "local" });
    assertEquals(await client.closed, runtime.gap("`terminate()`") ?? { code: 1006, reason: "" });
  });

  test("returns false from send after close", async (server) => {
    using client = await server.open(route());
    client.send("!late");
    const { sent, state } = await server.until({ on: "late" });
    assertEquals([sent, (state as number) >= 2], [false, true]);
    await ends(server, { code: 4001, reason: "late", wasClean: true, cause: "local" });
  });
}

for (const runtime of runtimes) closeSuite(runtime);
