import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { AnyHub } from "../../src/hubs/any_hub.ts";
import { HubError } from "../../src/hubs/hub_error.ts";
import { makeCallable } from "../../src/hubs/methods.ts";
import type { HubOptions } from "../../src/hubs/options.ts";
import { call } from "../../src/hubs/parameters.ts";
import type { ClientSide } from "../../src/wire/contract.ts";
import { json } from "../../src/wire/json.ts";
import { text, truth } from "../fixtures/schemas.ts";
import { Listening } from "../support/diagnostics.ts";
import { hubState } from "../support/fake_transport.ts";
import { withGlobals } from "../support/globals.ts";
import { HubProcesses } from "../support/hub_pair.ts";
import { handshakeRequest, memoryServer, nextTurn } from "../support/memory.ts";

const GREETING = '{"protocol":"json","version":1}\x1e';
const SIDE = { say: call(text), confirm: call(text).returns(truth) };

/** A hub on a server in memory. */
function serving(options: HubOptions<unknown, ClientSide> = {}, host: object = {}) {
  const state = hubState(
    {
      echo: makeCallable("method", [text], (_context: never, value: never) => value),
      id: makeCallable(
        "method",
        [],
        (context: never) => (context as { connectionId: string }).connectionId,
      ),
    },
    options,
    SIDE,
  );
  const hub = new AnyHub(state);
  const server = memoryServer(
    (request, info) => hub.handle(request, { user: { id: "Ada" }, info }),
    host,
  );
  const open = async (path = "/hub") => {
    const { client, response } = await server.connect(handshakeRequest(path));
    if (client === undefined) throw new Error(`expected 101, got ${response.status}`);
    client.send(GREETING);
    await client.message();
    return client;
  };
  const send = (path: string, method = "POST", headers: Record<string, string> = {}) =>
    server.fetch(
      new Request(`http://self.example${path}`, {
        method,
        headers: { host: "self.example", ...headers },
      }),
    );
  return { ...server, hub, open, send, roster: state.roster, tokens: state.tokens };
}

const status = async (response: Response | Promise<Response>) => {
  const { status, body } = await response;
  await body?.cancel();
  return status;
};

Deno.test("a client negotiates and connects with its token, once", async () => {
  const { open, send, connect, clock } = serving();
  const { connectionId, connectionToken } = await (await send("/hub/negotiate?negotiateVersion=1"))
    .json();
  const path = `/hub?id=${connectionToken}`;
  const client = await open(path);
  client.send(json.encode({ type: 1, invocationId: "1", target: "id", arguments: [] }) as string);
  assertMatch(await client.message() as string, new RegExp(`"result":"${connectionId}"`));
  const again = await connect(handshakeRequest(path));
  assertEquals(
    await again.response.text(),
    "expected a token without a connection, got one with it\n",
  );
  assertEquals(again.response.status, 409);
  client.close(1000);
  await client.closed;
  await nextTurn();
  assertEquals((await connect(handshakeRequest(path))).response.status, 404);
  const late = await (await send("/hub/negotiate?negotiateVersion=1")).json();
  clock.pass(15_000);
  const response = (await connect(handshakeRequest(`/hub?id=${late.connectionToken}`))).response;
  assertEquals([response.status, await response.text()], [404, "No Connection with that ID\n"]);
});

Deno.test("a handshake with a token that nobody has is told as refused, and one that is taken", async () => {
  using listening = new Listening("handshake");
  const { open, send, connect } = serving();
  const { connectionToken } = await (await send("/hub/negotiate?negotiateVersion=1")).json();
  const client = await open(`/hub?id=${connectionToken}`);
  for (const id of ["unknown", connectionToken]) {
    await status((await connect(handshakeRequest(`/hub?id=${id}`))).response);
  }
  const told = listening.all("handshake");
  assertEquals(told.map(({ verdict, status, path }) => [verdict, status, path]), [
    ["accepted", 101, "/hub"],
    ["refused", 404, "/hub"],
    ["refused", 409, "/hub"],
  ]);
  client.close();
});

Deno.test("what is no request of a hub is refused by its method", async () => {
  const { send } = serving();
  assertEquals(await status(send("/hub/negotiate", "GET")), 405);
  assertEquals(await status(send("/hub", "GET")), 426);
  const put = await send("/hub", "PUT");
  assertEquals([put.status, put.headers.get("allow")], [405, "GET, POST, DELETE, OPTIONS"]);
  assertEquals(await status(send("/hub", "OPTIONS")), 204);
});

Deno.test("pages of other sites are refused, in whatever they ask for, and it is told", async () => {
  const { send, connect, told } = serving();
  const headers = { origin: "https://evil.example" };
  assertEquals(await status(send("/hub/negotiate", "POST", headers)), 403);
  assertEquals(await status(send("/hub/negotiate", "OPTIONS", headers)), 403);
  const { response } = await connect(handshakeRequest("/hub", headers));
  assertEquals(await status(response), 403);
  assertEquals(told.map(({ kind, cause }) => [kind, cause]), [["refused", "403"], [
    "refused",
    "403",
  ]]);
  const allowing = serving({ origin: ["https://evil.example"] });
  assertEquals(await status(allowing.send("/hub/negotiate", "POST", headers)), 200);
});

Deno.test("where there is no room, nobody negotiates", async () => {
  const origin = "https://app.example";
  const { send, tokens } = serving({ origin: [origin] }, { maxConnections: 0 });
  const response = await send("/hub/negotiate", "POST", { origin });
  assertEquals(response.headers.get("access-control-allow-origin"), origin);
  assertEquals([await status(response), tokens.size], [503, 0]);
  // Or a browser would not even ask.
  assertEquals(await status(send("/hub/negotiate", "OPTIONS", { origin })), 204);
});

Deno.test("to negotiate counts as a handshake, and takes no place", async () => {
  const asked: string[] = [];
  const ended: number[] = [];
  const tooMany = { kind: "refused", status: 429, headers: {}, message: "too many" } as const;
  const limits = {
    admit(request: Request, address: string) {
      asked.push(`${request.method} ${address}`);
      if (asked.length === 2) return tooMany;
      return { answered() {}, ended: () => void ended.push(asked.length) };
    },
  };
  const { send, tokens, told } = serving({}, { limits });
  assertEquals([await status(send("/hub/negotiate")), ended], [200, [1]]);
  assertEquals(await status(send("/hub/negotiate")), 429);
  assertEquals([tokens.size, ended, told.map(({ cause }) => cause)], [1, [1], ["429"]]);
  assertEquals(await status(send("/hub/negotiate", "OPTIONS")), 204);
  assertEquals(await status(send("/hub/negotiate", "GET")), 405);
  assertEquals(asked, ["POST ", "POST "]);
});

Deno.test("a larger message asks for a larger frame", async () => {
  const size = 2 * 1024 * 1024;
  const { open } = serving({ maximumReceiveMessageSize: size });
  const client = await open();
  const message = { type: 1, invocationId: "1", target: "echo", arguments: [""] } as const;
  const room = size - (json.encode(message) as string).length;
  client.send(json.encode({ ...message, arguments: ["x".repeat(room)] }) as string);
  assertMatch(await client.message() as string, /"result":"xxx/);
});

Deno.test("a user may be left out, and the runtime's own context is handed on", async () => {
  const state = hubState();
  const hub = new AnyHub(state);
  const { connect } = memoryServer((request) => hub.handle(request));
  const { client } = await connect(handshakeRequest("/hub"));
  client!.send(GREETING);
  await client!.message();
  assertEquals([...state.roster.all()].map(({ user }) => user), [undefined]);
});

Deno.test("whoever makes responses makes those of a hub, too", async () => {
  const hub = new AnyHub(hubState());
  const made: number[] = [];
  const { connect, fetch } = memoryServer((request, info) =>
    hub.handle(request, {
      user: undefined,
      info,
      respond(body, init) {
        made.push(init.status);
        const response = new Response(body, init);
        response.headers.set("x-staged", "1");
        return response;
      },
    })
  );
  const { response } = await connect(handshakeRequest("/hub"));
  assertEquals([response.status, response.headers.get("x-staged")], [101, "1"]);
  const init = { method: "POST", headers: { host: "self.example" } };
  const negotiated = await fetch(new Request("http://self.example/hub/negotiate", init));
  assertEquals([negotiated.headers.get("x-staged"), made], ["1", [101, 200]]);
});

Deno.test("clients and groups are reached from outside", async () => {
  const { open, hub, roster } = serving();
  const client = await open();
  const { id } = [...roster.all()][0]!;
  type Target = Readonly<Record<"say" | "confirm", (text: string) => Promise<unknown>>>;
  await hub.groups.add("room", id);
  await hub.groups.add("room", "nobody");
  await (hub.clients.group("room") as never as Target).say("1");
  await hub.groups.remove("room", id);
  await (hub.clients.group("room") as never as Target).say("2");
  await (hub.clients.user("Ada") as never as Target).say("3");
  const said = await client.message() as string;
  assertEquals([...said.matchAll(/\["(\d)"\]/g)].map(([, text]) => text), ["1", "3"]);
  await assertRejects(
    () => (hub.clients.client("nobody") as never as Target).confirm("?"),
    HubError,
    "the client is gone",
  );
});

Deno.test("a hub that is closed ends its connections, and takes no others", async () => {
  const { open, hub, send, connect } = serving();
  const client = await open();
  await hub.close();
  assertMatch(await client.message() as string, /"type":7,"allowReconnect":true/);
  assertEquals((await client.closed).code, 1000);
  assertEquals(await status(send("/hub/negotiate")), 503);
  assertEquals((await connect(handshakeRequest("/hub"))).response.status, 503);
});

Deno.test("clients are looked after by the clock of their server", async () => {
  const { open, connect, clock } = serving();
  const client = await open();
  const { client: silent } = await connect(handshakeRequest("/hub"));
  clock.pass(15_000);
  assertMatch(await silent!.message() as string, /Handshake was canceled/);
  clock.pass(1_000);
  assertEquals(await client.message(), '{"type":6}\x1e');
});

Deno.test("a request that no server of ours has passed is answered on every runtime", async () => {
  const hub = new AnyHub(hubState());
  const request = (headers = {}) =>
    new Request("http://x/hub/negotiate", { method: "POST", headers });
  const evil = { origin: "https://evil.example" };
  // As on Node, where there is nobody for it.
  const onNode = withGlobals({ Deno: undefined }, () => [
    hub.handle(request()),
    hub.handle(request(evil)),
    hub.handle(new Request("http://x/hub?id=token")),
  ]);
  assertEquals(await Promise.all(onNode.map(status)), [200, 403, 426]);
  assertEquals(await status(hub.handle(request())), 200);
});

Deno.test("options of the route are checked with the hub", () => {
  assertThrows(() => new AnyHub(hubState({}, { idleTimeout: -1 })), RangeError, "idleTimeout");
  assertThrows(() => new AnyHub(hubState({}, { origin: ["x"] })), TypeError, "origin");
  assert(new AnyHub(hubState({}, { origin: ["https://x.example"] })));
});

Deno.test("two hubs of one app know nothing of each other", async () => {
  const one = serving();
  const state = hubState({}, {}, SIDE);
  const two = new AnyHub(state);
  const server = memoryServer((request, info) =>
    (request.url.includes("/two") ? two : one.hub).handle(request, { user: { id: "Ada" }, info })
  );
  const post = { method: "POST", headers: { host: "self.example" } };
  const token = async (path: string) => {
    const url = `http://self.example/${path}/negotiate?negotiateVersion=1`;
    return (await (await server.fetch(new Request(url, post))).json()).connectionToken as string;
  };
  const foreign = handshakeRequest(`/two?id=${await token("one")}`);
  assertEquals(await status((await server.connect(foreign)).response), 404);
  const clients = [];
  for (const path of ["one", "two"]) {
    const { client } = await server.connect(handshakeRequest(`/${path}?id=${await token(path)}`));
    client!.send(GREETING);
    await client!.message();
    clients.push(client!);
  }
  type Target = Readonly<Record<"say", (text: string) => Promise<unknown>>>;
  await (one.hub.clients.user("Ada") as never as Target).say("1");
  await (two.clients.user("Ada") as never as Target).say("2");
  assertMatch(await clients[0]!.message() as string, /\["1"\]/);
  assertMatch(await clients[1]!.message() as string, /\["2"\]/);
  await two.close();
  assertEquals((await clients[1]!.closed).code, 1000);
  await nextTurn();
  assertEquals([one.roster, state.roster].map((roster) => [...roster.all()].length), [1, 0]);
});

Deno.test("one hub on two servers reaches the clients of both, each by the clock of its own", async () => {
  const { hub, open, clock, roster } = serving();
  const other = memoryServer((request, info) => hub.handle(request, { user: {}, info }));
  const near = await open();
  const { client: far } = await other.connect(handshakeRequest("/elsewhere"));
  far!.send(GREETING);
  await far!.message();
  type Target = Readonly<Record<"say", (text: string) => Promise<unknown>>>;
  await (hub.clients.all as never as Target).say("1");
  for (const client of [near, far!]) assertMatch(await client.message() as string, /\["1"\]/);
  clock.pass(16_000);
  assertEquals(await near.message(), '{"type":6}\x1e');
  other.clock.pass(16_000);
  assertEquals(await far!.message(), '{"type":6}\x1e');
  assertEquals([...roster.all()].length, 2);
});

Deno.test("a hub that is closed in the middle of everything tells each client of its end once", async () => {
  const order: unknown[] = [];
  const gate = Promise.withResolvers<void>();
  const { hub, open, connect, roster } = serving({
    onConnected: async ({ connection }) => {
      if (connection.request.url.endsWith("/slow")) await gate.promise;
      order.push("connected");
    },
    onDisconnected: (_context, cause) => void order.push(cause),
  });
  const clients = [await open("/hub"), await open("/slow")];
  const { client: silent } = await connect(handshakeRequest("/hub"));
  const closing = [hub.close(), hub.close()];
  await Promise.all(closing);
  gate.resolve();
  // Whoever has yet to shake hands as well.
  for (const client of [...clients, silent!]) assertEquals((await client.closed).code, 1000);
  await nextTurn();
  await nextTurn();
  assertEquals(order.sort(), ["connected", "connected", "shutdown", "shutdown"]);
  assertEquals([[...roster.all()], [...roster.arriving()]], [[], []]);
});

Deno.test("a client that polls has the same hub, and its page can read the answers", async () => {
  const { send, hub, state } = serving({ origin: ["https://app.example"] });
  const headers = { origin: "https://app.example" };
  const { connectionToken } = await (await send("/hub/negotiate?negotiateVersion=1")).json();
  const path = `/hub?id=${connectionToken}`;
  const first = await send(path, "GET", headers);
  assertEquals([first.status, first.headers.get("access-control-allow-origin")], [
    200,
    "https://app.example",
  ]);
  const poll = send(path, "GET");
  await hub.close();
  assertEquals([await status(poll), state.registry.size], [204, 0]);
  const lost = await send(path, "DELETE", headers);
  assertEquals([lost.status, lost.headers.get("access-control-allow-origin")], [
    404,
    "https://app.example",
  ]);
});

Deno.test("a client that was cut off is let in again, and nobody else in its place", async () => {
  let user = { id: "Ada" };
  const hub = new AnyHub(hubState());
  const { connect, fetch } = memoryServer((request, info) => hub.handle(request, { user, info }));
  const url = "http://self.example/hub/negotiate?negotiateVersion=1&useStatefulReconnect=true";
  const init = { method: "POST", headers: { host: "self.example" } };
  const { connectionToken } = await (await fetch(new Request(url, init))).json();
  const again = () => connect(handshakeRequest(`/hub?id=${connectionToken}`));
  const { client } = await again();
  client!.send(GREETING);
  await client!.message();
  client!.vanish();
  await nextTurn();
  user = { id: "Eve" };
  assertEquals((await again()).response.status, 403);
  user = { id: "Ada" };
  const { client: back } = await again();
  assertEquals(await back!.message(), '{"type":9,"sequenceId":1}\x1e');
});

Deno.test("a hub behind a broker has its state, and signs what it hands out", async () => {
  const processes = new HubProcesses();
  const [near, far] = [await processes.add({}, true), await processes.add()];
  assertEquals([near.hub.state, far.hub.state, new AnyHub(hubState()).state], ["down", "up", "up"]);
  let user: object | undefined = { id: "Ada" };
  const servers = [near, far].map(({ hub }) =>
    memoryServer((request, info) => hub.handle(request, { user, info }))
  );
  const init = { method: "POST", headers: { host: "self.example" } };
  const url = "http://self.example/hub/negotiate?negotiateVersion=1";
  const negotiated = await (await servers[0]!.fetch(new Request(url, init))).json();
  assertEquals(near.state.tokens.size, 0);
  const path = `/hub?id=${negotiated.connectionToken}`;
  user = undefined;
  const stranger = (await servers[1]!.connect(handshakeRequest(path))).response;
  assertEquals([stranger.status, await stranger.text()], [
    403,
    "expected the user that has negotiated, got another one\n",
  ]);
  user = { id: "Ada" };
  const { client } = await servers[1]!.connect(handshakeRequest(path));
  client!.send(GREETING);
  await client!.message();
  assertEquals([...far.state.roster.all()].map(({ id }) => id), [negotiated.connectionId]);
  await far.hub.close();
  await near.hub.close();
});

Deno.test("on a full server, the place that a client comes back to is its own", async () => {
  const hub = new AnyHub(hubState());
  const { connect, fetch } = memoryServer((request, info) => hub.handle(request, { info }), {
    maxConnections: 1,
  });
  const url = "http://self.example/hub/negotiate?negotiateVersion=1&useStatefulReconnect=true";
  const init = { method: "POST", headers: { host: "self.example" } };
  const { connectionToken } = await (await fetch(new Request(url, init))).json();
  const again = () => connect(handshakeRequest(`/hub?id=${connectionToken}`));
  const { client } = await again();
  client!.send(GREETING);
  await client!.message();
  assertEquals((await connect(handshakeRequest("/hub"))).response.status, 503);
  // Nobody knows yet that it was cut off.
  const early = again();
  await nextTurn();
  client!.vanish();
  const { client: back } = await early;
  assertEquals(await back!.message(), '{"type":9,"sequenceId":1}\x1e');
});
