/** Round trips: a ping that the app sends, and its pong. */
import { assertEquals, assertMatch } from "@std/assert";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import { suite } from "../support/suite.ts";

function pingSuite(runtime: Runtime): void {
  const test = suite(runtime, { APP: "lifecycle" });
  const rejects = runtime.gap("`connection.ping()`") !== undefined;

  test(`pings of two clients ${rejects ? "are errors that say why" : "are answered"}`, async (server) => {
    using one = await server.open("/ws?id=one");
    using other = await server.open("/ws?id=other");
    for (const client of [one, other]) client.send("!ping 3");
    if (rejects) {
      const { error } = await server.until({ on: "pinged" }, 6);
      assertMatch(`${error}`, /^Cannot ping: expected an open connection, on a runtime that can/);
    } else {
      await server.until({ on: "pinged", took: true }, 6);
    }
    // The connection is as it was.
    one.send("still");
    assertEquals(await one.message(), "still");
  });

  if (rejects) return;
  test("a ping whose client leaves before its pong is an error", async (server) => {
    using client = await server.open("/ws?id=a");
    // What measures it is loaded by the first one.
    client.send("!ping 1");
    await server.until({ on: "pinged", took: true });
    client.mute();
    client.send("!ping 1");
    client.send("x");
    await server.until({ on: "message", data: "x" });
    client.vanish();
    const { error } = await server.until({ on: "pinged" }, 2);
    assertEquals(error, "Cannot ping: expected a pong, got the end (1006, network)");
  });
}

for (const runtime of runtimes) pingSuite(runtime);
