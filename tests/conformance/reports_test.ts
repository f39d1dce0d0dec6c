/** What is told of limits and refusals, and hosts that are not served. */
import { assert, assertEquals } from "@std/assert";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import { route, suite } from "../support/suite.ts";

const EVIL = { Origin: "https://evil.example" };

function reportsSuite(runtime: Runtime): void {
  const test = suite(runtime);

  test("tells the first message that is too large at once, and counts the next", async (server) => {
    for (const id of ["a", "b", "c"]) {
      // One route for all: what is written in the handler is one for each request.
      using client = await server.open(`/limited?id=${id}`);
      client.send("x".repeat(1_001));
      await server.until({ on: "closed", id });
    }
    const [report, ...more] = server.all({ on: "report" });
    const { kind, cause, count, message, limit } = report!;
    assertEquals([kind, cause, count, message, limit], [
      "closed",
      "payload-too-large",
      1,
      "Message too big",
      1_000,
    ]);
    assertEquals(more, []);
  });

  test("tells whom a queue of a client that does not read has ended", async (server) => {
    using client = await server.open("/limited?id=a");
    client.pause();
    client.send("!push 100000 1000");
    const { kind, count } = await server.until({ on: "report", cause: "backpressure" });
    assertEquals([kind, count], ["closed", 1]);
    client.vanish();
  }, { needs: "a runtime that tells what waits" });

  test("tells a refusal at once, and counts the next", async (server) => {
    for (let i = 0; i < 3; i++) {
      using client = await server.connect("/limited?id=a", EVIL);
      assertEquals(client.status, 403);
    }
    const [report, ...more] = server.all({ on: "report" });
    const { kind, cause, count, remoteAddress } = report!;
    assertEquals([kind, cause, count], ["refused", "403", 1]);
    assertEquals(remoteAddress, "127.0.0.1");
    assertEquals(more, []);
  });

  test("tells that a client offers subprotocols and the route names none", async (server) => {
    using client = await server.open("/limited?id=a", { "sec-websocket-protocol": "chat, v2" });
    assertEquals(client.protocol, "");
    const { kind, message } = await server.until({ on: "report", cause: "protocols" });
    assertEquals(kind, "option");
    // Some clients put a token there.
    assert(!String(message).includes("chat"), String(message));
    client.close(1000);
  });

  test("tells of healthy clients nothing", async (server) => {
    for (const id of ["a", "b"]) {
      using client = await server.open(`/limited?id=${id}`);
      client.send("x".repeat(1_000));
      assertEquals(await client.message(), "x".repeat(1_000));
      client.close(1000);
      await server.until({ on: "closed", id });
    }
    assertEquals(server.all({ on: "report" }), []);
  });

  const hosts = suite(runtime, { HOSTS: "app.example,*.app.example,127.0.0.1" });
  for (const path of ["/limited?id=a", "/page"]) {
    hosts(`${path}: 421 for a host that is not served, as a rebound name is`, async (server) => {
      for (const host of ["evil.example", "localhost", "127.0.0.2", "app.example.evil.example"]) {
        // A page of the rebound name is of the same origin, to the browser and to the server.
        using client = await server.connect(path, { Host: host, Origin: `http://${host}` });
        assertEquals(client.status, 421);
        assert(client.body.includes("expected a host that is served here"), client.body);
      }
    });
  }
  hosts("hosts that are served get what they ask for", async (server) => {
    for (const host of ["app.example", "APP.example:8080", "a.b.app.example"]) {
      const Origin = `http://${host.toLowerCase()}`;
      using client = await server.open("/limited?id=a", { Host: host, Origin });
      client.close(1000);
      await client.closed;
    }
  });
  hosts("a request that is no upgrade is for a host that is served, too", async (server) => {
    const none = { Upgrade: "", Connection: "close" };
    using stranger = await server.connect("/page", { Host: "evil.example", ...none });
    assertEquals(stranger.status, 421);
    using known = await server.connect("/page", { Host: "app.example", ...none });
    assertEquals([known.status, known.body], [200, "page"]);
  });

  const all = suite(runtime);
  all("without hosts, every host will do", async (server) => {
    using client = await server.open(route(), {
      Host: "any.example",
      Origin: "http://any.example",
    });
    client.close(1000);
  });
}

for (const runtime of runtimes) reportsSuite(runtime);
