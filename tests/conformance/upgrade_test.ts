/** From the request to the 101, however the server is started. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Client } from "../support/client.ts";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import {
  type CaseOptions,
  closedByClient,
  ends,
  HANDLER_ERROR,
  route,
  suite,
} from "../support/suite.ts";
import type { TestServer } from "../support/server.ts";

async function echoes(client: Client): Promise<void> {
  client.send("x");
  assertEquals(await client.message(), "x");
}

function upgradeSuite(runtime: Runtime): void {
  for (const mode of runtime.modes) {
    const cases = suite(runtime, { MODE: mode });
    const test = (
      title: string,
      body: (server: TestServer) => Promise<void>,
      options: CaseOptions = {},
    ) => cases(`${mode}: ${title}`, body, options);

    test("echoes text and binary, and closes with the client's code and reason", async (server) => {
      using client = await server.open(route());
      client.send("grüße");
      client.send(new Uint8Array([0, 1, 255]));
      assertEquals(await client.message(), "grüße");
      assertEquals(
        new Uint8Array(await client.message() as ArrayBuffer),
        new Uint8Array([0, 1, 255]),
      );
      assertEquals((await server.until({ on: "message", buffer: true })).data, { bytes: 3 });
      client.close(4321, "app");
      assertEquals(await client.closed, { code: 4321, reason: "app" });
      await ends(server, closedByClient(4321, "app"));
    });

    test("counts the connections that are open", async (server) => {
      using first = await server.open(route({}, "a"));
      await server.settled(1);
      using second = await server.open(route({}, "b"));
      await server.settled(2);
      first.close(1000);
      await server.settled(1);
      second.vanish();
    });

    test("hands the same connection to every callback", async (server) => {
      using client = await server.open(route());
      await echoes(client);
      client.send("!throw");
      assertEquals(await client.closed, { code: 1011, reason: "" });
      await ends(server, HANDLER_ERROR);
      const seen = ["open", "message", "error", "close"].map((on) => server.all({ on })[0]?.same);
      assertEquals(seen, [true, true, true, true]);
      // A bare server has nobody to report to but the console.
    }, { complains: mode === "bare" });

    test("keeps the request readable after the upgrade", async (server) => {
      using client = await server.open("/ws?id=a", { "X-Sent": "by client" });
      client.send("!headers x-sent");
      assertEquals(await client.message(), "by client");
      client.send("!request");
      assertEquals(JSON.parse(await client.message() as string), {
        url: "http://127.0.0.1/ws?id=a",
        remoteAddress: "127.0.0.1",
        path: "/ws",
        binaryType: "arraybuffer",
      });
    });

    const listed = runtime.gap("`Upgrade` that names something else beside `websocket`");
    for (const upgrade of ["websocket", "WebSocket", "WEBSOCKET", "h2c, WebSocket"]) {
      if (listed !== undefined && upgrade.includes(",")) {
        test(`gap: takes Upgrade: ${upgrade} for none`, async (server) => {
          using client = await server.connect("/echo", { Upgrade: upgrade });
          assertEquals(client.status, listed);
        });
        continue;
      }
      test(`accepts Upgrade: ${upgrade}`, async (server) => {
        using client = await server.open("/echo", { Upgrade: upgrade });
        await echoes(client);
      });
    }

    test("lets a request that is no upgrade fall through", async (server) => {
      const response = await server.request("/echo");
      assertEquals([response.status, await response.text()], [200, "no upgrade"]);
      const inHandler = await server.request("/in-handler");
      await inHandler.body?.cancel();
      const taken = runtime.gap("the header `Upgrade` of a 426") === "taken off";
      const upgrade = inHandler.headers.get("upgrade");
      assertEquals([inHandler.status, upgrade], [426, taken ? null : "websocket"]);
    });

    test("creates events only for accepted handshakes", async (server) => {
      await (await server.request("/created")).body?.cancel();
      using refused = await server.connect("/created", { Origin: "https://evil.example" });
      assertEquals(refused.status, 403);
      assertEquals(server.all({ on: "created" }), []);
      using _ = await server.open("/created");
      await server.until({ on: "created" });
    }, { complains: mode === "bare" });

    test("leaves an error in createEvents to the app's onError", async (server) => {
      using client = await server.connect("/throw-create");
      assertEquals([client.status, client.body], [500, "handled by onError"]);
      await server.until({ on: "app-error", message: "thrown in createEvents" });
      await server.settled();
      assertEquals(server.all({ on: "reported" }), []);
    });

    for (const path of ["/in-handler", "/async", "/plain"]) {
      test(`upgrades in ${path.slice(1)} form`, async (server) => {
        using client = await server.open(path);
        await echoes(client);
      });
    }

    test("negotiates a subprotocol in the server's order", async (server) => {
      using client = await server.open("/protocols", {
        "Sec-WebSocket-Protocol": "chat.v1,chat.v2",
      });
      assertEquals(client.protocol, "chat.v2");
      assertEquals((await server.until({ on: "open" })).protocol, "chat.v2");
    });

    test("sends no subprotocol when none was chosen", async (server) => {
      using client = await server.open("/echo", { "Sec-WebSocket-Protocol": "a, b" });
      assertEquals([client.protocol, client.all("sec-websocket-protocol")], ["", []]);
    }, { complains: mode === "bare" });

    test("sends own bytes of views, and empty messages", async (server) => {
      using client = await server.open(route());
      client.send("!bytes");
      const messages = [];
      for (let i = 0; i < 5; i++) messages.push(await client.message());
      const shown = messages.map((message) =>
        typeof message === "string" ? message : [...new Uint8Array(message!)]
      );
      assertEquals(shown, [[3, 4], [1, 2, 3, 4, 5, 6], [2], "", []]);
      client.close(1000);
      await ends(server, closedByClient(1000));
    });

    test("throws TypeError that names what cannot be sent", async (server) => {
      using client = await server.open(route());
      client.send("!badsend");
      for (
        const name of [
          "null",
          "number",
          "Object",
          "Array",
          "Blob",
          "Uint8Array of a SharedArrayBuffer",
        ]
      ) {
        const message = await client.message() as string;
        assertStringIncludes(message, "TypeError");
        assertStringIncludes(message, `got ${name}`);
      }
    });
  }
}

for (const runtime of runtimes) upgradeSuite(runtime);
