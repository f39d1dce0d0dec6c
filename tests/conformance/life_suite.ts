import { connect } from "node:tls";
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { selfSigned } from "../support/certificate.ts";
import { frame, handshake, OPCODE, RawClient } from "../support/raw_client.ts";
import type { Runtime } from "../support/runtimes.ts";
import { type Report, TestServer } from "../support/server.ts";

/** From open to closed: what must hold on every runtime. */
export function lifeSuite(runtime: Runtime): void {
  const onBun = runtime.name === "bun";
  const test = (
    title: string,
    body: (server: TestServer) => Promise<void>,
    env: Record<string, string> = {},
  ) =>
    Deno.test(`${runtime.name}: ${title}`, async () => {
      await using server = await TestServer.start(runtime, env);
      await body(server);
      await server.settled();
      for (const { id } of server.all({ on: "open" })) {
        assertEquals(server.all({ on: "open", id }).length, server.all({ on: "close", id }).length);
      }
      assertEquals(server.errors, "");
    });

  /** The connection ends with these values, once, after it opened. */
  async function ends(server: TestServer, expected: Report, id = "a"): Promise<void> {
    const { code, reason, wasClean, cause } = await server.until({ on: "closed", id });
    assertEquals({ code, reason, wasClean, cause }, expected as never);
    const order = server.reports.filter((report) => report.id === id).map(({ on }) => on);
    assertEquals(order.filter((on) => on === "close" || on === "open"), ["open", "close"]);
    const event = server.all({ on: "close", id })[0]!;
    assertEquals(
      [event.type, event.code, event.reason, event.wasClean, event.cause, event.state],
      ["close", code, reason, wasClean, cause, 3],
    );
  }

  const BROKEN = { code: 1006, reason: "", wasClean: false, cause: "network" };

  const open = (server: TestServer, options: object = {}, id = "a") =>
    RawClient.open(
      server.port,
      `/ws?id=${id}&options=${encodeURIComponent(JSON.stringify(options))}`,
    );

  // The client ends it.

  test("reports the code and reason of the client's close frame", async (server) => {
    using client = await open(server);
    client.close(4321, "grüße");
    assertEquals(await client.closeFrame(), { code: 4321, reason: "grüße" });
    await ends(server, { code: 4321, reason: "grüße", wasClean: true, cause: "peer" });
  });

  test("reports 1005 for a close frame without a code", async (server) => {
    using client = await open(server);
    client.send(OPCODE.close);
    await client.closeFrame();
    await ends(server, { code: 1005, reason: "", wasClean: true, cause: "peer" });
  });

  test("reports 1006 for a FIN", async (server) => {
    using client = await open(server);
    client.fin();
    await ends(server, BROKEN);
  });

  test("reports 1006 for a RST", async (server) => {
    using client = await open(server);
    client.reset();
    await ends(server, BROKEN);
  });

  test("reports 1006 for an end inside a frame", async (server) => {
    using client = await open(server);
    client.write(frame(OPCODE.text, "hello").subarray(0, 8));
    client.fin();
    await ends(server, BROKEN);
  });

  // We end it.

  for (
    const [command, code, reason] of [
      ["!close", 1000, ""],
      ["!close 4000 bye", 4000, "bye"],
      ["!close 1001", 1001, ""],
      [`!close 3999 ${"ü".repeat(80)}`, 3999, "ü".repeat(61)],
      [`!close 3999 x${"😀".repeat(40)}`, 3999, `x${"😀".repeat(30)}`],
      ["!closeTwice", 4001, "first"],
    ] as const
  ) {
    test(`closes on ${command.slice(0, 20)} with ${code} "${reason.slice(0, 6)}"`, async (server) => {
      using client = await open(server);
      client.send(OPCODE.text, command);
      assertEquals(await client.closeFrame(), { code, reason });
      client.close(code, "ignored");
      await ends(server, { code, reason, wasClean: true, cause: "local" });
    });
  }

  test("closes with its own code although messages are under way", async (server) => {
    using client = await open(server);
    client.send(OPCODE.text, "!close 4000 bye");
    for (let i = 0; i < 100; i++) client.send(OPCODE.text, "under way");
    // Gap "messages under way when we close": Deno resets a connection on which a message comes
    // after its close frame went out.
    const seen = await client.closeFrame();
    if (onBun || seen) assertEquals(seen, { code: 4000, reason: "bye" });
    client.close(4000);
    await ends(server, { code: 4000, reason: "bye", wasClean: true, cause: "local" });
  });

  test("counts as closed after closeTimeout when the client never answers", async (server) => {
    using client = await open(server, { closeTimeout: 0.5 });
    client.send(OPCODE.text, "!close 4000 bye");
    assertEquals(await client.closeFrame(), { code: 4000, reason: "bye" });
    // Gap "a client that never answers our close frame": Bun does not wait for the answer.
    await ends(server, { code: 4000, reason: "bye", wasClean: onBun, cause: "local" });
  });

  test("terminates", async (server) => {
    using client = await open(server);
    client.send(OPCODE.text, "!terminate");
    await ends(server, { code: 1006, reason: "", wasClean: false, cause: "local" });
    // Gap "`terminate()`": Deno cannot cut a connection.
    assertEquals(await client.closeFrame(), onBun ? undefined : { code: 1001, reason: "" });
  });

  test("returns false from send after close", async (server) => {
    using client = await open(server);
    client.send(OPCODE.text, "!late");
    const { sent, state } = await server.until({ on: "late" });
    assertEquals([sent, (state as number) >= 2], [false, true]);
    client.close(4001);
    await ends(server, { code: 4001, reason: "late", wasClean: true, cause: "local" });
  });

  // A handler throws.

  for (const command of ["!throw", "!reject"]) {
    test(`contains ${command.slice(1)} in onMessage`, async (server) => {
      using other = await open(server, {}, "b");
      using client = await open(server);
      client.send(OPCODE.text, command);
      assertEquals(await client.closeFrame(), { code: 1011, reason: "" });
      client.close(1011);
      await ends(server, { code: 1011, reason: "", wasClean: true, cause: "handler-error" });
      const message = `${command === "!throw" ? "thrown" : "rejected"} in onMessage`;
      assertEquals(server.all({ on: "error" }).map(({ id, message }) => [id, message]), [[
        "a",
        message,
      ]]);
      assertEquals(server.all({ on: "reported" }).map(({ message }) => message), [message]);
      other.send(OPCODE.text, "still here");
      assertEquals(await other.text(), "still here");
      other.close(1000);
      await ends(server, { code: 1000, reason: "", wasClean: true, cause: "peer" }, "b");
    });
  }

  test("contains a throw in onOpen", async (server) => {
    using client = await open(server, {}, "throw-open");
    assertEquals(await client.closeFrame(), { code: 1011, reason: "" });
    client.close(1011);
    const info = { code: 1011, reason: "", wasClean: true, cause: "handler-error" };
    await ends(server, info, "throw-open");
    assertEquals(server.all({ on: "reported" }).length, 1);
  });

  test("contains a throw in onClose", async (server) => {
    using client = await open(server, {}, "throw-close");
    client.close(1000);
    await ends(server, { code: 1000, reason: "", wasClean: true, cause: "peer" }, "throw-close");
    await server.until({ on: "reported", message: "thrown in onClose" });
    assertEquals(server.all({ on: "error" }).length, 1);
  });

  test("contains a throw in onError", async (server) => {
    using client = await open(server, {}, "throw-error");
    client.send(OPCODE.text, "!throw");
    assertEquals(await client.closeFrame(), { code: 1011, reason: "" });
    client.close(1011);
    const info = { code: 1011, reason: "", wasClean: true, cause: "handler-error" };
    await ends(server, info, "throw-error");
    const reported = server.all({ on: "reported" }).map(({ message }) => message);
    assertEquals(reported, ["thrown in onMessage", "thrown in onError"]);
  });

  // The client breaks the rules.

  for (
    const [fault, bytes] of [
      ["a reserved bit", frame(OPCODE.text, "x", { rsv: 4 })],
      ["an unknown opcode", frame(3, "x")],
      ["text that is not UTF-8", frame(OPCODE.text, new Uint8Array([0xc3, 0x28]))],
      ["a fragmented ping", frame(OPCODE.ping, "x", { fin: false })],
      ["a ping of 126 bytes", frame(OPCODE.ping, "x".repeat(126))],
      ["a continuation of nothing", frame(OPCODE.continuation, "x")],
    ] as const
  ) {
    test(`ends the connection on ${fault}`, async (server) => {
      using client = await open(server);
      client.write(bytes);
      await ends(server, BROKEN);
      await client.end();
    });
  }

  // Sizes.

  test("takes a message of exactly maxPayloadLength bytes", async (server) => {
    using client = await open(server, { maxPayloadLength: 1000 });
    client.send(OPCODE.text, "ü".repeat(500));
    assertEquals((await client.frame())?.payload.length, 1000);
    client.send(OPCODE.binary, new Uint8Array(1000));
    assertEquals((await client.frame())?.payload.length, 1000);
    client.close(1000);
    await ends(server, { code: 1000, reason: "", wasClean: true, cause: "peer" });
  });

  const TOO_LARGE = {
    code: 1009,
    reason: "Message too big",
    wasClean: false,
    cause: "payload-too-large",
  };

  for (
    const [kind, bytes] of [
      ["text", frame(OPCODE.text, `x${"ü".repeat(500)}`)],
      ["binary", frame(OPCODE.binary, new Uint8Array(1001))],
      ["fragmented", [
        ...frame(OPCODE.binary, new Uint8Array(600), { fin: false }),
        ...frame(OPCODE.continuation, new Uint8Array(600)),
      ]],
    ] as const
  ) {
    test(`closes with 1009 on a ${kind} message above maxPayloadLength`, async (server) => {
      using client = await open(server, { maxPayloadLength: 1000 });
      client.write(new Uint8Array(bytes));
      assertEquals((await client.closeFrame())?.code, 1009);
      client.close(1009);
      await ends(server, TOO_LARGE);
      assertEquals(server.all({ on: "message" }), []);
    });
  }

  test("reports a message above the server's own limit as too large", async (server) => {
    using client = await open(server, {});
    client.write(frame(OPCODE.binary, new Uint8Array(17 * 1024 * 1024)));
    const close = await client.closeFrame();
    client.close(1009);
    await ends(server, TOO_LARGE);
    assertEquals(close?.code, 1009);
  });

  // The client does not read.

  test("refuses to send and closes with 1013 above maxBackpressure", async (server) => {
    using client = await open(server);
    client.socket.pause();
    client.send(OPCODE.text, "!flood 1000 65536");
    const { sent, most } = await server.until({ on: "flood" });
    assertLess(sent as number, 1000);
    assertLess(most as number, 1_048_576 + 65_536 + 64);
    await ends(server, {
      code: 1013,
      reason: "Messages are not read",
      wasClean: false,
      cause: "backpressure",
    });
    client.reset();
  });

  test("waits in drained() for a client that reads slowly", async (server) => {
    using client = await open(server);
    client.send(OPCODE.text, "!drain 40 524288");
    for (let i = 0; i < 40; i++) assertEquals((await client.frame())?.payload.length, 524_288);
    const { refused, left, most } = await server.until({ on: "drain" });
    assertEquals([refused, left], [undefined, 0]);
    assertGreater(most as number, 0);
    client.close(1000);
    await ends(server, { code: 1000, reason: "", wasClean: true, cause: "peer" });
  });

  // The client is silent. Tolerance: a quarter of idleTimeout or 1 s, whichever is larger.

  const IDLE = { code: 1006, reason: "", wasClean: false, cause: "idle-timeout" };

  test("pings after half of idleTimeout and drops after all of it", async (server) => {
    const started = performance.now();
    using client = await open(server, { idleTimeout: 1.2 });
    const ping = await client.frame();
    const pinged = performance.now() - started;
    assertEquals(ping?.opcode, OPCODE.ping);
    // Gap "the reason that an idle client is told".
    assertEquals(await client.closeFrame(), {
      code: 1001,
      reason: onBun ? "Idle timeout" : "No response from ping frame.",
    });
    const dropped = performance.now() - started;
    await ends(server, IDLE);
    assert(pinged > 550 && pinged < 1600, `pinged after ${pinged} ms`);
    assert(dropped > 1150 && dropped < 2200, `dropped after ${dropped} ms`);
  });

  test("keeps a client that answers pings and sends nothing", async (server) => {
    using client = await open(server, { idleTimeout: 1 });
    for (let i = 0; i < 5; i++) {
      const ping = await client.frame();
      assertEquals(ping?.opcode, OPCODE.ping);
      client.send(OPCODE.pong, ping!.payload);
    }
    client.close(1000);
    await ends(server, { code: 1000, reason: "", wasClean: true, cause: "peer" });
  });

  test("keeps a client that ignores pings and sends a message every half, until it stops", async (server) => {
    using client = await open(server, { idleTimeout: 1 });
    for (let i = 0; i < 6; i++) {
      client.send(OPCODE.text, "heartbeat");
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    assertEquals(server.all({ on: "close" }), []);
    await ends(server, IDLE);
  });

  test("does not count what goes out", async (server) => {
    using client = await open(server, { idleTimeout: 1 });
    const started = performance.now();
    client.send(OPCODE.text, "!chatter");
    await ends(server, IDLE);
    assertLess(performance.now() - started, 2500);
  });

  test("drops a client that neither reads nor answers", async (server) => {
    using client = await open(server, { idleTimeout: 1, maxBackpressure: 100_000_000 });
    client.socket.pause();
    client.send(OPCODE.text, "!flood 300 65536");
    await server.until({ on: "flood", sent: 300 });
    const started = performance.now();
    await ends(server, IDLE);
    assertLess(performance.now() - started, 2500);
    client.reset();
  });

  test("sends no ping with idleTimeout 0", async (server) => {
    using client = await open(server, { idleTimeout: 0 });
    using pinged = await open(server, { idleTimeout: 0.4 }, "b");
    await ends(server, IDLE, "b");
    await pinged.end();
    client.send(OPCODE.text, "x");
    assertEquals(await client.text(), "x");
    client.close(1000);
    await ends(server, { code: 1000, reason: "", wasClean: true, cause: "peer" });
  });

  // The loop.

  for (const path of ["/loop", "/loop-later"]) {
    test(`hands messages to a ${path.slice(1)} in order, one at a time`, async (server) => {
      using client = await RawClient.open(server.port, path);
      const sent = Array.from({ length: 20 }, (_, i) => `message ${i}`);
      for (const message of sent) client.send(OPCODE.text, message);
      for (const message of sent) assertEquals(await client.text(), message);
      client.close(4000, "done");
      const end = await server.until({ on: "loop-end" });
      assertEquals(end.state, 3);
      assertEquals((await server.until({ on: "close" })).code, 4000);
    });
  }

  test("closes with 1000 when the loop is left", async (server) => {
    using client = await RawClient.open(server.port, "/loop-break");
    client.send(OPCODE.text, "x");
    assertEquals(await client.text(), "x");
    assertEquals(await client.closeFrame(), { code: 1000, reason: "" });
    client.close(1000);
    const { cause, wasClean } = await server.until({ on: "close" });
    assertEquals([cause, wasClean], ["local", true]);
  });

  test("closes with 1011 when the loop throws", async (server) => {
    using client = await RawClient.open(server.port, "/loop-throw");
    client.send(OPCODE.text, "x");
    assertEquals(await client.text(), "x");
    assertEquals(await client.closeFrame(), { code: 1011, reason: "" });
    client.close(1011);
    assertEquals((await server.until({ on: "close" })).cause, "handler-error");
    assertEquals(server.all({ on: "reported" }).length, 1);
  });

  // Gap "a loop that does not keep up (`maxQueue`)".
  test(
    onBun
      ? "stops reading while the loop does not keep up"
      : "gap: closes with 1013 when the loop does not keep up",
    async (server) => {
      using client = await RawClient.open(server.port, "/loop");
      client.send(OPCODE.text, "slow");
      const count = 200;
      for (let i = 0; i < count; i++) client.send(OPCODE.text, `${i}`.padEnd(100, "."));
      if (onBun) {
        assertEquals(await client.text(), "slow");
        for (let i = 0; i < count; i++) assertEquals(await client.text(), `${i}`.padEnd(100, "."));
        client.close(1000);
      } else {
        await client.end();
      }
      const { cause } = await server.until({ on: "close" });
      assertEquals(cause, onBun ? "peer" : "backpressure");
    },
  );

  // The server goes away.

  Deno.test(`${runtime.name}: shuts down with 1001, refuses new connections and lets the process exit`, async () => {
    await using server = await TestServer.start(runtime);
    using client = await open(server);
    server.signal("SIGTERM");
    assertEquals(await client.closeFrame(), { code: 1001, reason: "Server shutting down" });
    // On Bun every connection has ended by now, and with the last one the server stops listening.
    if (!onBun) {
      using late = await RawClient.connect(server.port);
      late.write(handshake("/echo"));
      assertEquals((await late.head()).status, 503);
    }
    client.close(1001);
    await ends(server, {
      code: 1001,
      reason: "Server shutting down",
      wasClean: true,
      cause: "shutdown",
    });
    assertEquals((await server.until({ on: "shutdown" })).connections, 0);
    assertEquals((await server.status).code, 0);
  });

  for (const [signal, report] of [["SIGTERM", "shutdown"], ["SIGINT", "finished"]] as const) {
    const how = signal === "SIGTERM" ? "shutdown()" : "its signal";
    Deno.test(`${runtime.name}: ${how} takes shutdownTimeout at most, whatever clients do`, async () => {
      await using server = await TestServer.start(runtime);
      using silent = await open(server, {}, "silent");
      using deaf = await open(server, { maxBackpressure: 100_000_000 }, "deaf");
      using waiting = await RawClient.connect(server.port);
      waiting.write("GET /never HTTP/1.1\r\nHost: x\r\n\r\n");
      using half = await RawClient.connect(server.port);
      half.write("GET /echo HT");
      deaf.socket.pause();
      deaf.send(OPCODE.text, "!flood 300 65536");
      await server.until({ on: "flood" });
      await server.until({ on: "never" });
      const started = performance.now();
      server.signal(signal);
      await server.until({ on: report });
      assertLess(performance.now() - started, 3500);
      for (const id of ["silent", "deaf"]) {
        const closed = server.all({ on: "close", id }).map((
          { cause, wasClean },
        ) => [cause, wasClean]);
        assertEquals(closed, [["shutdown", onBun]]);
      }
      // Gap "after `shutdown()`, a client that does not read or a response that never comes": after
      // SIGTERM the fixture ends the process itself.
      if (onBun || signal === "SIGTERM") assertEquals((await server.status).code, 0);
      silent.fin();
      deaf.reset();
    });
  }

  test("answers 503 above maxConnections", async (server) => {
    using first = await open(server);
    using second = await RawClient.connect(server.port);
    const request = handshake("/echo");
    second.write(request);
    const head = await second.head();
    assertEquals([head.status, head.all("retry-after")], [503, ["5"]]);
    first.close(1000);
    await ends(server, { code: 1000, reason: "", wasClean: true, cause: "peer" });
    using third = await RawClient.connect(server.port);
    third.write(request);
    assertEquals((await third.head()).status, 101);
    third.close(1000);
    await third.closeFrame();
  }, { MAX_CONNECTIONS: "1" });

  Deno.test(`${runtime.name}: shuts down when its signal aborts, and lets the process end`, async () => {
    await using server = await TestServer.start(runtime);
    using client = await open(server);
    server.signal("SIGINT");
    assertEquals((await client.closeFrame())?.code, 1001);
    client.close(1001);
    await ends(server, {
      code: 1001,
      reason: "Server shutting down",
      wasClean: true,
      cause: "shutdown",
    });
    await server.until({ on: "finished" });
    assertEquals((await server.status).code, 0);
  });

  const MIB = 1024 * 1024;

  test("takes messages above 16 MiB when server and route both allow them", async (server) => {
    using client = await open(server, { maxPayloadLength: 20 * MIB });
    client.send(OPCODE.binary, new Uint8Array(17 * MIB));
    assertEquals((await server.until({ on: "message" })).data, { bytes: 17 * MIB });
    client.reset();
  }, { MAX_PAYLOAD: `${20 * MIB}` });

  test("answers 500 where a route asks for larger messages than the server allows", async (server) => {
    using client = await RawClient.connect(server.port);
    const options = encodeURIComponent(JSON.stringify({ maxPayloadLength: 17 * MIB }));
    client.write(handshake(`/ws?options=${options}`));
    assertEquals((await client.head()).status, 500);
    const { message } = await server.until({ on: "app-error" });
    assert(String(message).includes("maxPayloadLength"), String(message));
  });

  const certificate = selfSigned();
  Deno.test({
    name: `${runtime.name}: serves wss with cert and key`,
    ignore: certificate === undefined,
    async fn() {
      await using server = await TestServer.start(runtime, {
        CERT: certificate!.cert,
        KEY: certificate!.key,
      });
      assertEquals(
        (await server.until({ on: "onListen" })).url,
        `https://127.0.0.1:${server.port}/`,
      );
      const socket = connect({ host: "127.0.0.1", port: server.port, rejectUnauthorized: false });
      try {
        socket.write(handshake("/echo", { Origin: "https://127.0.0.1" }));
        socket.write(frame(OPCODE.text, "x"));
        let text = "";
        for await (const chunk of socket) {
          text += chunk.toString("latin1");
          if (text.endsWith("\x81\x01x")) break;
        }
        assert(text.startsWith("HTTP/1.1 101"), text);
      } finally {
        socket.destroy();
      }
    },
  });
}
