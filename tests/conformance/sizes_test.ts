/** Messages up to `maxPayloadLength`, and above. */
import { assert, assertEquals } from "@std/assert";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import { closedByClient, ends, route, suite, TOO_LARGE } from "../support/suite.ts";

const MIB = 1024 * 1024;

function sizesSuite(runtime: Runtime): void {
  const test = suite(runtime);

  test("takes a message of exactly maxPayloadLength bytes", async (server) => {
    using client = await server.open(route({ maxPayloadLength: 1000 }));
    client.send("ü".repeat(500));
    assertEquals(await client.message(), "ü".repeat(500));
    client.send(new Uint8Array(1000));
    assertEquals((await client.message() as ArrayBuffer).byteLength, 1000);
    client.close(1000);
    await ends(server, closedByClient(1000));
  });

  for (
    const [kind, message] of [
      ["text", `x${"ü".repeat(500)}`],
      ["binary", new Uint8Array(1001)],
    ] as const
  ) {
    test(`closes with 1009 on a ${kind} message above maxPayloadLength`, async (server) => {
      using client = await server.open(route({ maxPayloadLength: 1000 }));
      client.send(message);
      assertEquals((await client.closed).code, 1009);
      await ends(server, TOO_LARGE);
      assertEquals(server.all({ on: "message" }), []);
    });
  }

  test("reports a message above the server's own limit as too large", async (server) => {
    using client = await server.open(route());
    client.send(new Uint8Array(17 * MIB));
    await ends(server, TOO_LARGE);
    assertEquals((await client.closed).code, 1009);
  });

  test("takes messages above 16 MiB when server and route both allow them", async (server) => {
    using client = await server.open(route({ maxPayloadLength: 20 * MIB }));
    client.send(new Uint8Array(17 * MIB));
    assertEquals((await server.until({ on: "message" })).data, { bytes: 17 * MIB });
    client.vanish();
  }, { env: { MAX_PAYLOAD: `${20 * MIB}` } });

  test("holds the server's limit where a route asks for more, and says so once", async (server) => {
    const greedy = route({ maxPayloadLength: 17 * MIB });
    using small = await server.open(greedy);
    small.send("small");
    assertEquals(await small.message(), "small");
    using client = await server.open(route({ maxPayloadLength: 17 * MIB }, "b"));
    client.send(new Uint8Array(16 * MIB + 1));
    await ends(server, TOO_LARGE, "b");
    const { message, count } = await server.until({ on: "report", kind: "option" });
    assertEquals(count, 1);
    for (const part of [`asks for maxPayloadLength ${17 * MIB}`, `has ${16 * MIB}`]) {
      assert(String(message).includes(part), String(message));
    }
    assertEquals(server.all({ on: "app-error" }), []);
  });
}

for (const runtime of runtimes) sizesSuite(runtime);
