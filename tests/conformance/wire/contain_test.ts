/** Who is told of a handler that throws where nobody wraps the server. */
import { assertEquals } from "@std/assert";
import { OPCODE, RawClient } from "../../support/raw_client.ts";
import { type WireRuntime, wireRuntimes } from "../../support/runtimes.ts";
import { addCase, suite } from "../../support/suite.ts";

function containSuite(runtime: WireRuntime): void {
  const onConsole = suite(runtime, { APP: "lifecycle", CONSOLE: "1" });

  for (const kind of ["object", "proxy"]) {
    onConsole(
      `writes of a thrown ${kind} that throws when it is looked at, and serves on`,
      async (server) => {
        using other = await RawClient.open(server.port, "/assign?id=other");
        using client = await RawClient.open(server.port, "/throws-odd?id=a");
        client.send(OPCODE.text, kind);
        assertEquals((await client.closeFrame())?.code, 1011);
        client.close(1011);
        assertEquals((await server.until({ on: "close", id: "a" })).cause, "handler-error");
        await server.untilError(/\S/);
        other.send(OPCODE.text, "still here");
        assertEquals(await other.text(), "still here");
      },
      { complains: true },
    );
  }

  if (!runtime.modes.includes("bare")) return;
  const told = runtime.gap("`shutdown()`, `maxConnections`, your own `onError` and `onRefuse`")!;

  addCase(runtime, `gap: bare: a handler that throws is told to ${told}`, async () => {
    await using server = await runtime.start({ MODE: "bare", MAX_CONNECTIONS: "1" });
    using first = await RawClient.open(server.port, "/ws?id=a");
    using client = await RawClient.open(server.port, "/ws?id=b");
    await server.settled(2);
    first.send(OPCODE.text, "x");
    assertEquals(await first.text(), "x");
    client.send(OPCODE.text, "!throw");
    assertEquals((await client.closeFrame())?.code, 1011);
    client.close(1011);
    await server.until({ on: "close", id: "b" });
    await server.untilError(/thrown in onMessage/);
    assertEquals(server.all({ on: "reported" }), []);
  });
}

for (const runtime of wireRuntimes) containSuite(runtime);
