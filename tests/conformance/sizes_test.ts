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

  test("answers 500 where a route asks for larger messages than the server allows", async (server) => {
    using client = await server.connect(route({ maxPayloadLength: 17 * MIB }));
    assertEquals(client.status, 500);
    const { message } = await server.until({ on: "app-error" });
    assert(String(message).includes("maxPayloadLength"), String(message));
  });
}

for (const runtime of runtimes) sizesSuite(runtime);
