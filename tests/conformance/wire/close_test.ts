/** How connections end, seen as frames and packets. */
import { assert, assertEquals } from "@std/assert";
import { root } from "../../support/command.ts";
import { frame, OPCODE, RawClient } from "../../support/raw_client.ts";
import { type WireRuntime, wireRuntimes } from "../../support/runtimes.ts";
import { addCase, BROKEN, closedByClient, ends, route, suite } from "../../support/suite.ts";
import { PATIENCE } from "../../support/within.ts";

const GAPS = new URL("tests/fixtures/gaps_server.ts", root);

function closeSuite(runtime: WireRuntime): void {
  const test = suite(runtime);

  test("echoes the close frame of the client", async (server) => {
    using client = await RawClient.open(server.port, route());
    client.close(4321, "grüße");
    assertEquals(await client.closeFrame(), { code: 4321, reason: "grüße" });
    await ends(server, closedByClient(4321, "grüße"));
  });

  test("reports 1006 for a FIN", async (server) => {
    using client = await RawClient.open(server.port, route());
    client.fin();
    await ends(server, BROKEN);
  });

  test("reports 1006 for a RST", async (server) => {
    using client = await RawClient.open(server.port, route());
    client.reset();
    await ends(server, BROKEN);
  });

  test("reports 1006 for an end inside a frame", async (server) => {
    using client = await RawClient.open(server.port, route());
    client.write(frame(OPCODE.text, "hello").subarray(0, 8));
    client.fin();
    await ends(server, BROKEN);
  });

  test("has its own code although the client answers with another reason", async (server) => {
    using client = await RawClient.open(server.port, route());
    client.send(OPCODE.text, "!close 4000 bye");
    assertEquals(await client.closeFrame(), { code: 4000, reason: "bye" });
    client.close(4000, "ignored");
    await ends(server, { code: 4000, reason: "bye", wasClean: true, cause: "local" });
  });

  test("sends its close frame to a client that never answers", async (server) => {
    using client = await RawClient.open(server.port, route({ closeTimeout: 0.5 }));
    client.send(OPCODE.text, "!close 4000 bye");
    assertEquals(await client.closeFrame(), { code: 4000, reason: "bye" });
    const wasClean = runtime.gap("a client that never answers our close frame") === "clean";
    await ends(server, { code: 4000, reason: "bye", wasClean, cause: "local" });
  });

  const told = runtime.gap("a client that stops reading, after its end");
  addCase(
    runtime,
    `gap: a client that stopped reading is ${told ? "not cut" : "cut"}`,
    async () => {
      await using server = await runtime.start();
      const options = { idleTimeout: 1, maxBackpressure: 100_000_000 };
      using client = await RawClient.open(server.port, route(options));
      client.socket.pause();
      client.send(OPCODE.text, "!flood 300 65536");
      await server.until({ on: "close", cause: "idle-timeout" });
      client.socket.resume();
      // Whoever reads on gets all that was written, and then the close frame.
      assertEquals(await client.closeFrame(), told);
    },
  );

  const kept = runtime.gap("a broken connection's runtime object") !== undefined;
  const title = kept ? "stays until idleTimeout" : "goes";
  addCase(runtime, `gap: a broken connection's object ${title}`, async () => {
    await using server = await runtime.start({}, GAPS);
    const held = async (): Promise<boolean> => (await (await server.request("/held")).json()).held;
    using client = await RawClient.open(server.port, "/ws");
    client.reset();
    await server.until({ on: "close", cause: "network" });
    const end = Date.now() + PATIENCE;
    if (kept) assert(await held());
    while (await held()) assert(Date.now() < end, `still in memory after ${PATIENCE} ms`);
  });
}

for (const runtime of wireRuntimes) closeSuite(runtime);
