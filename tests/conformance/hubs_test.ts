/** Hubs: what clients of SignalR rely on, on every runtime. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { handshakeRequest } from "../../src/wire/handshake.ts";
import { json } from "../../src/wire/json.ts";
import { messagePack } from "../support/messagepack.ts";
import { type Got, HubClient } from "../support/hub_client.ts";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import type { TestServer } from "../support/server.ts";
import { addCase, suite } from "../support/suite.ts";

const FAILED = (target: string) =>
  `An unexpected error occurred invoking '${target}' on the server.`;
const REFUSED = (target: string) => `Failed to invoke '${target}' due to an error on the server.`;

/** Negotiates, and hands out the answer. */
async function negotiate(server: TestServer, query = "?negotiateVersion=1") {
  const response = await server.request(`/hub/negotiate${query}`, { method: "POST" });
  return { status: response.status, headers: response.headers, ...await response.json() };
}

function hubsSuite(runtime: Runtime): void {
  const test = suite(runtime, { APP: "hubs" });
  const open = HubClient.open;

  test("negotiates in versions 0 and 1, and says what it does not know", async (server) => {
    const one = await negotiate(server);
    assertEquals([one.status, one.negotiateVersion, one.useStatefulReconnect], [200, 1, undefined]);
    assertMatch(one.connectionId, /^[\w-]{22}$/);
    assertMatch(one.connectionToken, /^[\w-]{22}$/);
    assert(one.connectionId !== one.connectionToken);
    assertEquals(one.availableTransports, [
      { transport: "WebSockets", transferFormats: ["Text", "Binary"] },
      { transport: "ServerSentEvents", transferFormats: ["Text"] },
      { transport: "LongPolling", transferFormats: ["Text", "Binary"] },
    ]);
    const zero = await negotiate(server, "");
    assertEquals([zero.negotiateVersion, zero.connectionToken], [0, undefined]);
    assertEquals((await negotiate(server, "?negotiateVersion=7")).negotiateVersion, 1);
    assertMatch((await negotiate(server, "?negotiateVersion=x")).error, /protocol version/);
    const tokens = [one.connectionToken, zero.connectionId];
    for (const [i, { connectionId }] of [one, zero].entries()) {
      const path = `/hub?id=${tokens[i]}`;
      using client = await open(server, { path });
      const { connectionId: id } = await client.ask("whoAmI") as { connectionId: string };
      assertEquals(id, connectionId);
      assertEquals((await server.connect(path)).status, 409);
      client.client.close(1000);
      await server.until({ on: "disconnected" }, i + 1);
      assertEquals((await server.connect(path)).status, 404);
    }
    assertEquals((await server.connect("/hub?id=unknown")).status, 404);
    const get = await server.request("/hub/negotiate");
    assertEquals([get.status, get.headers.get("allow")], [405, "POST"]);
    assertEquals((await server.request("/hub")).status, 426);
    assertEquals((await server.request("/hub", { method: "DELETE" })).status, 400);
    assertEquals((await server.request("/hub", { method: "PUT" })).status, 405);
    await get.body?.cancel();
  });

  test("a token that is signed is good for one connection of its user", async (server) => {
    const user = "&user=ada";
    for (const query of ["?negotiateVersion=1", "?"]) {
      const negotiated = await negotiate(server, query + user);
      const token = negotiated.connectionToken ?? negotiated.connectionId;
      const path = `/hub?id=${token}`;
      assertEquals((await server.connect(`${path}&user=eve`)).status, 403);
      assertEquals((await server.connect(`${path.slice(0, -1)}${user}`)).status, 404);
      using client = await HubClient.greet(await server.open(path + user));
      const { connectionId } = await client.ask("whoAmI") as { connectionId: string };
      assertEquals(connectionId, negotiated.connectionId);
      assertEquals((await server.connect(path + user)).status, 409);
      client.client.close(1000);
      await client.closed;
      await server.settled();
      assertEquals((await server.connect(path + user)).status, 404);
    }
  }, { env: { HUB: JSON.stringify({ secret: "sixteen letters, or more" }) } });

  test("pages of other sites negotiate as little as they connect", async (server) => {
    const stranger = { origin: "https://evil.example" };
    const init = { method: "POST", headers: stranger };
    const refused = await server.request("/hub/negotiate", init);
    assertEquals([refused.status, refused.headers.has("access-control-allow-origin")], [
      403,
      false,
    ]);
    await refused.body?.cancel();
    assertEquals((await server.connect("/hub", stranger)).status, 403);
    const friend = { origin: "https://app.example" };
    const taken = await server.request("/hub/negotiate", { method: "POST", headers: friend });
    assertEquals(taken.headers.get("access-control-allow-origin"), "https://app.example");
    assertEquals(taken.headers.get("access-control-allow-credentials"), "true");
    await taken.body?.cancel();
    const wanted = "x-requested-with,x-signalr-user-agent";
    const asked = await server.request("/hub/negotiate", {
      method: "OPTIONS",
      headers: { ...friend, "access-control-request-headers": wanted },
    });
    assertEquals([asked.status, asked.headers.get("access-control-allow-headers")], [204, wanted]);
    using client = await server.connect("/hub", friend);
    assertEquals(client.status, 101);
  }, { env: { HUB: JSON.stringify({ origin: ["https://app.example"] }) } });

  test("pages that may connect can read why they are refused, and no others", async (server) => {
    const friends = ["https://app.example", "https://other.example"];
    const asked = async (path: string, method: string, origin?: string) => {
      const headers = origin === undefined ? {} : { origin };
      const response = await server.request(path, { method, headers });
      await response.body?.cancel();
      const allowed = response.headers.get("access-control-allow-origin");
      const credentials = response.headers.get("access-control-allow-credentials");
      return [response.status, allowed, credentials];
    };
    for (const origin of friends) {
      const readable = [origin, "true"];
      assertEquals(await asked("/hub/negotiate", "GET", origin), [405, ...readable]);
      assertEquals(await asked("/hub", "PUT", origin), [405, ...readable]);
      assertEquals(await asked("/hub", "DELETE", origin), [400, ...readable]);
      assertEquals(await asked("/hub", "GET", origin), [426, ...readable]);
      using client = await server.connect("/hub?id=unknown", { origin });
      assertEquals([client.status, client.all("access-control-allow-origin")], [404, [origin]]);
    }
    const stranger = "https://evil.example";
    for (const method of ["GET", "POST", "DELETE", "OPTIONS"]) {
      assertEquals(await asked("/hub/negotiate", method, stranger), [403, null, null]);
    }
    assertEquals(await asked("/hub/negotiate", "GET"), [405, null, null]);
    assertEquals((await asked("/close", "GET"))[0], 200);
    for (const origin of friends) {
      assertEquals(await asked("/hub/negotiate", "OPTIONS", origin), [204, origin, "true"]);
      assertEquals(await asked("/hub/negotiate", "POST", origin), [503, origin, "true"]);
    }
    assertEquals(await asked("/hub/negotiate", "POST", stranger), [403, null, null]);
  }, {
    env: { HUB: JSON.stringify({ origin: ["https://app.example", "https://other.example"] }) },
  });

  test(
    "whoever floods negotiations is refused for a while, and a page can read it",
    async (server) => {
      const origin = "https://app.example";
      const statuses = [];
      for (let i = 0; i < 20; i++) {
        const init = { method: "POST", headers: { origin } };
        const response = await server.request("/hub/negotiate", init);
        await response.body?.cancel();
        statuses.push(response.status);
        assertEquals(response.headers.get("access-control-allow-origin"), origin);
        if (response.status === 429) assert(Number(response.headers.get("retry-after")) >= 1);
      }
      // A few more may be let in while this takes its time.
      const taken = statuses.filter((status) => status === 200).length;
      assertEquals(statuses.slice(0, 3), [200, 200, 200]);
      assert(taken < 20 && statuses.every((status) => status === 200 || status === 429));
      // They count as what they are the beginning of.
      using refused = await server.connect("/hub", { origin });
      assertEquals(refused.status, 429);
      assertEquals((await server.until({ on: "report", kind: "refused" })).cause, "429");
    },
    {
      env: {
        HUB: JSON.stringify({ origin: ["https://app.example"] }),
        PER_ADDRESS: JSON.stringify({ handshakes: 0.1, burst: 30 }),
      },
    },
  );

  test("whoever negotiates takes no place, and whoever connects does", async (server) => {
    for (let i = 0; i < 10; i++) assertEquals((await negotiate(server)).status, 200);
    const { connectionToken } = await negotiate(server);
    using client = await open(server, { path: `/hub?id=${connectionToken}` });
    assertEquals(await client.ask("echo", 1), 1);
    const full = await server.request("/hub/negotiate", { method: "POST" });
    assertEquals([full.status, await full.text()], [
      429,
      "too many connections from this address\n",
    ]);
  }, { env: { PER_ADDRESS: JSON.stringify({ connections: 1, pending: 1 }) } });

  test(
    "with the limits that docs propose, a client may come back again and again",
    async (server) => {
      for (let i = 0; i < 50; i++) {
        const { connectionToken } = await negotiate(server);
        using client = await open(server, { path: `/hub?id=${connectionToken}` });
        assertEquals(await client.ask("echo", i), i);
      }
    },
    {
      env: { PER_ADDRESS: JSON.stringify({ connections: 200, handshakes: 10, pending: 50 }) },
    },
  );

  test("shakes hands, in whatever pieces, and goes on in the same frame", async (server) => {
    const request = handshakeRequest({ protocol: "json", version: 1 });
    using whole = await server.open("/hub?user=a");
    const call = json.encode({ type: 1, invocationId: "1", target: "add", arguments: [1, 2] });
    whole.send(request + call);
    assertEquals(await whole.message(), "{}\x1e");
    assertEquals(await whole.message(), '{"type":3,"invocationId":"1","result":3}\x1e');
    using pieces = await server.open("/hub?user=b");
    for (const letter of request + call) pieces.send(letter);
    assertEquals(await pieces.message(), "{}\x1e");
    assertEquals(await pieces.message(), '{"type":3,"invocationId":"1","result":3}\x1e');
  });

  test("refuses a handshake that it does not understand", async (server) => {
    for (
      const [said, error] of [
        ['{"protocol":"xml","version":1}\x1e', "The protocol 'xml' is not supported."],
        [
          '{"protocol":"json","version":9}\x1e',
          "The server does not support version 9 of the 'json' protocol.",
        ],
        ["hello\x1e", "An unexpected error occurred during connection handshake."],
      ]
    ) {
      using client = await server.open("/hub");
      client.send(said!);
      assertEquals(await client.message(), `${JSON.stringify({ error })}\x1e`);
      assertEquals((await client.closed).code, 1000);
    }
    assertEquals(server.all({ on: "reported" }), []);
  });

  test("ends whoever does not shake hands in time", async (server) => {
    using client = await server.open("/hub");
    assertEquals(await client.message(), '{"error":"Handshake was canceled."}\x1e');
    assertEquals((await client.closed).code, 1000);
  }, { env: { HUB: JSON.stringify({ handshakeTimeout: 0.1 }) } });

  for (const protocol of [json, messagePack]) {
    test(`answers calls, in ${protocol.name}`, async (server) => {
      using client = await open(server, { protocol, user: "Ada" });
      for (
        const value of ["text", "ö🙂\u2028", 0, -1.5, true, null, [], [1, [2]], { a: { b: [] } }]
      ) {
        assertEquals(await client.ask("echo", value), value);
      }
      assertEquals(await client.ask("add", 1, 2), 3);
      assertEquals(await client.ask("ADD", 1), 2);
      assertEquals(await client.ask("add", 1, null), 2);
      assertEquals(await client.ask("shout", "later"), "LATER");
      assertEquals(await client.ask("none"), null);
      const nothing = client.call("nothing");
      assertEquals(await client.next(), { type: 3, invocationId: nothing });
      const { connectionId } = await server.until({ on: "connected" });
      assertEquals(await client.ask("whoAmI"), {
        user: "Ada",
        connectionId,
        same: true,
        transport: "webSockets",
        path: "/hub",
        host: true,
      });
      assertEquals([await client.ask("keep", "a"), await client.ask("keep", "b")], [null, "a"]);
      // Nobody waits for these.
      client.send({ type: 1, target: "fail", arguments: [] });
      client.send({ type: 1, target: "nowhere", arguments: [] });
      client.send({ type: 1, target: "toCaller", arguments: [1] });
      assertEquals(await client.next(), { type: 1, target: "message", arguments: ["caller", 1] });
      await server.until({ on: "reported", message: "a secret" });
    });
  }

  test("tells clients of errors what they may know, and the server all", async (server) => {
    using client = await open(server);
    for (const target of ["fail", "failLater", "unsendable"]) {
      assertEquals(await client.ask(target), { error: FAILED(target) });
    }
    await server.until({ on: "reported", message: "a secret" }, 2);
    assertEquals(await client.ask("tell", "why"), {
      error: `${FAILED("tell")} HubException: why`,
    });
    for (const target of ["nope", "__proto__", "constructor", "toString", "hasOwnProperty"]) {
      assertEquals(await client.ask(target), { error: `Unknown hub method '${target}'` });
    }
    for (const args of [["1"], [1, "2"], [], [1, 2, 3], [null]]) {
      assertEquals(await client.ask("add", ...args), { error: REFUSED("add") });
    }
    const { message } = await server.until({ on: "report", kind: "call" });
    assertEquals(message, "add: argument 1.here: expected a number");
    assertEquals(server.all({ on: "reported" }).length, 3);
  });

  test("of several wrong arguments one is told, and the process lives", async (server) => {
    using client = await open(server);
    for (const args of [[1, "x"], [1, 2], ["x", "y"], [null, null], []]) {
      assertEquals(await client.ask("both", ...args), { error: REFUSED("both") });
    }
    assertEquals(await client.ask("both", "x", 2), "x2");
  });

  test("tells clients all, if that is what is wanted", async (server) => {
    using client = await open(server);
    assertEquals(await client.ask("fail"), { error: `${FAILED("fail")} Error: a secret` });
    assertEquals(await client.ask("add", "1"), {
      error: `${REFUSED("add")} Invalid: argument 1.here: expected a number`,
    });
  }, { env: { HUB: JSON.stringify({ enableDetailedErrors: true }) } });

  test("runs one call of a client after the other, and those of others meanwhile", async (server) => {
    using a = await open(server, { user: "a" });
    using b = await open(server, { user: "b" });
    const ids = [a.call("hold", "1"), a.call("hold", "2"), a.call("echo", "3")];
    await server.until({ on: "held", gate: "1" });
    assertEquals(await b.ask("echo", 1), 1);
    assertEquals(server.all({ on: "held", gate: "2" }), []);
    b.call("release", "2");
    b.call("release", "1");
    for (const [i, id] of ids.entries()) {
      assertEquals(await a.next(), { type: 3, invocationId: id, result: `${i + 1}` });
    }
    await server.until({ on: "let go", gate: "2" });
    const order = server.all({ user: "a" }).filter(({ gate }) => gate).map(({ on, gate }) =>
      `${on} ${gate}`
    );
    assertEquals(order, ["held 1", "let go 1", "held 2", "let go 2"]);
  });

  test("runs as many calls at a time as it may", async (server) => {
    using a = await open(server, { user: "a" });
    using b = await open(server, { user: "b" });
    for (const gate of ["1", "2", "3"]) a.call("hold", gate);
    await server.until({ on: "held", gate: "2" });
    assertEquals(server.all({ on: "held", gate: "3" }), []);
    await b.ask("release", "2");
    await server.until({ on: "held", gate: "3" });
  }, { env: { HUB: JSON.stringify({ maximumParallelInvocationsPerClient: 2 }) } });

  test("a call that waits for its client lets the next one go", async (server) => {
    using client = await open(server);
    const asked = client.call("ask", "sure?");
    const next = client.call("echo", "meanwhile");
    const question = await client.next();
    assertEquals([question?.target, question?.arguments], ["question", ["sure?"]]);
    assertEquals(await client.next(), { type: 3, invocationId: next, result: "meanwhile" });
    client.complete(question?.invocationId as string, { result: true });
    assertEquals(await client.next(), { type: 3, invocationId: asked, result: true });
  });

  test("a question after the end of its call gives up no place", async (server) => {
    using client = await open(server, { user: "a" });
    using other = await open(server, { user: "b" });
    for (let i = 0; i < 3; i++) assertEquals(await client.ask("askLater", "later"), undefined);
    await other.ask("release", "later");
    for (let i = 0; i < 3; i++) assertEquals((await client.next())?.target, "question");
    for (const gate of ["1", "2"]) client.call("hold", gate);
    await server.until({ on: "held", gate: "1" });
    // What is behind it would have begun by now.
    client.ping();
    await other.ask("echo", 1);
    assertEquals(server.all({ on: "held", gate: "2" }), []);
    other.call("release", "1");
    await server.until({ on: "held", gate: "2" });
  });

  test("asks clients, who answer, fail, answer nonsense or leave", async (server) => {
    using a = await open(server, { user: "a" });
    using b = await open(server, { user: "b" });
    const { connectionId: id } = await server.until({ on: "connected", user: "b" });
    const failed = (why: string) => `${FAILED("askOther")} HubException: ${why}`;
    for (
      const [answer, expected] of [
        [{ result: false }, { result: false }],
        [{ error: "no handler" }, { error: failed("no handler") }],
        [{ result: "x" }, { error: failed("the answer to question.here: expected a boolean") }],
      ] as const
    ) {
      const asked = a.call("askOther", id, "sure?");
      b.complete((await b.next())?.invocationId as string, answer);
      assertEquals(await a.next(), { type: 3, invocationId: asked, ...expected });
    }
    // Answers to what nobody has asked.
    b.complete("nothing", { result: true });
    const asked = a.call("askOther", id, "sure?");
    await b.next();
    b.client.vanish();
    const gone = { error: failed("the client is gone") };
    assertEquals(await a.next(), { type: 3, invocationId: asked, ...gone });
    assertEquals(await a.ask("askOther", id, "sure?"), gone);
    assertEquals(await a.ask("askOther", "nobody", "sure?"), gone);
    assertEquals(server.all({ on: "reported" }), []);
  });

  test("one question too many is an error, and the others wait on", async (server) => {
    using client = await open(server);
    const asked = [1, 2, 3].map((i) => client.call("ask", `${i}`));
    const questions = [await client.next(), await client.next()];
    assertEquals(await client.next(), {
      type: 3,
      invocationId: asked[2],
      error: `${
        FAILED("ask")
      } HubException: expected at most 2 questions without an answer, got one more`,
    });
    for (const [i, question] of questions.entries()) {
      client.complete(question?.invocationId as string, { result: true });
      assertEquals(await client.next(), { type: 3, invocationId: asked[i], result: true });
    }
    const again = client.call("ask", "again");
    client.complete((await client.next())?.invocationId as string, { result: true });
    assertEquals(await client.next(), { type: 3, invocationId: again, result: true });
  }, { env: { HUB: JSON.stringify({ maxClientResults: 2 }) } });

  for (const protocol of [json, messagePack]) {
    test(`streams to clients, in ${protocol.name}`, async (server) => {
      using client = await open(server, { protocol });
      const id = client.stream("count", 200);
      for (let i = 0; i < 200; i++) {
        assertEquals(await client.next(), { type: 2, invocationId: id, item: i });
      }
      assertEquals(await client.next(), { type: 3, invocationId: id });
      const [one, two] = [client.stream("count", 2), client.stream("COUNT", 2)];
      const came = [];
      for (let i = 0; i < 6; i++) came.push(await client.next());
      for (const id of [one, two]) {
        assertEquals(came.filter((message) => message?.invocationId === id), [
          { type: 2, invocationId: id, item: 0 },
          { type: 2, invocationId: id, item: 1 },
          { type: 3, invocationId: id },
        ]);
      }
    });
  }

  test("streams fail, and are called for what they are", async (server) => {
    using client = await open(server);
    const breaks = client.stream("breaks");
    assertEquals(await client.next(), { type: 2, invocationId: breaks, item: 1 });
    assertEquals(await client.next(), {
      type: 3,
      invocationId: breaks,
      error: "An error occurred on the server while streaming results.",
    });
    await server.until({ on: "reported", message: "a secret" });
    assertEquals(await client.ask("count", 1), {
      error:
        "The client attempted to invoke the streaming 'count' method with a non-streaming invocation.",
    });
    const echo = client.stream("echo", 1);
    assertEquals(await client.next(), {
      type: 3,
      invocationId: echo,
      error:
        "The client attempted to invoke the non-streaming 'echo' method with a streaming invocation.",
    });
    const wrong = client.stream("count", "x");
    assertEquals((await client.next())?.error, REFUSED("count"), wrong);
    client.stream("noStream");
    assertMatch((await client.next())?.error as string, /while streaming/);
    client.stream("nowhere");
    assertEquals((await client.next())?.error, "Unknown hub method 'nowhere'");
  });

  test("a stream that is cancelled ends, whatever it waits for", async (server) => {
    using client = await open(server, { user: "a" });
    const endless = client.stream("endless");
    assertEquals(await client.next(), { type: 2, invocationId: endless, item: 0 });
    client.cancel(endless);
    for (;;) {
      const message = await client.next();
      if (message?.type === 2) continue;
      assertEquals(message, { type: 3, invocationId: endless });
      break;
    }
    await server.until({ on: "stream ended" });
    const stuck = client.stream("stuck", "gate");
    assertEquals(await client.next(), { type: 2, invocationId: stuck, item: "gate" });
    client.cancel(stuck);
    assertEquals(await client.next(), { type: 3, invocationId: stuck });
    assertEquals(server.all({ on: "stream ended" }).length, 1);
    client.call("release", "gate");
    await client.next();
    await server.until({ on: "stream ended" }, 2);
    client.cancel("nothing");
    assertEquals(await client.ask("echo", 1), 1);
  });

  test("a client that is gone ends its streams and calls", async (server) => {
    using client = await open(server, { user: "a" });
    client.stream("endless");
    client.call("hold", "gate");
    await server.until({ on: "held" });
    client.client.vanish();
    await server.until({ on: "stream ended" });
    await server.until({ on: "aborted", gate: "gate" });
    const { cause, aborted } = await server.until({ on: "disconnected" });
    assertEquals([cause, aborted], ["network", true]);
    assertEquals(server.all({ on: "reported" }), []);
  });

  test("what goes on after a call learns when its client is gone", async (server) => {
    using client = await open(server, { user: "a" });
    assertEquals(await client.ask("background"), undefined);
    assertEquals(await client.ask("echo", 1), 1);
    assertEquals(server.all({ on: "background over" }), []);
    client.client.vanish();
    await server.until({ on: "background over" });
  });

  test("what waits in line when a handler sends its client away does not begin", async (server) => {
    using client = await open(server, { user: "a" });
    using other = await open(server, { user: "b" });
    client.call("sendAway", "gate");
    for (let i = 0; i < 3; i++) client.call("hold", "never");
    await server.until({ on: "held", gate: "gate" });
    await other.ask("release", "gate");
    assertEquals(await client.next(), { type: 7 });
    assertEquals((await server.until({ on: "disconnected", user: "a" })).cause, "local");
    assertEquals(server.all({ on: "held", gate: "never" }), []);
  });

  test("a stream waits for whoever reads slowly, and loses nothing", async (server) => {
    using slow = await open(server);
    using other = await open(server);
    slow.client.pause();
    const id = slow.stream("large", 200, 64 * 1024);
    // Meanwhile, others have their turn.
    for (let i = 0; i < 50; i++) assertEquals(await other.ask("echo", i), i);
    slow.client.resume();
    for (let i = 0; i < 200; i++) {
      const message = await slow.next();
      assertEquals((message?.item as string).split(" ")[0], `${i}`);
    }
    assertEquals(await slow.next(), { type: 3, invocationId: id });
    assertEquals(server.all({ on: "report" }), []);
  });

  test("one stream too many is an error, and the others go on", async (server) => {
    using client = await open(server);
    const [one] = [client.stream("stuck", "one"), client.stream("stuck", "two")];
    await client.next();
    await client.next();
    client.stream("count", 1);
    assertMatch((await client.next())?.error as string, /expected at most 2 open streams/);
    // One that does not listen to its signal counts until it ends.
    client.cancel(one!);
    assertEquals(await client.next(), { type: 3, invocationId: one });
    client.stream("count", 1);
    assertMatch((await client.next())?.error as string, /expected at most 2 open streams/);
    await client.ask("release", "one");
    await server.until({ on: "stream ended", gate: "one" });
    const free = client.stream("count", 1);
    assertEquals(await client.next(), { type: 2, invocationId: free, item: 0 });
    assertEquals(await client.next(), { type: 3, invocationId: free });
    assertEquals(await client.ask("echo", 1), 1);
  }, { env: { HUB: JSON.stringify({ maxStreams: 2 }) } });

  test("an id that is in use is an error", async (server) => {
    using client = await open(server);
    const message = { type: 4, invocationId: "same", target: "stuck", arguments: ["g"] } as const;
    client.send(message, message);
    const came = [await client.next(), await client.next()];
    assertEquals(came.map((message) => message?.error ?? message?.item), [
      "Invocation ID 'same' is already in use.",
      "g",
    ]);
    await client.ask("release", "g");
  });

  for (const protocol of [json, messagePack]) {
    test(`takes uploads, in ${protocol.name}`, async (server) => {
      using client = await open(server, { protocol });
      const sum = client.upload("sum", ["s"]);
      for (let i = 1; i <= 100; i++) client.item("s", i);
      client.complete("s");
      assertEquals(await client.next(), { type: 3, invocationId: sum, result: 5050 });
      const zip = client.upload("zip", ["a", "b"], "name");
      client.item("b", 1);
      client.item("a", "x");
      client.complete("b");
      client.item("a", "y");
      client.complete("a");
      const result = ["name", "x", "y", 1];
      assertEquals(await client.next(), { type: 3, invocationId: zip, result });
      client.send({
        type: 4,
        invocationId: "d",
        target: "doubled",
        arguments: [],
        streamIds: ["s"],
      });
      client.item("s", 4);
      assertEquals(await client.next(), { type: 2, invocationId: "d", item: 8 });
      client.complete("s");
      assertEquals(await client.next(), { type: 3, invocationId: "d" });
    });
  }

  test("uploads fail, end early, and are counted", async (server) => {
    using client = await open(server);
    const failed = client.upload("sum", ["s"]);
    client.item("s", 1);
    client.complete("s", { error: "the disk is full" });
    assertEquals(await client.next(), {
      type: 3,
      invocationId: failed,
      error: `${FAILED("sum")} HubException: the disk is full`,
    });
    client.upload("sum", ["s"]);
    client.item("s", "no number");
    assertEquals((await client.next())?.error, REFUSED("sum"));
    const first = client.upload("first", ["s"]);
    client.item("s", 7);
    assertEquals(await client.next(), { type: 3, invocationId: first, result: 7 });
    // What comes late is no fault.
    client.item("s", 8);
    client.complete("s");
    assertEquals(await client.ask("sum"), {
      error: `${FAILED("sum")} HubException: Client sent 0 stream(s), Hub method expects 1.`,
    });
    client.upload("echo", ["s"], 1);
    assertMatch((await client.next())?.error as string, /Client sent 1 stream\(s\)/);
    client.upload("zip", ["s", "s"], "name");
    assertMatch((await client.next())?.error as string, /expected a new stream id, got s/);
    const one = client.upload("sum", ["a"]);
    client.upload("zip", ["b", "c"], "name");
    assertMatch((await client.next())?.error as string, /expected at most 2 open uploads/);
    client.complete("a");
    assertEquals(await client.next(), { type: 3, invocationId: one, result: 0 });
    assertEquals(server.all({ on: "reported" }), []);
  }, { env: { HUB: JSON.stringify({ maxStreams: 2 }) } });

  test("an upload does not keep other calls from running", async (server) => {
    using client = await open(server);
    const sum = client.upload("sum", ["s"]);
    assertEquals(await client.ask("echo", 1), 1);
    client.complete("s");
    assertEquals(await client.next(), { type: 3, invocationId: sum, result: 0 });
  });

  test("calls groups, users, all, others, one, and those that are not left out", async (server) => {
    using a = await open(server, { user: "a" });
    using b = await open(server, { user: "b", protocol: messagePack });
    using c = await open(server, { user: "b" });
    const ids = [];
    for (const count of [1, 2]) {
      ids.push((await server.until({ on: "connected", user: "b" }, count)).connectionId);
    }
    for (const client of [a, b]) {
      for (const _ of [1, 2]) await client.ask("join", "room");
    }
    await a.ask("toOthersIn", "room", 1);
    await a.ask("toUser", "b", 2);
    await a.ask("toOthers", 3);
    await a.ask("toClient", ids[1], 4);
    await a.ask("toClient", "nobody", 5);
    await a.ask("toGroup", "Room", 6);
    const heard = async (client: HubClient, ...expected: [string, unknown][]) => {
      for (const [what, value] of expected) {
        assertEquals(await client.next(), {
          type: 1,
          target: "message",
          arguments: [what, value],
        });
      }
    };
    await heard(b, ["room", 1], ["user", 2], ["others", 3]);
    await b.ask("leave", "room");
    a.send({ type: 1, target: "toGroup", arguments: ["room", 7] });
    a.send({ type: 1, target: "toAll", arguments: [8] });
    await heard(a, ["room", 7], ["all", 8]);
    await heard(b, ["all", 8]);
    await heard(c, ["user", 2], ["others", 3], ["client", 4], ["all", 8]);
  });

  test("a group is left with the connection, and has no more than it may", async (server) => {
    using a = await open(server, { user: "a" });
    using b = await open(server, { user: "b" });
    await a.ask("join", "room");
    await b.ask("join", "room");
    await b.ask("join", "other");
    await b.ask("join", "room");
    assertEquals(await b.ask("join", "third"), {
      error: `${
        FAILED("join")
      } HubException: expected at most 2 groups for a connection, got one more`,
    });
    await b.ask("leave", "other");
    assertEquals(await b.ask("join", "third"), undefined);
    b.client.vanish();
    await server.until({ on: "disconnected", user: "b" });
    a.call("toGroup", "room", 1);
    assertEquals((await a.next())?.arguments, ["room", 1]);
    assertEquals((await a.next())?.type, 3);
    assertEquals(server.all({ on: "reported" }), []);
  }, { env: { HUB: JSON.stringify({ maxGroups: 2 }) } });

  test("a call with the wrong arguments for its clients is an error of ours", async (server) => {
    using client = await open(server);
    assertEquals(await client.ask("wrong"), { error: FAILED("wrong") });
    await server.until({ on: "reported" });
  });

  test("is reached from outside of its handlers", async (server) => {
    using client = await open(server);
    const { connectionId } = await server.until({ on: "connected" });
    const outside = server.request(`/outside?id=${connectionId}`);
    assertEquals((await client.next())?.arguments, ["outside", 1]);
    assertEquals((await client.next())?.arguments, ["outside", 3]);
    client.complete((await client.next())?.invocationId as string, { result: true });
    assertEquals(await (await outside).json(), true);
    const nobody = await server.request("/outside?id=nobody");
    assertEquals(await nobody.json(), "HubError: the client is gone");
  });

  test("calls of a client wait for its onConnected", async (server) => {
    using slow = await open(server, { user: "slow" });
    using other = await open(server, { user: "other" });
    const early = slow.call("echo", 1);
    const stream = slow.stream("count", 1);
    const upload = slow.upload("sum", ["s"]);
    slow.item("s", 2);
    slow.complete("s");
    await other.ask("toAll", 0).catch(() => {});
    assertEquals((await slow.next())?.arguments, ["all", 0]);
    other.call("release", "slow");
    const came: Got[] = [];
    for (let i = 0; i < 4; i++) came.push(await slow.next());
    const of = (id: string) => came.filter((message) => message?.invocationId === id);
    assertEquals(of(early), [{ type: 3, invocationId: early, result: 1 }]);
    assertEquals(of(stream).length, 2);
    assertEquals(of(upload), [{ type: 3, invocationId: upload, result: 2 }]);
  });

  test("an onConnected that fails ends the connection, for good", async (server) => {
    const text = "Connection closed with an error.";
    for (
      const [user, error] of [
        ["refused", `${text} HubException: nobody by that name`],
        ["fails", text],
        ["asks", text],
      ]
    ) {
      using client = await open(server, { user: user! });
      assertEquals(await client.next(), { type: 7, error });
      assertEquals((await client.closed).code, 1011);
    }
    await server.until({ on: "reported" }, 2);
    assertEquals(server.all({ on: "disconnected" }), []);
  });

  test("says why a connection has ended", async (server) => {
    const ended = async (user: string, end: (client: HubClient) => unknown, expected: unknown) => {
      using client = await open(server, { user });
      end(client);
      assertEquals(await client.next(), expected, user);
      return (await server.until({ on: "disconnected", user })).cause;
    };
    const closed = { type: 7 };
    const error = "Connection closed with an error.";
    const broken = { type: 7, error, allowReconnect: true };
    assertEquals(await ended("close", (c) => c.send({ type: 7 }), closed), "peer");
    assertEquals(await ended("frame", (c) => c.client.close(1000), undefined), "peer");
    assertEquals(
      await ended("abort", (c) => c.send({ type: 1, target: "abort", arguments: [] }), closed),
      "local",
    );
    assertEquals(await ended("nonsense", (c) => c.client.send("nonsense\x1e"), broken), "network");
    const large = "x".repeat(32 * 1024);
    assertEquals(await ended("large", (c) => c.call("echo", large), broken), "payload-too-large");
    assertMatch(
      (await server.until({ on: "report", cause: "payload-too-large" })).message as string,
      /32768/,
    );
    assertEquals(await ended("gone", (c) => c.client.vanish(), undefined), "network");
    assertEquals(server.all({ on: "reported" }), []);
  });

  test("a message that is as large as it may be is taken", async (server) => {
    using client = await open(server);
    const large = "x".repeat(1024 * 1024);
    assertEquals(await client.ask("echo", large), large);
  }, { env: { HUB: JSON.stringify({ maximumReceiveMessageSize: 1024 * 1024 + 100 }) } });

  test("whoever pings is expected to go on, and whoever does not is left alone", async (server) => {
    using silent = await open(server, { user: "silent" });
    using pinging = await open(server, { user: "pinging" });
    pinging.ping();
    assertEquals(await pinging.next(), {
      type: 7,
      error: "Connection closed with an error.",
      allowReconnect: true,
    });
    assertEquals((await server.until({ on: "disconnected" })).cause, "idle-timeout");
    assertEquals(await silent.ask("echo", 1), 1);
    // The server has pinged meanwhile, as it was told to.
    assertEquals(silent.pings > 0 || (await silent.any())?.type === 6, true);
  }, { env: { HUB: JSON.stringify({ clientTimeoutInterval: 1, keepAliveInterval: 0.5 }) } });

  test("more waits than may wait: the client has to go, a burst does not", async (server) => {
    using healthy = await open(server, { user: "healthy" });
    const ids = Array.from({ length: 5_000 }, (_, i) => healthy.call("add", i, 1));
    for (const [i, id] of ids.entries()) {
      assertEquals(await healthy.next(), { type: 3, invocationId: id, result: i + 1 });
    }
    using attacker = await open(server, { user: "attacker" });
    attacker.call("hold", "never");
    await server.until({ on: "held" });
    for (let i = 0; i < 8_000; i++) attacker.call("echo", i);
    const message = await attacker.next();
    assertEquals([message?.type, message?.allowReconnect], [7, true]);
    assertEquals((await server.until({ on: "disconnected" })).cause, "backpressure");
    await server.until({ on: "report", cause: "backpressure" });
    assertEquals(await healthy.ask("echo", 1), 1);
  }, { env: { HUB: JSON.stringify({ maxQueue: 2 * 1024 * 1024 }) } });

  test("an upload without end is ended, one that is read is not", async (server) => {
    using healthy = await open(server, { user: "healthy" });
    const sum = healthy.upload("sum", ["s"]);
    for (let i = 0; i < 5_000; i++) healthy.item("s", 1);
    healthy.complete("s");
    assertEquals(await healthy.next(), { type: 3, invocationId: sum, result: 5_000 });
    using attacker = await open(server, { user: "attacker" });
    attacker.upload("lazy", ["s"], "never");
    await server.until({ on: "held" });
    for (let i = 0; i < 8_000; i++) attacker.item("s", i);
    assertEquals((await attacker.next())?.type, 7);
    assertEquals((await server.until({ on: "disconnected" })).cause, "backpressure");
    assertEquals(await healthy.ask("echo", 1), 1);
  }, { env: { HUB: JSON.stringify({ maxQueue: 2 * 1024 * 1024 }) } });

  test("filters are run around calls and both events", async (server) => {
    using client = await open(server, { user: "a" });
    assertEquals(await client.ask("add", 1, 2), 3);
    assertEquals(await client.ask("nothing"), "answered by outer");
    const id = client.stream("count", 1);
    assertEquals(await client.next(), { type: 2, invocationId: id, item: 0 });
    await client.next();
    client.client.close(1000);
    await server.until({ on: "filtered", name: "outer", method: "onDisconnected" });
    const order = server.all({ user: "a" }).map(({ on, name, method, args }) =>
      [on, name, method, args].filter((part) => part !== undefined).join(" ")
    );
    const around = (method: string, args: number, inside: string[] = []) => [
      `filter outer ${method} ${args}`,
      `filter inner ${method} ${args}`,
      ...inside,
      `filtered inner ${method}`,
      `filtered outer ${method}`,
    ];
    assertEquals(order, [
      ...around("onConnected", 0, ["connected"]),
      ...around("add", 2),
      "filter outer nothing 0",
      ...around("count", 1),
      ...around("onDisconnected", 1, ["disconnected"]),
    ]);
  }, { env: { FILTERS: "1" } });

  test(
    "what fails while a filter waits for something else ends its call, and nothing else",
    async (server) => {
      using client = await open(server, { user: "a" });
      for (let i = 0; i < 3; i++) {
        assertEquals(await client.ask("failLater"), { error: FAILED("failLater") });
      }
      assertEquals(await client.ask("echo", 1), 1);
      await server.until({ on: "reported", message: "a secret" }, 3);
    },
    { env: { FILTERS: "1" } },
  );

  test("a broadcast reaches all, in order and in either encoding", async (server) => {
    const clients = await Promise.all(
      [json, messagePack, json, messagePack].map((protocol) => open(server, { protocol })),
    );
    clients[0]!.send({ type: 1, target: "burst", arguments: [1_000] });
    for (const client of clients) {
      for (let i = 0; i < 1_000; i++) assertEquals((await client.next())?.arguments, ["burst", i]);
    }
    for (const client of clients) client[Symbol.dispose]();
  });

  test("a hub that is closed ends its connections and takes no others", async (server) => {
    using client = await open(server);
    using silent = await server.open("/hub");
    await (await server.request("/close")).body?.cancel();
    assertEquals(await client.next(), { type: 7, allowReconnect: true });
    assertEquals((await client.closed).code, 1000);
    // Whoever has yet to shake hands as well.
    assertEquals((await silent.closed).code, 1000);
    assertEquals((await server.until({ on: "disconnected" })).cause, "shutdown");
    assertEquals((await server.connect("/hub")).status, 503);
    const init = { method: "POST" };
    const { status, body } = await server.request("/hub/negotiate", init);
    await body?.cancel();
    assertEquals(status, 503);
  });

  addCase(runtime, "a server that shuts down tells clients that they may come back", async () => {
    await using server = await runtime.start({ APP: "hubs" });
    using client = await open(server);
    server.shutDown("shutdown");
    assertEquals(await client.next(), { type: 7, allowReconnect: true });
    assertEquals((await client.closed).code, 1001);
    await server.until({ on: "shutdown" });
    assertEquals(server.all({ on: "disconnected", cause: "shutdown" }).length, 1);
  });

  test("is served by Hono, with what its middleware has set", async (server) => {
    const init = { method: "POST" };
    const response = await server.request("/hono/negotiate?negotiateVersion=1", init);
    assertEquals(response.headers.getSetCookie(), ["before=1; Path=/"]);
    assertEquals(response.headers.get("x-after"), "1");
    const { connectionToken } = await response.json();
    using raw = await server.open(`/hono?id=${connectionToken}&user=Ada`);
    assertEquals(raw.all("set-cookie"), ["before=1; Path=/"]);
    assertEquals(raw.all("x-after"), ["1"]);
    const client = await HubClient.greet(raw);
    assertEquals((await client.ask("whoAmI") as { user: string }).user, "Ada");
    const stranger = { origin: "https://evil.example" };
    assertEquals((await server.connect("/hono", stranger)).status, 403);
    const refused = await server.request("/hono/negotiate", { ...init, headers: stranger });
    await refused.body?.cancel();
    assertEquals(refused.status, 403);
  });

  for (const mode of runtime.modes) {
    test(`works under ${mode}`, async (server) => {
      const { connectionToken } = await negotiate(server);
      using client = await open(server, { path: `/hub?id=${connectionToken}` });
      assertEquals(await client.ask("add", 1, 2), 3);
      const id = client.stream("count", 1);
      assertEquals(await client.next(), { type: 2, invocationId: id, item: 0 });
      assertEquals(await client.next(), { type: 3, invocationId: id });
      using byHono = await open(server, { path: "/hono", user: "Ada" });
      assertEquals((await byHono.ask("whoAmI") as { user: string }).user, "Ada");
    }, { env: { MODE: mode } });
  }
}

for (const runtime of runtimes) hubsSuite(runtime);
