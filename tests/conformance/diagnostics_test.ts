/** What somebody hears who listens to the channels of diagnostics. */
import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import type { Key } from "../support/diagnostics.ts";
import { HubClient } from "../support/hub_client.ts";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import { closedByClient, ends, HANDLER_ERROR, route, suite } from "../support/suite.ts";
import type { Report, TestServer } from "../support/server.ts";

const of = (channel: Key): Report => ({ on: "told", channel: `edgesocket:${channel}` });

/** What was told on a channel, once it was. */
const told = (server: TestServer, channel: Key) => server.until(of(channel));

/** The names of the channels in the order in which they were told something. */
const order = (server: TestServer) =>
  server.all({ on: "told" }).map(({ channel }) => `${channel}`.slice("edgesocket:".length));

function diagnosticsSuite(runtime: Runtime): void {
  const test = suite(runtime, { APP: "diagnostics" });

  for (const mode of runtime.modes) {
    test(
      `${mode}: tells of a handshake and a whole connection, in order, and no token`,
      async (server) => {
        using client = await server.open("/ws?id=a&token=secret");
        client.send("hello");
        assertEquals(await client.message(), "hello");
        client.send(new Uint8Array(300));
        await client.message();
        client.close(4000, "bye");
        await ends(server, closedByClient(4000, "bye"));
        const close = await told(server, "close");
        const { connectionId } = close;
        assertMatch(`${connectionId}`, /^[0-9a-f-]{36}$/);
        const said = order(server);
        // A client can be open before the server has passed on its 101.
        assertEquals(said.filter((channel) => channel !== "handshake"), [
          "open",
          "received",
          "sent",
          "received",
          "sent",
          "close",
        ]);
        const handshake = await told(server, "handshake");
        const { verdict, status, path, duration } = handshake;
        assertEquals([verdict, status, path], ["accepted", 101, "/ws"]);
        assert((duration as number) >= 0);
        const { code, cause, wasClean, received, sent } = close;
        assertEquals([code, cause, wasClean, received, sent], [4000, "peer", true, 305, 305]);
        const all = server.all({ on: "told" });
        for (const report of all.filter((one) => one !== handshake)) {
          assertEquals([report.connectionId, report.path], [connectionId, "/ws"]);
        }
        assertEquals(all.map(({ size }) => size).filter((size) => size !== undefined), [
          5,
          5,
          300,
          300,
        ]);
        assert(!JSON.stringify(all).includes("secret"), JSON.stringify(all));
      },
      { env: { MODE: mode } },
    );
  }

  test("tells the address of the client on each event", async (server) => {
    using client = await server.open("/ws?id=a");
    client.close(1000);
    await ends(server, closedByClient(1000));
    await told(server, "close");
    for (const { remoteAddress } of server.all({ on: "told" })) {
      assertEquals(remoteAddress, "127.0.0.1");
    }
  });

  test("tells of a handshake that is refused, and of no connection", async (server) => {
    const headers = { origin: "https://evil.example" };
    using client = await server.connect("/ws?id=a&token=secret", headers);
    assertEquals(client.status, 403);
    const { verdict, status, path, remoteAddress } = await told(server, "handshake");
    assertEquals([verdict, status, path], ["refused", 403, "/ws"]);
    assertEquals(remoteAddress, "127.0.0.1");
    assertEquals(order(server), ["handshake"]);
  });

  test("tells of a handler that fails, once", async (server) => {
    using client = await server.open("/ws?id=a");
    client.send("!throw");
    await ends(server, HANDLER_ERROR);
    const { error, connectionId } = await told(server, "error");
    assertEquals(error, "Error: thrown in onMessage");
    const close = await told(server, "close");
    assertEquals([close.connectionId, close.cause], [connectionId, "handler-error"]);
    assertEquals(server.all(of("error")).length, 1);
  });

  test("tells of each call of a hub once, by no name that only a client knows", async (server) => {
    using client = await HubClient.open(server, { path: "/hub?token=secret" });
    assertEquals(await client.ask("DOUBLE", 2), 4);
    for (const [name, ...args] of [["double", "x"], ["fail"], ["refuse"], ["client-named"]]) {
      const { error } = await client.ask(name!, ...args) as { error: string };
      assertMatch(error, /./);
    }
    client.stream("count", 1);
    assertEquals([(await client.next())?.item, (await client.next())?.type], [0, 3]);
    const forever = client.stream("forever");
    assertEquals((await client.next())?.item, "began");
    client.cancel(forever);
    assertEquals((await client.next())?.type, 3);
    await server.until(of("call"), 7);
    const { connectionId } = await told(server, "open");
    const calls = server.all(of("call"));
    assertEquals(calls.map(({ method, outcome }) => [method, outcome]), [
      ["double", "completed"],
      ["double", "refused"],
      ["fail", "failed"],
      ["refuse", "refused"],
      [undefined, "refused"],
      ["count", "completed"],
      ["forever", "cancelled"],
    ]);
    assertEquals(calls[2]!.error, "Error: thrown in a method");
    assertEquals(calls[3]!.error, "HubError: not you");
    for (const { path, duration, ...call } of calls) {
      assertEquals([path, call.connectionId], ["/hub", connectionId]);
      assertGreater(duration as number, -1);
    }
    assert(!/secret|client-named/.test(JSON.stringify(calls)));
  });

  test("tells of a limit that ends a connection", async (server) => {
    using client = await server.open(route({ maxPayloadLength: 100 }));
    client.send("x".repeat(101));
    const { limit, connectionId } = await told(server, "limit");
    const close = await told(server, "close");
    assertEquals([limit, close.cause], ["payload-too-large", "payload-too-large"]);
    assertEquals(close.connectionId, connectionId);
    assertEquals((await client.closed).code, 1009);
    await server.until({ on: "closed", id: "a" });
  });

  test("tells of a client that does not read", async (server) => {
    using client = await server.open(route({ maxBackpressure: 1_048_576 }));
    client.pause();
    client.send("!flood 1000 65536");
    const { bufferedAmount } = await told(server, "backpressure");
    assertGreater(bufferedAmount as number, 0);
    assertEquals((await told(server, "limit")).limit, "backpressure");
    client.vanish();
    await server.until({ on: "closed", id: "a" });
  }, { needs: "a runtime that tells what waits" });

  const pings = runtime.gap("pings in diagnostics") === undefined;
  test(`tells of ${pings ? "each ping" : "no ping"}`, async (server) => {
    using client = await server.open(route({ idleTimeout: 1 }));
    client.mute();
    await server.until({ on: "closed", id: "a" });
    assertEquals(server.all(of("ping")).length > 0, pings);
  }, { needs: "a runtime that notices silence" });

  test("tells of messages to whoever begins to listen later", async (server) => {
    using client = await server.open("/ws?id=a");
    client.send("unheard");
    await client.message();
    await (await server.request("/listen")).text();
    client.send("heard");
    await client.message();
    client.close(1000);
    await ends(server, closedByClient(1000));
    const { received, sent, duration } = await told(server, "close");
    assertEquals([received, sent], [5, 5]);
    assertGreater(duration as number, -1);
    assertEquals(order(server), ["received", "sent", "close"]);
  }, { env: { LATE: "1" } });

  const unheld = runtime.gap("a listener to a channel that nobody holds") ?? "kept";
  test(`a listener to a channel that nobody holds is ${unheld}`, async (server) => {
    // Who is asked for the size of its heap collects garbage first.
    for (let i = 0; i < 3; i++) await (await server.request("/heap")).text();
    assertEquals(await (await server.request("/unheld")).text(), unheld);
  }, { env: { LATE: "1" } });
}

for (const runtime of runtimes) diagnosticsSuite(runtime);
