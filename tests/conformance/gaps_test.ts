/**
 * Differences between the runtimes that no other suite shows. Each test begins with the row of
 * README's compatibility tables that it pins; tests/compatibility_test.ts holds the two together.
 */
import { assert, assertEquals } from "@std/assert";
import { selfSigned } from "../support/certificate.ts";
import { root } from "../support/command.ts";
import { frame, handshake, OPCODE, RawClient } from "../support/raw_client.ts";
import { bun, deno, type Runtime, runtimes } from "../support/runtimes.ts";
import { TestServer } from "../support/server.ts";

const HANDSHAKES = new URL("tests/fixtures/handshake_server.ts", root);
const GAPS = new URL("tests/fixtures/gaps_server.ts", root);

const routed = (options: object) =>
  `/ws?id=a&options=${encodeURIComponent(JSON.stringify(options))}`;

for (const runtime of runtimes) {
  const onBun = runtime.name === "bun";
  const test = (title: string, body: () => Promise<void>) =>
    Deno.test(`${runtime.name}: gap: ${title}`, body);

  // Gap "messages above `maxPayloadLength`".
  test("fragments above maxPayloadLength are refused before or after the last one", async () => {
    await using server = await TestServer.start(runtime, { MAX_PAYLOAD: "1000" });
    using client = await RawClient.open(server.port, routed({ maxPayloadLength: 1000 }));
    client.send(OPCODE.binary, new Uint8Array(600), { fin: false });
    for (let i = 0; i < 100; i++) {
      client.send(OPCODE.continuation, new Uint8Array(600), { fin: false });
    }
    if (!onBun) {
      client.send(OPCODE.ping, "still reading?");
      assertEquals((await client.frame())?.opcode, OPCODE.pong);
      client.send(OPCODE.continuation);
    }
    assertEquals((await client.closeFrame())?.code, 1009);
    client.close(1009);
    assertEquals((await server.until({ on: "close" })).cause, "payload-too-large");
  });

  // Gap "one large frame that comes slowly".
  test("a frame that takes longer than idleTimeout counts as silence", async () => {
    await using server = await TestServer.start(runtime);
    using client = await RawClient.open(server.port, routed({ idleTimeout: 1 }));
    const bytes = frame(OPCODE.binary, new Uint8Array(120));
    let sent = 0;
    const timer = setInterval(() => client.write(bytes.subarray(sent, ++sent)), 100);
    try {
      assertEquals((await server.until({ on: "close" })).cause, "idle-timeout");
      assert(sent > 5 && sent < bytes.length, `${sent}`);
    } finally {
      clearInterval(timer);
    }
  });

  // Gap "a client that pings but does not answer pings".
  test(`pings of the client ${onBun ? "count" : "do not count"} as a sign of life`, async () => {
    await using server = await TestServer.start(runtime);
    using client = await RawClient.open(server.port, routed({ idleTimeout: 1 }));
    let sent = 0;
    const timer = setInterval(() => client.send(OPCODE.ping, `${++sent}`), 200);
    try {
      if (!onBun) {
        assertEquals((await server.until({ on: "close" })).cause, "idle-timeout");
        return;
      }
      for (let pongs = 0; pongs < 15;) {
        const { opcode } = (await client.frame())!;
        if (opcode === OPCODE.pong) pongs++;
        else assertEquals(opcode, OPCODE.ping);
      }
    } finally {
      clearInterval(timer);
    }
  });

  // Gap "unmasked frames".
  test(`unmasked frames are ${onBun ? "refused" : "accepted"}`, async () => {
    await using server = await TestServer.start(runtime);
    using client = await RawClient.open(server.port, "/echo");
    client.send(OPCODE.text, "x", { mask: false });
    if (onBun) assertEquals((await client.closeFrame())?.code, 1002);
    else assertEquals(await client.text(), "x");
  });

  // Gap "close frames for protocol violations".
  test(`protocol violations get ${onBun ? "1002 or 1007" : "no close frame"}`, async () => {
    await using server = await TestServer.start(runtime);
    for (
      const [code, bytes] of [
        [1002, frame(OPCODE.text, "x", { rsv: 4 })],
        [1002, frame(3, "x")],
        [1007, frame(OPCODE.text, new Uint8Array([0xc3, 0x28]))],
      ] as const
    ) {
      using client = await RawClient.open(server.port, "/echo");
      client.write(bytes);
      assertEquals((await client.closeFrame())?.code, onBun ? code : undefined);
    }
    using client = await RawClient.open(server.port, "/echo");
    client.close(999);
    assertEquals((await client.closeFrame())?.code, 1002);
  });

  // Gap "a client that stops reading, after its end".
  test(`a client that stopped reading ${onBun ? "is cut" : "is not cut"}`, async () => {
    await using server = await TestServer.start(runtime);
    const options = { idleTimeout: 1, maxBackpressure: 100_000_000 };
    using client = await RawClient.open(server.port, routed(options));
    client.socket.pause();
    client.send(OPCODE.text, "!flood 300 65536");
    await server.until({ on: "close", cause: "idle-timeout" });
    client.socket.resume();
    // Whoever reads on gets all that was written, and then the close frame.
    assertEquals((await client.closeFrame())?.code, onBun ? undefined : 1001);
  });

  // Gap "a broken connection's runtime object".
  test(`a broken connection's object ${onBun ? "goes" : "stays until idleTimeout"}`, async () => {
    await using server = await TestServer.start(runtime, {}, GAPS);
    const held = async (): Promise<boolean> =>
      (await (await fetch(server.url("/held", "http"))).json()).held;
    using client = await RawClient.open(server.port, "/ws");
    client.reset();
    await server.until({ on: "close", cause: "network" });
    const end = Date.now() + 10_000;
    if (!onBun) assert(await held());
    while (await held()) assert(Date.now() < end, "still in memory after 10 s");
  });

  // Gap "a control character in a header of a response that is no 101".
  for (const mode of ["serve", "bare"]) {
    test(`${mode}: a control character in a header of a page ${onBun ? "is sent" : "ends Deno"}`, async () => {
      await using server = await TestServer.start(runtime, { MODE: mode }, HANDSHAKES);
      using client = await RawClient.connect(server.port);
      client.write("GET /hono/control HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
      if (onBun) return assertEquals((await client.head()).all("x-control"), ["a\x01b"]);
      assertEquals((await server.status).success, false);
      await server.untilError(/panicked/);
    });
  }

  // Gap "a control character in a header of the 101".
  test(`bare: a control character in a header of the 101 ${onBun ? "is 500" : "ends Deno"}`, async () => {
    await using server = await TestServer.start(runtime, { MODE: "bare" }, HANDSHAKES);
    using client = await RawClient.connect(server.port);
    client.write(handshake("/hono/control"));
    if (onBun) return assertEquals((await client.head()).status, 500);
    assertEquals((await server.status).success, false);
    await server.untilError(/panicked/);
  });

  // Gap "a `Host` that makes no URL".
  test("bare: a Host that makes no URL reaches user code, where new URL() throws", async () => {
    for (const [mode, status] of [["bare", 500], ["handler", 400]] as const) {
      await using server = await TestServer.start(runtime, { MODE: mode }, HANDSHAKES);
      using client = await RawClient.connect(server.port);
      client.write(handshake("/", { Host: "a b" }));
      assertEquals((await client.head()).status, status);
      if (status === 500) await server.untilError(/Invalid URL|cannot be parsed as a URL/);
      else assertEquals(server.errors, "");
    }
  });

  // Gap "`shutdown()`, `maxConnections`, your own `onError` and `onRefuse`".
  test("bare: a handler that throws is told to console.error", async () => {
    await using server = await TestServer.start(runtime, { MODE: "bare", MAX_CONNECTIONS: "1" });
    using first = await RawClient.open(server.port, "/ws?id=a");
    using client = await RawClient.open(server.port, "/ws?id=b");
    first.send(OPCODE.text, "x");
    assertEquals(await first.text(), "x");
    client.send(OPCODE.text, "!throw");
    assertEquals((await client.closeFrame())?.code, 1011);
    client.close(1011);
    await server.until({ on: "close", id: "b" });
    await server.untilError(/thrown in onMessage/);
    assertEquals(server.all({ on: "reported" }), []);
  });

  // Gap "a sub-app behind `app.mount`".
  test(`a sub-app behind app.mount gets ${onBun ? 400 : 500}`, async () => {
    await using server = await TestServer.start(runtime, {}, GAPS);
    using client = await RawClient.connect(server.port);
    client.write(handshake("/mounted/ws"));
    assertEquals((await client.head()).status, onBun ? 400 : 500);
  });

  const certificate = selfSigned();
  // Gap "an absolute `http://` target over TLS".
  Deno.test({
    name: `${runtime.name}: gap: an http target over TLS ${
      onBun ? "changes nothing" : "is believed"
    }`,
    ignore: certificate === undefined,
    async fn() {
      const { cert: CERT, key: KEY } = certificate!;
      await using server = await TestServer.start(runtime, { CERT, KEY });
      const status = async (target: string, origin: string) => {
        using client = await RawClient.secure(server.port);
        const line = `GET ${target} HTTP`;
        client.write(handshake("/echo", { Origin: origin }).replace("GET /echo HTTP", line));
        return (await client.head()).status;
      };
      assertEquals(await status("/echo", "https://127.0.0.1"), 101);
      assertEquals(await status("/echo", "http://127.0.0.1"), 403);
      assertEquals(await status("https://127.0.0.1/echo", "http://127.0.0.1"), 403);
      assertEquals(
        await status("http://127.0.0.1/echo", "http://127.0.0.1"),
        onBun ? 403 : 101,
      );
      // Whatever the target says, the page's host has to be the one in Host.
      assertEquals(await status("http://evil.example/echo", "http://evil.example"), 403);
    },
  });
}

// Gap "the default of `maxConnections`".
Deno.test("deno: gap: without --allow-all the default of maxConnections is 10,000", async () => {
  const adapter = new URL("src/adapters/deno.ts", root).href;
  const program =
    `import { denoAdapter } from "${adapter}"; console.log(denoAdapter.connectionLimit());`;
  const limit = async (flags: string) => {
    const command = `ulimit -n 1000; "$0" run --quiet --no-lock ${flags} "data:text/typescript,$1"`;
    const { stdout } = await new Deno.Command("sh", {
      args: ["-c", command, Deno.execPath(), encodeURIComponent(program)],
    }).output();
    return Number(new TextDecoder().decode(stdout));
  };
  assertEquals(await limit("--allow-net --allow-import"), 10_000);
  assertEquals(await limit("--allow-all"), 836);
});

/** A server and a client that has sent all but the last line of its request. */
async function unfinished(runtime: Runtime) {
  const server = await TestServer.start(runtime);
  const client = await RawClient.connect(server.port);
  client.write(handshake("/echo").slice(0, -2));
  return { server, client };
}

let waiting: Awaited<ReturnType<typeof unfinished>>[] = [];
// Bun takes twelve seconds: they begin before the other tests of this file.
Deno.test.beforeAll(async () => {
  waiting = await Promise.all([deno, bun].map(unfinished));
});
Deno.test.afterAll(async () => {
  for (const { server, client } of waiting) {
    client[Symbol.dispose]();
    await server[Symbol.asyncDispose]();
  }
});

// Gap "a request that is never finished".
Deno.test("bun: gap: gives up on a request that is never finished, and Deno waits", async () => {
  const [onDeno, onBun] = waiting;
  await onBun!.client.end();
  onDeno!.client.write("\r\n");
  assertEquals((await onDeno!.client.head()).status, 101);
});
