/** What the console is told by default, by clients that do not wait for it. */
import { assertEquals } from "@std/assert";
import { handshake, RawClient } from "../../support/raw_client.ts";
import { wireRuntimes } from "../../support/runtimes.ts";

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
    await server.untilError(/refused a WebSocket handshake with 421: .*"evil\.example"\n/);
    await server.untilError(
      /with 403: .*write origin: \["same-origin", "http:\/\/localhost:5173"\]/,
    );
    assertEquals(server.errors.split("\n").length, 3);
    // URLs may hold what belongs in no log.
    assertEquals(server.errors.includes("secret"), false);
    assertEquals(await refused({ Host: "app.example" }), 101);
  });
}
