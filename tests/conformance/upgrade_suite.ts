import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { handshake, OPCODE, RawClient } from "../support/raw_client.ts";
import type { Runtime } from "../support/runtimes.ts";
import { TestServer } from "../support/server.ts";

const MODES = ["serve", "handler", "bare"] as const;

/** From the request to the 101: what must hold on every runtime, however the server is started. */
export function upgradeSuite(runtime: Runtime): void {
  for (const mode of MODES) {
    const test = (title: string, body: (server: TestServer) => Promise<void>) =>
      Deno.test(`${runtime.name}: ${mode}: ${title}`, async () => {
        await using server = await TestServer.start(runtime, { MODE: mode });
        await body(server);
      });

    test("echoes text and binary, and closes with the client's code and reason", async (server) => {
      const socket = new WebSocket(server.url("/ws?id=a"));
      socket.binaryType = "arraybuffer";
      const messages = collect(socket);
      await messages.open;
      socket.send("grüße");
      socket.send(new Uint8Array([0, 1, 255]));
      assertEquals(await messages.next(), "grüße");
      assertEquals(
        new Uint8Array(await messages.next() as ArrayBuffer),
        new Uint8Array([0, 1, 255]),
      );
      socket.close(4321, "app");
      const { code, reason, wasClean } = await messages.closed;
      assertEquals({ code, reason, wasClean }, { code: 4321, reason: "app", wasClean: true });
      assertEquals((await server.until({ on: "message", buffer: true })).data, { bytes: 3 });
      const { code: seen, cause } = await server.until({ on: "close" });
      assertEquals([seen, cause], [4321, "peer"]);
      await server.settled();
    });

    test("hands the same connection to every callback", async (server) => {
      using client = await RawClient.open(server.port, "/ws?id=a");
      client.send(OPCODE.text, "x");
      await client.frame();
      client.send(OPCODE.text, "!throw");
      assertEquals(await client.closeFrame(), { code: 1011, reason: "" });
      client.close(1011);
      await server.until({ on: "closed" });
      const seen = ["open", "message", "error", "close"].map((on) => server.all({ on })[0]?.same);
      assertEquals(seen, [true, true, true, true]);
    });

    test("keeps the request readable after the upgrade", async (server) => {
      using client = await RawClient.open(server.port, "/ws?id=a", { "X-Sent": "by client" });
      client.send(OPCODE.text, "!headers x-sent");
      assertEquals(await client.text(), "by client");
      client.send(OPCODE.text, "!request");
      assertEquals(JSON.parse(await client.text() ?? ""), {
        url: "http://127.0.0.1/ws?id=a",
        remoteAddress: "127.0.0.1",
        path: "/ws",
      });
    });

    for (const upgrade of ["websocket", "WebSocket", "WEBSOCKET", "h2c, WebSocket"]) {
      test(`accepts Upgrade: ${upgrade}`, async (server) => {
        using client = await RawClient.open(server.port, "/echo", { Upgrade: upgrade });
        client.send(OPCODE.text, "x");
        assertEquals(await client.text(), "x");
      });
    }

    test("puts headers and cookies that middleware set before next() on the 101", async (server) => {
      using client = await RawClient.connect(server.port);
      client.write(handshake("/cookies"));
      const head = await client.head();
      assertEquals(head.status, 101);
      assertEquals(head.all("x-before"), ["1"]);
      assertEquals(head.all("x-route"), ["0"]);
      const cookies = head.all("set-cookie");
      assert(cookies.includes("before=1; Path=/"), cookies.join());
      assert(cookies.includes("route=0"), cookies.join());
    });

    // Gap "headers that middleware sets after `next()`".
    const late = mode !== "bare" || runtime.name === "deno";
    test(
      late
        ? "puts headers and cookies that middleware set after next() on the 101"
        : "gap: loses headers and cookies that middleware sets after next()",
      async (server) => {
        using client = await RawClient.connect(server.port);
        client.write(handshake("/cookies"));
        const head = await client.head();
        assertEquals(head.all("x-after"), late ? ["2"] : []);
        assertEquals(head.all("set-cookie").includes("after=2; Path=/"), late);
        client.send(OPCODE.text, "x");
        assertEquals(await client.text(), "x");
      },
    );

    test("puts CORS headers on the 101, each once", async (server) => {
      using client = await RawClient.connect(server.port);
      client.write(handshake("/cors", { Origin: "https://client.com" }));
      const head = await client.head();
      assertEquals(head.status, 101);
      assertEquals(head.all("access-control-allow-origin"), ["https://client.com"]);
      assertEquals(head.all("access-control-allow-credentials"), ["true"]);
      assertEquals(head.all("sec-websocket-accept"), ["s3pPLMBiTxaQ9kYGzzhZRbK+xOo="]);
    });

    if (mode !== "bare") {
      test("answers 500 when a middleware throws after next(), and serves on", async (server) => {
        for (let i = 0; i < 3; i++) {
          using client = await RawClient.connect(server.port);
          client.write(handshake("/late-throw"));
          assertEquals((await client.head()).status, 500);
        }
        using client = await RawClient.open(server.port, "/echo");
        client.send(OPCODE.text, "x");
        assertEquals(await client.text(), "x");
        assertEquals(server.all({ on: "open" }), []);
      });
    } else if (runtime.name === "bun") {
      // Gap "a middleware that throws after `next()`".
      test("ignores a middleware that throws after next()", async (server) => {
        using client = await RawClient.open(server.port, "/late-throw");
        client.send(OPCODE.text, "x");
        assertEquals(await client.text(), "x");
        using other = await RawClient.open(server.port, "/echo");
        other.send(OPCODE.text, "y");
        assertEquals(await other.text(), "y");
      });
    } else {
      test("gap: a middleware that throws after next() ends the listener", async (server) => {
        using client = await RawClient.connect(server.port);
        client.write(handshake("/late-throw"));
        await assertListenerEnds(server.port);
      });
    }

    // Gap "code of your own that throws after `upgradeWebSocket`, outside Hono".
    test(
      mode === "bare"
        ? `gap: code outside Hono that throws after the upgrade ${
          runtime.name === "bun" ? "is ignored" : "ends the listener"
        }`
        : "answers 500 when code outside Hono throws after the upgrade, and serves on",
      async (server) => {
        using client = await RawClient.connect(server.port);
        client.write(handshake("/throw-after"));
        if (mode !== "bare") {
          assertEquals((await client.head()).status, 500);
          await server.until({ on: "reported", message: "thrown after the upgrade" });
          using next = await RawClient.open(server.port, "/echo");
          next.send(OPCODE.text, "x");
          assertEquals(await next.text(), "x");
        } else if (runtime.name === "bun") {
          assertEquals((await client.head()).status, 101);
          client.send(OPCODE.text, "x");
          assertEquals(await client.text(), "x");
        } else {
          await assertListenerEnds(server.port);
        }
      },
    );

    test("lets a request that is no upgrade fall through", async (server) => {
      const response = await fetch(server.url("/echo", "http"));
      assertEquals([response.status, await response.text()], [200, "no upgrade"]);
      const inHandler = await fetch(server.url("/in-handler", "http"));
      await inHandler.body?.cancel();
      assertEquals([inHandler.status, inHandler.headers.get("upgrade")], [426, "websocket"]);
    });

    test("creates events only for accepted handshakes", async (server) => {
      await (await fetch(server.url("/created", "http"))).body?.cancel();
      using refused = await RawClient.connect(server.port);
      refused.write(handshake("/created", { Origin: "https://evil.example" }));
      assertEquals((await refused.head()).status, 403);
      assertEquals(server.all({ on: "created" }), []);
      using _ = await RawClient.open(server.port, "/created");
      await server.until({ on: "created" });
    });

    test("leaves an error in createEvents to the app's onError", async (server) => {
      using client = await RawClient.connect(server.port);
      client.write(handshake("/throw-create"));
      assertEquals((await client.head()).status, 500);
      await (await fetch(server.url("/state", "http"))).body?.cancel();
      assertEquals(server.all({ on: "reported" }), []);
    });

    for (const path of ["/in-handler", "/async", "/plain"]) {
      test(`upgrades in ${path.slice(1)} form`, async (server) => {
        using client = await RawClient.open(server.port, path);
        client.send(OPCODE.text, "x");
        assertEquals(await client.text(), "x");
      });
    }

    test("delivers what came in one packet with the handshake, after onOpen", async (server) => {
      using client = await RawClient.connect(server.port);
      const early = new TextEncoder().encode(handshake("/ws?id=early"));
      const message = [0x81, 0x81, 0, 0, 0, 0, 0x78];
      client.write(new Uint8Array([...early, ...message]));
      assertEquals((await client.head()).status, 101);
      assertEquals(await client.text(), "x");
      await server.until({ on: "message" });
      const order = server.reports.filter((report) => report.id === "early").map(({ on }) => on);
      assertEquals(order, ["open", "message"]);
    });

    test("negotiates a subprotocol in the server's order", async (server) => {
      using client = await RawClient.connect(server.port);
      client.write(handshake("/protocols", { "Sec-WebSocket-Protocol": "chat.v1,chat.v2" }));
      assertEquals((await client.head()).all("sec-websocket-protocol"), ["chat.v2"]);
      assertEquals((await server.until({ on: "open" })).protocol, "chat.v2");
    });

    test("sends no subprotocol when none was chosen", async (server) => {
      using client = await RawClient.connect(server.port);
      client.write(handshake("/echo", { "Sec-WebSocket-Protocol": "a, b" }));
      const head = await client.head();
      assertEquals([head.status, head.all("sec-websocket-protocol")], [101, []]);
    });

    test("sends own bytes of views, and empty messages", async (server) => {
      using client = await RawClient.open(server.port, "/ws?id=a");
      client.send(OPCODE.text, "!bytes");
      const frames = [];
      for (let i = 0; i < 5; i++) frames.push(await client.frame());
      assertEquals(frames.map((frame) => [frame?.opcode, [...frame!.payload]]), [
        [OPCODE.binary, [3, 4]],
        [OPCODE.binary, [1, 2, 3, 4, 5, 6]],
        [OPCODE.binary, [2]],
        [OPCODE.text, []],
        [OPCODE.binary, []],
      ]);
      client.close(1000);
      await client.closeFrame();
      assertEquals((await server.until({ on: "close" })).cause, "peer");
    });

    test("throws TypeError that names what cannot be sent", async (server) => {
      using client = await RawClient.open(server.port, "/ws?id=a");
      client.send(OPCODE.text, "!badsend");
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
        assertStringIncludes(await client.text() ?? "", `got ${name}`);
      }
    });
  }
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

/** The messages of a WebSocket as they come. */
function collect(socket: WebSocket) {
  const queue: unknown[] = [];
  let wake = () => {};
  socket.onmessage = (event) => {
    queue.push(event.data);
    wake();
  };
  return {
    open: new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = () => reject(new Error("expected an open WebSocket, got an error"));
    }),
    closed: new Promise<CloseEvent>((resolve) => socket.onclose = resolve),
    async next(): Promise<unknown> {
      while (queue.length === 0) await new Promise<void>((resolve) => wake = resolve);
      return queue.shift();
    },
  };
}
