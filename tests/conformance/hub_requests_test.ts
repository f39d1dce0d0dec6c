/** Hubs where no WebSocket gets through: server-sent events and long polling, on every runtime. */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { HubClient } from "../support/hub_client.ts";
import { HubRequests } from "../support/hub_requests.ts";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import { addCase, suite } from "../support/suite.ts";

const result = (value: unknown) =>
  `${JSON.stringify({ type: 3, invocationId: "1", result: value })}\x1e`;

function requestsSuite(runtime: Runtime): void {
  const test = suite(runtime, { APP: "signalr" });
  const ways = [["long polling", HubRequests.poll], ["events", HubRequests.listen]] as const;
  const unnoticed = runtime.gap("a client over server-sent events that leaves") !== undefined;

  for (const [way, open] of ways) {
    // Whoever has listened would be counted for ever.
    if (unnoticed && way === "events") continue;
    test(`two clients over ${way} call, and are called, with others over WebSockets`, async (server) => {
      await using ada = await open(server, "&user=ada");
      await using bob = await open(server, "&user=bob");
      using eve = await HubClient.open(server, { path: "/hub?user=eve" });
      await ada.call("echo", "€\n");
      assertEquals(await ada.next(), result("€\n"));
      await ada.call("tell", "others", "hi", 1);
      const told = '{"type":1,"target":"told","arguments":["hi",1]}\x1e';
      assertEquals([await bob.next(), await ada.next()], [
        told,
        result(null).replace(',"result":null', ""),
      ]);
      assertEquals(await eve.next(), { type: 1, target: "told", arguments: ["hi", 1] });
      await bob.call("me");
      assertMatch(await bob.next(), /"user":"bob"/);
    });

    test(`what is sent over ${way} in pieces comes whole, and in order`, async (server) => {
      await using client = await open(server);
      const call = `{"type":1,"invocationId":"1","target":"echo","arguments":["${
        "é".repeat(9)
      }"]}\x1e`;
      const bytes = new TextEncoder().encode(call);
      for (let at = 0; at < bytes.length; at += 25) {
        assertEquals(await client.send(bytes.slice(at, at + 25)), 200);
      }
      assertEquals(await client.next(), result("é".repeat(9)));
      await client.send(call.repeat(20));
      let answers = "";
      while (answers.length < 20 * result("é".repeat(9)).length) answers += await client.next();
      assertEquals(answers, result("é".repeat(9)).repeat(20));
    });

    test(`a client over ${way} that is sent away knows why, and is gone`, async (server) => {
      await using client = await open(server);
      await client.call("echo", "x".repeat(32_768));
      assertMatch(await client.next(), /"type":7,"error":"Connection closed with an error."/);
      await server.until({ on: "disconnected", cause: "payload-too-large" });
      if (way === "long polling") assertEquals((await client.get()).status, 204);
      else await assertRejects(() => client.next(), Error, "the end");
      assertEquals(await client.send("x"), 404);
      await server.settled();
    });

    test(`only the user of a connection over ${way} can send on it`, async (server) => {
      await using ada = await open(server, "&user=ada");
      assertEquals(await ada.send("x", "&user=eve"), 403);
      const response = await server.request(`/hub?id=${ada.token}&user=eve`);
      assertEquals([response.status, (await response.text()).includes("another one")], [403, true]);
      await ada.call("echo", 1);
      assertEquals(await ada.next(), result(1));
    });

    addCase(
      runtime,
      `a server that shuts down tells clients over ${way} that they may come back`,
      async () => {
        await using server = await runtime.start({ APP: "signalr" });
        await using client = await open(server);
        const last = client.next();
        server.shutDown("shutdown");
        assertEquals(await last, '{"type":7,"allowReconnect":true}\x1e');
        await server.until({ on: "disconnected", cause: "shutdown" });
        if (way === "long polling") assertEquals((await client.get()).status, 204);
        await server.until({ on: "shutdown" });
      },
    );
  }

  if (unnoticed) {
    // Not by `suite`: its place is not given back.
    addCase(runtime, "gap: a client that listens no more is not noticed", async () => {
      await using server = await runtime.start({ APP: "signalr" });
      await using stays = await HubRequests.listen(server);
      const client = await HubRequests.listen(server);
      client.vanish();
      await stays.call("echo", 1);
      assertEquals(await stays.next(), result(1));
      assertEquals(server.all({ on: "disconnected" }), []);
    });
  }

  if (!unnoticed) {
    test("a client that listens no more is noticed", async (server) => {
      await using stays = await HubRequests.listen(server);
      const client = await HubRequests.listen(server);
      client.vanish();
      await server.until({ on: "disconnected" });
      await server.settled(1);
      await stays.call("echo", 1);
      assertEquals(await stays.next(), result(1));
    });
  }

  test("a client that polls twice has the newer answered; one that says goodbye is gone", async (server) => {
    await using client = await HubRequests.poll(server);
    const older = client.get();
    // The second one has to come behind the first.
    await client.call("nothing");
    assertEquals((await older).status, 200);
    const waits = client.get();
    const newer = client.get();
    await client.call("echo", 1);
    const answers = [await waits, await newer];
    assertEquals(answers.filter(({ text }) => text === result(1)).length, 1);
    assertEquals(answers.filter(({ status }) => status === 204).length, 1);
    assertEquals(await client.delete(), 202);
    await server.until({ on: "disconnected", cause: "peer" });
    assertEquals([(await client.get()).status, await client.delete()], [404, 404]);
  });

  test("requests of a page are answered as its negotiation was", async (server) => {
    await using client = await HubRequests.negotiate(server);
    const from = (origin: string) => client.request({ headers: { origin } });
    const refused = await from("https://evil.example");
    assertEquals([refused.status, refused.headers.has("access-control-allow-origin")], [
      403,
      false,
    ]);
    await refused.body?.cancel();
    const taken = await from("https://app.example");
    assertEquals([taken.status, taken.headers.get("access-control-allow-origin")], [
      200,
      "https://app.example",
    ]);
    await taken.body?.cancel();
  }, { env: { HUB: JSON.stringify({ origin: ["https://app.example"] }) } });

  if (unnoticed) return;
  test("whoever does not read is bounded, and those who do are not held up", async (server) => {
    await using stuck = await HubRequests.listen(server);
    await using healthy = await HubRequests.listen(server);
    // More than a network and a runtime take along, in pieces that each fit.
    for (let i = 0; i < 40; i++) {
      const status = await stuck.call("flood", 16, 65_536);
      if (status === 404) break;
      assertEquals(status, 200);
      await healthy.call("echo", i);
      assertEquals(await healthy.next(), result(i));
    }
    await server.until({ on: "disconnected", cause: "backpressure" });
    await healthy.call("echo", "still");
    assertEquals(await healthy.next(), result("still"));
  }, { env: { HUB: JSON.stringify({ maxBackpressure: 1_048_576 }) } });
}

for (const runtime of runtimes) requestsSuite(runtime);
