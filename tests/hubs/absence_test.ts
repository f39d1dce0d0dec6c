import { assert, assertEquals, assertMatch } from "@std/assert";
import { Absences } from "../../src/hubs/absence.ts";
import { AnyHub } from "../../src/hubs/any_hub.ts";
import { makeCallable } from "../../src/hubs/methods.ts";
import { perAddress } from "../../src/limits/per_address.ts";
import type { HubOptions } from "../../src/hubs/options.ts";
import type { ClientSide } from "../../src/wire/contract.ts";
import { json } from "../../src/wire/json.ts";
import { text } from "../fixtures/schemas.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { hubState } from "../support/fake_transport.ts";
import { handshakeRequest, memoryServer, nextTurn } from "../support/memory.ts";
import { called, GREETING } from "../support/request_client.ts";

type Target = Readonly<Record<"say", (text: string) => Promise<unknown>>>;

/** A hub on a server in memory whose clients may come back. */
function serving(options: HubOptions<unknown, ClientSide> = {}, host: object = {}) {
  const causes: unknown[] = [];
  let stop = () => {};
  const state = hubState(
    {
      echo: makeCallable("method", [text], (_context: never, value: never) => value),
      count: makeCallable("stream", [], async function* () {
        for (let i = 0;; i++) {
          yield i;
          await new Promise<void>((resolve) => stop = resolve);
        }
      }),
    },
    { onDisconnected: (_context, cause) => void causes.push(cause), ...options },
    { say: { parameters: [text], result: undefined } },
  );
  const hub = new AnyHub(state);
  const server = memoryServer(
    (request, info) =>
      hub.handle(request, { user: { id: new URL(request.url).searchParams.get("user") }, info }),
    host,
  );
  const negotiate = async (query = "&useStatefulReconnect=true") => {
    const url = `http://self.example/hub/negotiate?negotiateVersion=1${query}`;
    const init = { method: "POST", headers: { host: "self.example" } };
    return await (await server.fetch(new Request(url, init))).json();
  };
  const connect = async (token: string, user = "Ada") => {
    const { client, response } = await server.connect(
      handshakeRequest(`/hub?id=${token}&user=${user}`, { "x-forwarded-for": "192.0.2.1" }),
    );
    return { client, status: response.status };
  };
  const open = async (token: string) => {
    const { client } = await connect(token);
    client!.send(GREETING);
    await client!.message();
    return client!;
  };
  const say = (word: string) => (hub.clients.all as never as Target).say(word);
  return {
    ...server,
    hub,
    roster: state.roster,
    causes,
    negotiate,
    connect,
    open,
    say,
    stop: () => stop(),
  };
}

const sequence = (id: number) => json.encode({ type: 9, sequenceId: id }) as string;
const ack = (id: number) => json.encode({ type: 8, sequenceId: id }) as string;
const said = (word: string) => json.encode({ type: 1, target: "say", arguments: [word] }) as string;
const answered = (result: string) => json.encode({ type: 3, invocationId: "1", result }) as string;

Deno.test("a client that was cut off comes back, and nothing is lost or comes twice", async () => {
  const { negotiate, open, connect, say, causes, roster, state } = serving();
  const { connectionToken, connectionId, useStatefulReconnect } = await negotiate();
  assertEquals(useStatefulReconnect, true);
  const client = await open(connectionToken);
  say("1");
  assertEquals(await client.message(), said("1"));
  client.send(ack(1) + called("echo", "a"));
  assertEquals(await client.message(), answered("a"));
  client.vanish();
  await nextTurn();
  say("2");
  await nextTurn();
  assertEquals([causes, roster.one(connectionId)?.id], [[], connectionId]);
  const { client: back } = await connect(connectionToken);
  // What was not acknowledged: the answer, and what was said meanwhile.
  assertEquals(await back!.message(), sequence(2) + answered("a") + said("2"));
  // The first call comes again, because the client does not know that it came.
  back!.send(sequence(1) + called("echo", "a") + called("echo", "b"));
  assertEquals(await back!.message(), answered("b"));
  back!.close(1000);
  await back!.closed;
  await nextTurn();
  assertEquals([causes, roster.one(connectionId), state.registry.size], [["peer"], undefined, 0]);
});

Deno.test("before it says where it goes on, nothing that it sends counts", async () => {
  const { negotiate, open, connect } = serving();
  const { connectionToken } = await negotiate();
  (await open(connectionToken)).vanish();
  await nextTurn();
  const { client } = await connect(connectionToken);
  assertEquals(await client!.message(), sequence(1));
  client!.send(called("echo", "no") + sequence(1) + called("echo", "yes"));
  assertEquals(await client!.message(), answered("yes"));
});

Deno.test("half a message that had come comes again as a whole", async () => {
  const { negotiate, open, connect } = serving();
  const { connectionToken } = await negotiate();
  const client = await open(connectionToken);
  client.send(called("echo", "a").slice(0, 20));
  await nextTurn();
  client.vanish();
  await nextTurn();
  const { client: back } = await connect(connectionToken);
  await back!.message();
  back!.send(sequence(1) + called("echo", "a"));
  assertEquals(await back!.message(), answered("a"));
});

Deno.test("whoever is late, or is another user, is not let in", async () => {
  const { negotiate, open, connect, clock, causes } = serving();
  const { connectionToken } = await negotiate();
  const client = await open(connectionToken);
  const stranger = connect(connectionToken, "Eve");
  await nextTurn();
  clock.pass(1_000);
  assertEquals((await stranger).status, 409);
  client.vanish();
  await nextTurn();
  assertEquals((await connect(connectionToken, "Eve")).status, 403);
  clock.pass(14_500);
  await nextTurn();
  assertEquals(causes, []);
  clock.pass(1_000);
  await nextTurn();
  assertEquals(causes, ["network"]);
  assertEquals((await connect(connectionToken)).status, 404);
});

Deno.test("a client whose first WebSocket is dead without anybody noticing takes its own place", async () => {
  const { negotiate, open, connect, say, clock, causes, state } = serving();
  const { connectionToken } = await negotiate();
  const client = await open(connectionToken);
  client.mute();
  say("1");
  await nextTurn();
  const second = connect(connectionToken);
  await nextTurn();
  clock.pass(900);
  await nextTurn();
  assertEquals(state.registry.size, 1);
  clock.pass(100);
  const { client: back, status } = await second;
  assertEquals(status, 101);
  assertEquals(await back!.message(), sequence(1) + said("1"));
  back!.send(sequence(1) + called("echo", "a"));
  assertEquals(await back!.message(), answered("a"));
  assertEquals([causes, state.registry.size], [[], 1]);
  const third = connect(connectionToken);
  await nextTurn();
  clock.pass(1_000);
  const { client: again } = await third;
  assertEquals(await again!.message(), sequence(1) + said("1") + answered("a"));
  again!.close(1000);
  await again!.closed;
  await nextTurn();
  assertEquals(causes, ["peer"]);
});

Deno.test("of two that come back, one is the client", async () => {
  const { negotiate, open, connect } = serving();
  const { connectionToken } = await negotiate();
  (await open(connectionToken)).vanish();
  await nextTurn();
  const both = await Promise.all([connect(connectionToken), connect(connectionToken)]);
  const clients = both.filter(({ status }) => status === 101);
  assert(clients.length > 0);
  const first = clients[0]!.client!;
  assertEquals(await first.message(), sequence(1));
  if (clients.length === 2) assertEquals((await clients[1]!.client!.closed).code, 1008);
  first.send(sequence(1) + called("echo", "a"));
  assertEquals(await first.message(), answered("a"));
});

Deno.test("whoever did not ask for it, says goodbye, or has shaken no hands, is gone at once", async () => {
  const { negotiate, open, connect, causes, roster } = serving();
  const plain = await negotiate("");
  assertEquals("useStatefulReconnect" in plain, false);
  (await open(plain.connectionToken)).vanish();
  await nextTurn();
  const polite = await negotiate();
  const client = await open(polite.connectionToken);
  client.close(1000);
  await client.closed;
  await nextTurn();
  assertEquals(causes, ["network", "peer"]);
  const silent = await negotiate();
  (await connect(silent.connectionToken)).client!.vanish();
  // It had not arrived yet, so that nobody is told of its end.
  for (let i = 0; i < 100 && [...roster.arriving()].length > 0; i++) await nextTurn();
  for (const { connectionToken } of [plain, polite, silent]) {
    assertEquals((await connect(connectionToken)).status, 404);
  }
});

Deno.test("where it is switched off, nobody is promised it", async () => {
  const { negotiate } = serving({ statefulReconnectBufferSize: 0 });
  assertEquals("useStatefulReconnect" in await negotiate(), false);
});

Deno.test("a client that lacks more than is kept is gone with the cut", async () => {
  const { negotiate, open, connect, say, causes } = serving({ statefulReconnectBufferSize: 200 });
  const kept = await negotiate();
  const client = await open(kept.connectionToken);
  for (let i = 0; i < 3; i++) say("x".repeat(60));
  await nextTurn();
  client.vanish();
  await nextTurn();
  assertEquals(causes, ["network"]);
  assertEquals((await connect(kept.connectionToken)).status, 404);
});

Deno.test("an absence takes a place on the server, and ends with it, or with the hub", async () => {
  const { negotiate, open, state, causes, hub } = serving({}, { maxConnections: 1 });
  const { connectionToken } = await negotiate();
  (await open(connectionToken)).vanish();
  await nextTurn();
  assertEquals(state.noRoom()?.status, 503);
  await hub.close();
  await nextTurn();
  assertEquals([causes, state.noRoom()], [["shutdown"], undefined]);
  const other = serving();
  const token = (await other.negotiate()).connectionToken;
  (await other.open(token)).vanish();
  await nextTurn();
  other.state.drain();
  await nextTurn();
  assertEquals(other.causes, ["shutdown"]);
});

Deno.test("however many are absent, one listener waits for the end of their server", async () => {
  const { negotiate, open, state, causes } = serving();
  let listeners = 0;
  const { signal } = state;
  const add = signal.addEventListener.bind(signal) as (...args: unknown[]) => void;
  signal.addEventListener = (...args: unknown[]) => {
    listeners++;
    add(...args);
  };
  for (let i = 0; i < 3; i++) {
    (await open((await negotiate()).connectionToken)).vanish();
    await nextTurn();
  }
  state.drain();
  await nextTurn();
  assertEquals([causes, listeners], [["shutdown", "shutdown", "shutdown"], 1]);
});

Deno.test("who is ended while absent is gone", async () => {
  const { negotiate, open, roster, causes, state } = serving();
  const { connectionToken, connectionId } = await negotiate();
  (await open(connectionToken)).vanish();
  await nextTurn();
  roster.one(connectionId)!.close({ cause: "local", allowReconnect: false });
  // The server ends at the same moment: it is told of once.
  state.drain();
  await nextTurn();
  assertEquals([causes, roster.one(connectionId)], [["local"], undefined]);
});

Deno.test("a stream waits for its client, and goes on", async () => {
  const { negotiate, open, connect, stop } = serving();
  const { connectionToken } = await negotiate();
  const client = await open(connectionToken);
  const begin = { type: 4, invocationId: "9", target: "count", arguments: [] } as const;
  client.send(json.encode(begin) as string);
  assertMatch(await client.message() as string, /"item":0/);
  client.vanish();
  await nextTurn();
  stop();
  await nextTurn();
  const { client: back } = await connect(connectionToken);
  back!.send(sequence(2));
  let items = await back!.message() as string;
  stop();
  while (!items.includes('"item":2')) {
    items += await back!.message();
    stop();
  }
  assertEquals([...items.matchAll(/"item":(\d)/g)].map(([, item]) => item).slice(0, 3), [
    "0",
    "1",
    "2",
  ]);
});

Deno.test("what has come is acknowledged: once a second, and at once when it is much", async () => {
  const { negotiate, open, clock } = serving({ statefulReconnectBufferSize: 3_000 });
  const client = await open((await negotiate()).connectionToken);
  client.send(called("echo", "a"));
  assertEquals(await client.message(), answered("a"));
  clock.pass(1_000);
  assertEquals(await client.message(), ack(1));
  client.send(called("echo", "x".repeat(1_000)));
  assertMatch(await client.message() as string, /^{"type":8,"sequenceId":2}/);
});

Deno.test("a client that is back before anybody knows that it was away is let in then", async () => {
  const { negotiate, open, connect } = serving();
  const { connectionToken } = await negotiate();
  const client = await open(connectionToken);
  const both = [connect(connectionToken), connect(connectionToken)];
  await nextTurn();
  client.vanish();
  const statuses = (await Promise.all(both)).map(({ status }) => status);
  assertEquals(statuses[0], 101);
});

Deno.test("nobody is absent at first, and whoever is expected is waited for a second", async () => {
  const absences = new Absences();
  assertEquals([absences.size, absences.get("token")], [0, undefined]);
  const clock = new FakeClock();
  const expected = absences.expect("token", clock, undefined);
  clock.pass(1_000);
  assertEquals(await expected, undefined);
});

Deno.test("what we end ourselves meanwhile is gone at once", async () => {
  const { negotiate, open, roster, causes, clock } = serving();
  const { connectionToken, connectionId } = await negotiate();
  (await open(connectionToken)).vanish();
  await nextTurn();
  roster.one(connectionId)!.close({ cause: "local", allowReconnect: false });
  await nextTurn();
  assertEquals([causes, roster.one(connectionId)], [["local"], undefined]);
  clock.pass(15_000);
  assertEquals(causes, ["local"]);
});

Deno.test("a client that is sent away while it is cut off is told so when it comes back", async () => {
  const { negotiate, open, connect, roster, clock, fetch } = serving();
  const { connectionToken, connectionId } = await negotiate();
  (await open(connectionToken)).vanish();
  await nextTurn();
  roster.one(connectionId)!.close({ cause: "local", allowReconnect: false });
  await nextTurn();
  assertEquals((await connect(connectionToken, "Eve")).status, 403);
  // It is there, over WebSockets: whoever asks by a request goes on trying.
  const url = `http://self.example/hub?id=${connectionToken}&user=Ada`;
  const init = { method: "POST", headers: { host: "self.example" } };
  assertEquals((await fetch(new Request(url, init))).status, 405);
  const { client } = await connect(connectionToken);
  assertEquals(await client!.message(), json.encode({ type: 7 }) as string);
  assertEquals((await client!.closed).code, 1000);
  clock.pass(60_000);
  assertEquals((await connect(connectionToken)).status, 404);
});

Deno.test("also if nobody had noticed yet that it was cut off", async () => {
  const { negotiate, open, connect, roster, clock } = serving();
  const { connectionToken, connectionId } = await negotiate();
  await open(connectionToken);
  roster.one(connectionId)!.close({ cause: "local", allowReconnect: false });
  const back = connect(connectionToken);
  await nextTurn();
  clock.pass(1_000);
  assertEquals(await (await back).client!.message(), json.encode({ type: 7 }) as string);
});

Deno.test("a client that lacks more than is kept while it is away is gone then", async () => {
  const { negotiate, open, connect, say, causes } = serving({ statefulReconnectBufferSize: 200 });
  const { connectionToken } = await negotiate();
  (await open(connectionToken)).vanish();
  await nextTurn();
  say("x".repeat(60));
  await nextTurn();
  assertEquals(causes, []);
  for (let i = 0; i < 2; i++) say("x".repeat(60));
  await nextTurn();
  assertEquals(causes, ["network"]);
  assertEquals((await connect(connectionToken)).status, 404);
});

Deno.test("a client that is back while what it lacks is forgotten is not sent the rest", async () => {
  const { negotiate, open, connect, say, causes } = serving({ statefulReconnectBufferSize: 200 });
  const { connectionToken } = await negotiate();
  (await open(connectionToken)).vanish();
  await nextTurn();
  await nextTurn();
  const coming = connect(connectionToken);
  for (let i = 0; i < 3; i++) say("x".repeat(60));
  const { client } = await coming;
  assertEquals([(await client?.closed)?.code, causes], [1008, ["network"]]);
});

Deno.test("an acknowledgement that was lost with the cut comes again", async () => {
  const { negotiate, open, connect, clock } = serving();
  const { connectionToken } = await negotiate();
  const client = await open(connectionToken);
  client.send(called("echo", "a"));
  assertEquals(await client.message(), answered("a"));
  client.pause();
  clock.pass(1_000);
  client.vanish();
  await nextTurn();
  const { client: back } = await connect(connectionToken);
  assertEquals(await back!.message(), sequence(1) + answered("a"));
  back!.send(sequence(1) + called("echo", "a"));
  await nextTurn();
  clock.pass(1_000);
  assertEquals(await back!.message(), ack(1));
});

Deno.test("a client that is away has its place on a full server", async () => {
  const { negotiate, open, connect, state } = serving({}, { maxConnections: 1 });
  const { connectionToken } = await negotiate();
  (await open(connectionToken)).vanish();
  await nextTurn();
  assertEquals((await connect("other")).status, 503);
  const { client } = await connect(connectionToken);
  assertEquals(await client?.message(), sequence(1));
  assertEquals(state.noRoom()?.status, 503);
  client?.close(1000);
  await client?.closed;
  await nextTurn();
  assertEquals(state.noRoom(), undefined);
});

Deno.test("a place is lent for a second, and whoever finds it taken then is gone", async () => {
  const { negotiate, open, connect, state, causes, clock } = serving({}, { maxConnections: 1 });
  const { connectionToken } = await negotiate();
  (await open(connectionToken)).vanish();
  await nextTurn();
  for (let i = 0; i < 2; i++) {
    assertEquals((await connect(connectionToken, "Eve")).status, 403);
    assertEquals((await connect(connectionToken, "Eve")).status, 403);
    assertEquals([state.noRoom(), state.reserve(), state.noRoom()?.status], [
      undefined,
      undefined,
      503,
    ]);
    state.release();
    clock.pass(1_000);
    assertEquals([state.noRoom()?.status, causes], [503, []]);
  }
  await connect(connectionToken, "Eve");
  assertEquals(state.reserve(), undefined);
  clock.pass(1_000);
  await nextTurn();
  assertEquals(causes, ["network"]);
  state.release();
  assertEquals(state.noRoom(), undefined);
  assertEquals(state.reserve(), undefined);
  assertEquals(state.noRoom()?.status, 503);
});

Deno.test("who is back on a full server before its cut is noticed is let in", async () => {
  const { negotiate, open, connect, clock, state } = serving({}, { maxConnections: 1 });
  const { connectionToken } = await negotiate();
  const client = await open(connectionToken);
  const back = connect(connectionToken);
  await nextTurn();
  client.vanish();
  assertEquals(await (await back).client?.message(), sequence(1));
  assertEquals(state.noRoom()?.status, 503);
  // Somebody else with its token finds no room, and leaves it where it is.
  const stranger = connect(connectionToken, "Eve");
  await nextTurn();
  clock.pass(1_000);
  assertEquals((await stranger).status, 503);
  // After a second, the client itself is believed: its WebSocket is dead, and its place is its own.
  const again = connect(connectionToken);
  await nextTurn();
  clock.pass(1_000);
  assertEquals(await (await again).client?.message(), sequence(1));
  assertEquals(state.noRoom()?.status, 503);
  assertEquals((await connect("unknown")).status, 503);
});

Deno.test("one address keeps as many absent clients as it may have connections, and all of them come back", async () => {
  const limits = perAddress({ connections: 2, trustProxy: true });
  const { negotiate, open, connect, causes, roster } = serving({}, { limits });
  const cut = async () => {
    const { connectionToken } = await negotiate();
    (await open(connectionToken)).vanish();
    await nextTurn();
    return connectionToken;
  };
  const tokens = [await cut(), await cut()];
  assertEquals([causes.length, [...roster.all()].length], [0, 2]);
  // There is no room for one that is gone, as without stateful reconnect.
  await cut();
  assertEquals([causes.length, [...roster.all()].length], [1, 2]);
  const back = await Promise.all(tokens.map((token) => connect(token)));
  assertEquals(back.map(({ status }) => status), [101, 101]);
  for (const { client } of back) assertEquals(await client!.message(), sequence(1));
  // The next cut finds its place again.
  back[0]!.client!.vanish();
  await nextTurn();
  assertEquals([causes.length, (await connect(tokens[0]!)).status], [1, 101]);
});

Deno.test("who comes back to another server of the hub is looked after there", async () => {
  const { negotiate, open, hub, clock, causes, state, told } = serving({
    clientTimeoutInterval: 20,
  });
  const other = memoryServer((request, info) => hub.handle(request, { user: { id: "Ada" }, info }));
  other.clock.pass(1_000_000);
  const { pending } = other.clock;
  const { connectionToken } = await negotiate();
  (await open(connectionToken)).vanish();
  await nextTurn();
  const { client } = await other.connect(handshakeRequest(`/hub?id=${connectionToken}`));
  assertEquals(await client!.message(), sequence(1));
  client!.send(sequence(1) + '{"type":6}\x1e' + called("echo", 5));
  await client!.message();
  assertEquals([other.told.map(({ kind }) => kind), told], [["call"], []]);
  clock.pass(60_000);
  other.clock.pass(1_000);
  assertEquals(await client!.message(), '{"type":8,"sequenceId":1}\x1e');
  other.clock.pass(16_000);
  assertEquals(await client!.message(), '{"type":6}\x1e');
  assertEquals([causes, state.noRoom()], [[], undefined]);
  other.clock.pass(6_000);
  assertMatch(await client!.message() as string, /^\{"type":7,/);
  await nextTurn();
  assertEquals([causes, other.state.registry.size], [["idle-timeout"], 0]);
  assertEquals(other.clock.pending, pending);
});

Deno.test("where there is no memory left, a cut is the end", async () => {
  const { negotiate, open, connect, say, causes } = serving({}, { maxBuffered: 200 });
  const { connectionToken } = await negotiate();
  const client = await open(connectionToken);
  say("x".repeat(300));
  await client.message();
  client.vanish();
  await nextTurn();
  assertEquals([causes, (await connect(connectionToken)).status], [["network"], 404]);
});
