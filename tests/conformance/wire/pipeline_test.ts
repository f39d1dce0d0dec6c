/** What the pipeline cannot do to the 101, and what it does where nobody wraps the server. */
import { assertEquals, assertRejects } from "@std/assert";
import { handshake, OPCODE, RawClient } from "../../support/raw_client.ts";
import { type WireRuntime, wireRuntimes } from "../../support/runtimes.ts";
import { addCase, closedByClient, ends, route, suite } from "../../support/suite.ts";

const APP = { APP: "handshake" };

function pipelineSuite(runtime: WireRuntime): void {
  for (const mode of runtime.modes) {
    const env = { ...APP, MODE: mode };

    suite(runtime, env)(
      `${mode}: headers of the handshake cannot be overridden by the pipeline`,
      async (server) => {
        using client = await server.open("/hono/forged", { "Sec-WebSocket-Protocol": "chat.v1" });
        const forged = mode === "bare"
          ? runtime.gap("headers of the handshake that middleware sets after `next()`")
          : undefined;
        // They go into Deno's own response there.
        if (forged) return assertEquals(client.all("sec-websocket-accept"), [forged]);
        const lower = (name: string) => client.all(name).map((value) => value.toLowerCase());
        assertEquals([lower("connection"), lower("upgrade")], [["upgrade"], ["websocket"]]);
        assertEquals(client.all("sec-websocket-accept"), ["s3pPLMBiTxaQ9kYGzzhZRbK+xOo="]);
        assertEquals(client.all("sec-websocket-protocol"), ["chat.v1"]);
        const none = ["sec-websocket-extensions", "content-length", "transfer-encoding"];
        assertEquals(none.flatMap((name) => client.all(name)), []);
      },
    );

    suite(runtime, { MODE: mode })(
      `${mode}: the 101 with CORS headers has the Sec-WebSocket-Accept of its key`,
      async (server) => {
        using client = await server.open("/cors", { Origin: "https://app.example" });
        assertEquals(client.all("sec-websocket-accept"), ["s3pPLMBiTxaQ9kYGzzhZRbK+xOo="]);
      },
    );

    // docs/compatibility.md, "Without `serve` or `handler`".
    if (mode === "bare") continue;

    suite(runtime, { ...env, REFUSALS: "report" })(
      `${mode}: control characters in a header of the pipeline are 500, reported once`,
      async (server) => {
        using client = await server.connect("/hono/control");
        assertEquals(client.status, 500);
        await server.until({ on: "error" });
        using next = await server.open("/");
        next.send("x");
        assertEquals(await next.message(), "|x");
        assertEquals(server.all({ on: "error" }).length, 1);
      },
    );
  }

  const panicOnPage = runtime.gap("a control character in a header of any response but a 101");
  for (const mode of runtime.modes.filter((mode) => mode !== "handler" && mode !== "attach")) {
    const title = panicOnPage ? "ends the process" : "is sent";
    addCase(
      runtime,
      `gap: ${mode}: a control character in a header of a page ${title}`,
      async () => {
        await using server = await runtime.start({ ...APP, MODE: mode });
        using client = await RawClient.connect(server.port);
        client.write("GET /hono/control HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        if (panicOnPage === undefined) {
          return assertEquals((await client.head()).all("x-control"), ["a\x01b"]);
        }
        if (typeof panicOnPage === "number") {
          return assertEquals((await client.head()).status, panicOnPage);
        }
        assertEquals((await server.status).success, false);
        await server.untilError(panicOnPage);
      },
    );
  }

  if (runtime.modes.includes("bare")) bareSuite(runtime);
}

function bareSuite(runtime: WireRuntime): void {
  for (
    const [path, what] of [
      ["/late-throw", runtime.gap("a middleware that throws after `next()`")],
      [
        "/throw-after",
        runtime.gap("code of your own that throws after `upgradeWebSocket`, outside Hono"),
      ],
    ] as const
  ) {
    const thrower = path === "/late-throw" ? "a middleware" : "code outside Hono";
    addCase(runtime, `bare: gap: ${thrower} that throws after the upgrade: ${what}`, async () => {
      await using server = await runtime.start({ MODE: "bare" });
      using client = await RawClient.connect(server.port);
      client.write(handshake(path));
      if (what === "listener ends") return await assertListenerEnds(server.port);
      assertEquals((await client.head()).status, 101);
      client.send(OPCODE.text, "x");
      assertEquals(await client.text(), "x");
      using other = await RawClient.open(server.port, "/echo");
      other.send(OPCODE.text, "y");
      assertEquals(await other.text(), "y");
    });
  }

  const onUpgrade = runtime.gap("a control character in a header of the 101");
  const title = typeof onUpgrade === "number" ? `is ${onUpgrade}` : "ends the process";
  addCase(runtime, `gap: bare: a control character in a header of the 101 ${title}`, async () => {
    await using server = await runtime.start({ ...APP, MODE: "bare" });
    using client = await RawClient.connect(server.port);
    client.write(handshake("/hono/control"));
    if (!(onUpgrade instanceof RegExp)) {
      return assertEquals((await client.head()).status, onUpgrade);
    }
    assertEquals((await server.status).success, false);
    await server.untilError(onUpgrade);
  });
}

/** Passes as soon as the server takes no more connections. */
async function assertListenerEnds(port: number): Promise<void> {
  await assertRejects(async () => {
    for (let i = 0; i < 500; i++) {
      using client = await RawClient.connect(port);
      client.fin();
      await client.end();
    }
  }, Error);
}

for (const runtime of wireRuntimes) pipelineSuite(runtime);

// The handler for Node is a pair of listeners, and no options of `serve`.
for (const runtime of wireRuntimes.filter(({ modes }) => modes.includes("bare"))) {
  const test = suite(runtime, { MODE: "both" });

  test("both: a handler that is handed to serve upgrades once", async (server) => {
    using client = await RawClient.open(server.port, route());
    await server.settled(1);
    client.send(OPCODE.text, "x");
    assertEquals(await client.text(), "x");
    assertEquals(server.all({ on: "open" }).length, 1);
    client.close(4321, "bye");
    assertEquals(await client.closeFrame(), { code: 4321, reason: "bye" });
    await ends(server, closedByClient(4321, "bye"));
  });
}
