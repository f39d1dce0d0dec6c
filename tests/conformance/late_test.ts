/** What comes late or is hostile: faults, messages and clients after the end; own members and data. */
import { assert, assertEquals } from "@std/assert";
import type { Client } from "../support/client.ts";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import { suite } from "../support/suite.ts";

const APP = { APP: "lifecycle" };
const TOLD = { code: 1011, reason: "" };

function lateSuite(runtime: Runtime): void {
  const test = suite(runtime, APP);

  test("closes with 1011 after a throw in the loop whose finally waits", async (server) => {
    using client = await server.open("/finally?id=a");
    client.send("x");
    assertEquals(await client.closed, TOLD);
    const { code, cause } = await server.until({ on: "close" });
    assertEquals([code, cause], [1011, "handler-error"]);
    assertEquals(server.all({ on: "reported" }).map(({ message }) => message), ["thrown at x"]);
  });

  test("does not hand over messages after a close() in onOpen", async (server) => {
    using client = await server.open("/close-in-open?id=a");
    for (let i = 0; i < 20; i++) client.send(`${i}`);
    const { code, cause } = await server.until({ on: "close" });
    assertEquals([code, cause], [4000, "local"]);
    assertEquals(server.all({ on: "message" }), []);
  });

  test("calls no handler after onClose: a late rejection goes to the server's onError", async (server) => {
    using client = await server.open("/rejects-late?id=a");
    client.send("x");
    client.close(1000);
    await server.until({ on: "reported", message: "rejected late" });
    assertEquals(server.all({ id: "a" }).map(({ on }) => on), ["open", "close"]);
    assertEquals(server.all({ on: "reported" }).length, 1);
  });

  for (const kind of ["object", "proxy"]) {
    test(`contains a thrown ${kind} that throws when it is looked at`, async (server) => {
      using other = await server.open("/assign?id=other");
      using client = await server.open("/throws-odd?id=a");
      client.send(kind);
      assertEquals(await client.closed, TOLD);
      assertEquals((await server.until({ on: "close", id: "a" })).cause, "handler-error");
      assertEquals(server.all({ on: "reported" }).length, 1);
      other.send("still here");
      assertEquals(await other.message(), "still here");
    });
  }

  for (
    const [how, reads, leaves] of [
      ["reset", true, (client: Client) => client.vanish()],
      ["closed", true, (client: Client) => client.close(1000)],
      ["closed without reading", false, (client: Client) => client.close(1000)],
    ] as const
  ) {
    test(`says false to whoever sends on a socket that the client has ${how}`, async (server) => {
      using client = await server.open("/sends-always?id=a");
      if (!reads) client.pause();
      await server.until({ on: reads ? "sending" : "waiting" });
      leaves(client);
      const { late, wrong } = await server.until({ on: "sent" });
      assert((late as number) >= 50, `${late} late`);
      assertEquals(wrong, 0);
      client.vanish();
      // Elsewhere it sends faster than any client reads, and has 5 s to hear of the end.
    }, { needs: "a runtime that tells what waits" });
  }

  const clean = runtime.gap("a client that never answers our close frame") === "clean";
  const title = clean ? "counts as clean" : "is not clean";
  test(`a reset after our close frame ${title}`, async (server) => {
    using client = await server.open("/ws?id=a");
    client.mute();
    client.send("!late");
    await server.until({ on: "late" });
    client.vanish();
    const { code, wasClean, cause } = await server.until({ on: "close" });
    assertEquals([code, wasClean, cause], [4001, clean, "local"]);
  });

  test("is clean where the client answered our close frame", async (server) => {
    using client = await server.open("/ws?id=a");
    client.send("!close 4001 bye");
    await client.closed;
    assertEquals((await server.until({ on: "close" })).wasClean, true);
  });

  test("what users hang on a connection does no harm", async (server) => {
    const options = encodeURIComponent(JSON.stringify({ idleTimeout: 0.5 }));
    using client = await server.open(`/assign?id=a&options=${options}`);
    using other = await server.open("/assign?id=b");
    // More than one idleTimeout, with a client that answers pings.
    for (let i = 0; i < 8; i++) {
      client.send(`${i}`);
      assertEquals(await client.message(), `${i}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assertEquals(server.all({ on: "close" }), []);
    client.mute();
    assertEquals((await server.until({ on: "close", id: "a" })).cause, "idle-timeout");
    other.close(4000, "bye");
    assertEquals((await server.until({ on: "close", id: "b" })).code, 4000);
  }, { needs: "a runtime that notices silence" });

  test("makes data of its own for each connection", async (server) => {
    using first = await server.open("/data?id=a");
    using second = await server.open("/data?id=b");
    for (const n of [1, 2, 3]) {
      first.send("count");
      assertEquals(await first.message(), `/data?id=a ${n}`);
    }
    second.send("count");
    assertEquals(await second.message(), "/data?id=b 1");
  });

  test("answers 500 to the request whose data throws, and to no other", async (server) => {
    for (let i = 0; i < 3; i++) {
      using bad = await server.connect("/data-throws");
      assertEquals(bad.status, 500);
    }
    using good = await server.open("/data?id=a");
    good.send("count");
    assertEquals(await good.message(), "/data?id=a 1");
    await server.until({ on: "reported" }, 3);
    assertEquals(server.all({ on: "reported" }).map(({ message }) => message), [
      "no data",
      "no data",
      "no data",
    ]);
  }, { env: { MAX_CONNECTIONS: "1" } });
}

for (const runtime of runtimes) lateSuite(runtime);
