/** What the console is told by default, by clients that do not wait for it. */
import { assert, assertEquals } from "@std/assert";
import { handshake, RawClient } from "../../support/raw_client.ts";
import { wireRuntimes } from "../../support/runtimes.ts";
import { suite } from "../../support/suite.ts";

const EVIL = { Origin: "https://evil.example" };
/** A page on the same machine, of a development server on another port. */
const NEIGHBOUR = { Origin: "http://localhost:5173" };

const SERVER = new URL("../../fixtures/refusing_server.ts", import.meta.url);

for (const runtime of wireRuntimes) {
  const { name } = runtime;

  Deno.test(`${name}: clients that are refused and leave at once do not end the process`, async () => {
    await using server = await runtime.start({}, SERVER);
    const refused = async (fields: Record<string, string>) => {
      using client = await RawClient.connect(server.port);
      client.write(handshake("/?token=secret", fields));
      return (await client.head()).status;
    };
    // Of another host, and of a page that may not connect.
    for (let i = 0; i < 20; i++) {
      assertEquals(await refused({ Host: "evil.example" }), 421);
      assertEquals(await refused({ Host: "app.example", Origin: "http://localhost:5173" }), 403);
    }
    await server.untilError(/refused a request with 421: .*"evil\.example"\n/);
    await server.untilError(
      /with 403: .*write origin: \["same-origin", "http:\/\/localhost:5173"\]/,
    );
    assertEquals(server.errors.split("\n").length, 3);
    // URLs may hold what belongs in no log.
    assertEquals(server.errors.includes("secret"), false);
    assertEquals(await refused({ Host: "app.example" }), 101);
  });

  const loud = suite(runtime, { CONSOLE: "1", APP: "held" });

  loud("the console gets one line that says what to write", async (server) => {
    for (let i = 0; i < 3; i++) {
      using client = await server.connect("/plain?id=a", NEIGHBOUR);
      assertEquals(client.status, 403);
    }
    await server.untilError(/\n/);
    assertEquals(
      server.errors,
      'edgesocket refused a WebSocket handshake with 403: expected an origin that may connect here, got "http://localhost:5173". To let its pages connect, write origin: ["same-origin", "http://localhost:5173"] into the options of the route\n',
    );
  }, { complains: true });

  const refusing = suite(runtime, { CONSOLE: "1" });
  refusing("with onRefuse, the console gets nothing of refusals", async (server) => {
    using client = await server.connect("/limited?id=a", EVIL);
    assertEquals(client.status, 403);
    await server.until({ on: "refused" });
    using large = await server.open("/limited?id=b");
    large.send("x".repeat(1_001));
    await server.untilError(/\n/);
    assert(server.errors.startsWith("edgesocket ended a connection for its limits"));
    assertEquals(server.errors.split("\n").length, 2);
  }, { complains: true });
}
