/** Our part of somebody else's server: what is not ours stays with the others. */
import { assertEquals } from "@std/assert";
import { root } from "../../support/command.ts";
import type { ProcessServer } from "../../support/process_server.ts";
import { handshake, OPCODE, RawClient } from "../../support/raw_client.ts";
import { type WireRuntime, wireRuntimes } from "../../support/runtimes.ts";
import type { Env } from "../../support/server.ts";

const SERVER = new URL("tests/fixtures/attached_server.ts", root);

async function echoes(server: ProcessServer, path = "/ws"): Promise<RawClient> {
  const client = await RawClient.open(server.port, path);
  client.send(OPCODE.text, "ours");
  assertEquals(await client.text(), "ours");
  return client;
}

/** The status and the body of the answer to a handshake, at the end of the connection. */
async function refusal(server: ProcessServer, path: string, fields = {}) {
  using client = await RawClient.connect(server.port);
  client.write(handshake(path, fields));
  const head = await client.head();
  return { head, body: (await client.end()).toString() };
}

function attachSuite(runtime: WireRuntime): void {
  const test = (
    title: string,
    env: Env,
    body: (server: ProcessServer) => Promise<void>,
  ): void =>
    Deno.test(`${runtime.name}: attach: ${title}`, async () => {
      await using server = await runtime.start(env, SERVER);
      await body(server);
      assertEquals(server.errors, "");
    });

  test("upgrades beside the pages of the server", {}, async (server) => {
    using _ = await echoes(server);
    using _later = await echoes(server, "/wait");
    assertEquals(await (await server.request("/ws")).text(), "page /ws");
  });

  test("a listener that is alone answers with whatever fetch says", {}, async (server) => {
    for (const [path, status, text] of [["/teapot", 418, "short"], ["/none", 404, "none"]]) {
      const { head, body } = await refusal(server, path as string);
      assertEquals([head.status, body.includes(text as string)], [status, true]);
      assertEquals(head.all("connection"), ["close"]);
    }
  });

  test("other protocols are offered in vain: the server sends its page", {}, async (server) => {
    const { head, body } = await refusal(server, "/page", { Upgrade: "h2c" });
    assertEquals([head.status, body.includes("page /page")], [200, true]);
    assertEquals(server.all({ on: "asked" }), []);
    const post = await refusal(server, "/page", { Upgrade: "h2c", "Content-Length": "5" });
    assertEquals(post.head.status, 400);
  });

  test("what fetch answers with 404 is left to others", { OTHERS: "late" }, async (server) => {
    using theirs = await RawClient.open(server.port, "/other");
    assertEquals(await theirs.text(), "theirs");
    assertEquals(server.all({ on: "asked" }).map(({ pathname }) => pathname), ["/other"]);
    using _ = await echoes(server);
    assertEquals((await refusal(server, "/teapot")).head.status, 418);
    // Nobody wants this one; that its client resets reaches nobody either.
    using lost = await RawClient.connect(server.port);
    lost.write(handshake("/none"));
    await server.until({ on: "asked", pathname: "/none" });
    lost.reset();
    using _again = await echoes(server);
  });

  test("everything below path is ours", { OTHERS: "late", ATTACH: "/ws" }, async (server) => {
    using theirs = await RawClient.open(server.port, "/other");
    assertEquals(await theirs.text(), "theirs");
    assertEquals(server.all({ on: "asked" }), []);
    using _ = await echoes(server);
    using _query = await echoes(server, "/ws?room=1");
    assertEquals((await refusal(server, "/ws/none")).head.status, 404);
  });

  for (const path of ["/ws", undefined]) {
    const env = { OTHERS: "first", MINUTE: "50", ...path === undefined ? {} : { ATTACH: path } };
    test(
      `what others had first is theirs for longer than a minute, path ${path}`,
      env,
      async (server) => {
        using theirs = await RawClient.open(server.port, "/other");
        assertEquals(await theirs.text(), "theirs");
        // Nobody takes this one, whose minute begins later.
        using lost = await RawClient.connect(server.port);
        lost.write(handshake("/none"));
        assertEquals((await lost.end()).length, 0);
        theirs.send(OPCODE.ping, "still here?");
        assertEquals((await theirs.frame())?.opcode, OPCODE.pong);
      },
    );
  }

  test(
    "shutdown() ends what is ours, and takes our listener off",
    { OTHERS: "late" },
    async (server) => {
      using theirs = await RawClient.open(server.port, "/other");
      assertEquals(await theirs.text(), "theirs");
      using ours = await echoes(server);
      server.signal("SIGTERM");
      assertEquals((await ours.closeFrame())?.code, 1001);
      ours.close(1001);
      assertEquals((await server.until({ on: "shutdown" })).left, 1);
      theirs.send(OPCODE.ping, "still here?");
      assertEquals((await theirs.frame())?.opcode, OPCODE.pong);
      assertEquals(await (await server.request("/page")).text(), "page /page");
    },
  );

  test("somebody else who takes our upgrades is reported", { OTHERS: "greedy" }, async (server) => {
    using client = await RawClient.open(server.port, "/ws");
    assertEquals(await client.text(), "theirs");
    const { message } = await server.until({ on: "reported" });
    assertEquals(`${message}`.startsWith("Cannot upgrade: expected a request that nobody"), true);
    assertEquals(server.all({ on: "open" }), []);
  });
}

for (const runtime of wireRuntimes) {
  if (runtime.modes.includes("attach")) attachSuite(runtime);
}
