/** Connections in other clothes: what stacks of other protocols may rely on, and what they may do. */
import { assert, assertEquals } from "@std/assert";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import { suite } from "../support/suite.ts";

const TOLD = { code: 1011, reason: "" };

/** The clothes in which a connection tells text from bytes, and those in which all are bytes. */
const KINDS = ["web-socket", "ws", "duplex", "streams"];
const EVENTFUL = ["web-socket", "ws", "duplex"];

const path = (kind: string, id = "a", options: object = {}) =>
  `/${kind}?id=${id}&options=${encodeURIComponent(JSON.stringify(options))}`;

const text = (message: string | ArrayBuffer | undefined) =>
  message instanceof ArrayBuffer ? new TextDecoder().decode(message) : message;

function interopSuite(runtime: Runtime): void {
  const test = suite(runtime, { APP: "interop" });

  for (const kind of KINDS) {
    test(`${kind}: what a client sends comes, in order, and goes back`, async (server) => {
      using client = await server.open(path(kind));
      for (let i = 0; i < 100; i++) client.send(`ü ${i}`);
      for (let i = 0; i < 100; i++) assertEquals(text(await client.message()), `ü ${i}`);
      client.send(new Uint8Array([1, 2, 255]));
      const bytes = await client.message();
      assert(bytes instanceof ArrayBuffer);
      // A stream of bytes knows no text, and this app reads all of its chunks as such.
      if (kind !== "duplex") assertEquals([...new Uint8Array(bytes)], [1, 2, 255]);
      client.close(4000, "done");
      await server.until({ on: "told", id: "a" });
      const { code, cause } = await server.until({ on: "close", id: "a" });
      assertEquals([code, cause], [4000, "peer"]);
      assertEquals(server.all({ on: "failed" }), []);
    });

    test(`${kind}: a client that is gone is told, and no fault`, async (server) => {
      using client = await server.open(path(kind));
      client.send("hi");
      assertEquals(text(await client.message()), "hi");
      client.vanish();
      await server.until({ on: "told", id: "a" });
      assertEquals((await server.until({ on: "close", id: "a" })).code, 1006);
      assertEquals([server.all({ on: "fault" }), server.all({ on: "reported" })], [[], []]);
    });

    test(`${kind}: after the end, a message goes nowhere, and nothing breaks`, async (server) => {
      using client = await server.open(path(kind));
      client.send("!close");
      assertEquals(await client.closed, { code: 4001, reason: "bye" });
      const { error } = await server.until({ on: "late", id: "a" });
      assertEquals(error === "undefined", kind === "web-socket", `${error}`);
      await server.until({ on: "told", id: "a" });
      assertEquals([server.all({ on: "fault" }), server.all({ on: "reported" })], [[], []]);
    });
  }

  for (const kind of EVENTFUL) {
    for (const command of ["throw", "reject"]) {
      test(`${kind}: a stack that ${command}s ends its own connection`, async (server) => {
        using other = await server.open(path(kind, "b"));
        using client = await server.open(path(kind));
        client.send(`!${command}`);
        assertEquals(await client.closed, TOLD);
        const { message } = await server.until({ on: "fault" });
        assertEquals(message, command === "throw" ? "thrown by a stack" : "rejected by a stack");
        await server.until({ on: "told", id: "a" });
        other.send("still here");
        assertEquals(text(await other.message()), "still here");
        assertEquals([server.all({ on: "fault" }).length, server.all({ on: "reported" })], [1, []]);
        other.close();
      });
    }
  }

  for (const kind of ["ws", "duplex", "streams"]) {
    test(`${kind}: whoever waits sends as fast as the client reads`, async (server) => {
      using client = await server.open(path(kind));
      client.send("hi");
      await client.message();
      client.pause();
      client.send("!burst 320 wait");
      await server.until({ on: "waits", id: "a" });
      client.resume();
      for (let i = 0; i < 320; i++) {
        assertEquals((await client.message() as ArrayBuffer).byteLength, 100_000);
      }
      const { most, failed } = await server.until({ on: "sent", id: "a" });
      // 64 KiB, and the message that goes above.
      assert((most as number) <= 64 * 1024 + 100_000, `${most}`);
      assertEquals(failed, 0);
      client.close();
    }, { needs: "a runtime that tells what waits" });

    test(`${kind}: ended in the middle of a write, the write fails`, async (server) => {
      using client = await server.open(path(kind, "a", { closeTimeout: 0.3 }));
      client.send("hi");
      await client.message();
      client.pause();
      client.send("!burst 1000 destroy");
      await server.until({ on: "waits", id: "a" });
      assertEquals((await server.until({ on: "sent", id: "a" })).failed, 1);
      await server.until({ on: "close", id: "a" });
      await server.until({ on: "told", id: "a" });
      client.vanish();
      assertEquals([server.all({ on: "fault" }), server.all({ on: "reported" })], [[], []]);
    }, { needs: "a runtime that tells what waits" });
  }

  test("web-socket: the event open comes, before all messages", async (server) => {
    using client = await server.open(path("web-socket"));
    client.send("!throw");
    await server.until({ on: "fault", id: "a" });
    assertEquals(server.all({ id: "a" }).map(({ on }) => on).slice(0, 3), [
      "open",
      "dressed",
      "fault",
    ]);
  });

  test("ws: a stack that reads what is not there ends its own connection", async (server) => {
    using client = await server.open(path("ws"));
    client.send("!deep");
    assertEquals(await client.closed, TOLD);
    await server.until({ on: "fault", id: "a" });
  });

  test("ws: the handshake is there as a request, and pings are answered", async (server) => {
    using client = await server.open(path("ws"), { "x-room": "one" });
    client.send("!request");
    const { remoteAddress, ...request } = JSON.parse(text(await client.message())!);
    assertEquals(request, { method: "GET", url: path("ws"), room: "one", encrypted: false });
    assertEquals(remoteAddress, "127.0.0.1");
    client.send("!ping");
    assertEquals(await client.message(), "pong");
    client.close();
  });

  test("ws: what comes while it is paused waits", async (server) => {
    using other = await server.open(path("ws", "b"));
    using client = await server.open(path("ws"));
    client.send("!pause");
    await server.until({ on: "paused", id: "a" });
    for (let i = 0; i < 10; i++) client.send(`${i}`);
    other.send("hi");
    assertEquals(await other.message(), "hi");
    // No more than the command itself.
    assertEquals(server.all({ on: "came", id: "a" }).length, 1);
    other.send("!resume a");
    for (let i = 0; i < 10; i++) assertEquals(await client.message(), `${i}`);
    client.close();
    other.close();
  });

  test("streams: to cancel the readable closes the connection", async (server) => {
    using client = await server.open(path("streams"));
    client.send("!cancel");
    assertEquals(await client.closed, { code: 1000, reason: "" });
    await server.until({ on: "ended", id: "a" });
    assertEquals((await server.until({ on: "close", id: "a" })).cause, "local");
  });

  test("streams: to abort the writable ends the connection with 1011", async (server) => {
    using client = await server.open(path("streams"));
    client.send("!destroy");
    assertEquals(await client.closed, TOLD);
    await server.until({ on: "failed", id: "a" });
    await server.until({ on: "close", id: "a" });
  });

  test("streams: a client that is gone fails both", async (server) => {
    using client = await server.open(path("streams"));
    client.send("hi");
    await client.message();
    client.vanish();
    const expected = "expected a closing handshake, got a broken connection (1006, network)";
    assertEquals((await server.until({ on: "broken" })).message, `Cannot read on: ${expected}`);
    assertEquals((await server.until({ on: "failed" })).message, `Cannot write: ${expected}`);
  });
}

for (const runtime of runtimes) interopSuite(runtime);
