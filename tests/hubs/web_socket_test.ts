import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Connection, ConnectionRequest } from "../../src/connection/connection.ts";
import { type InnerEvents, SHUTTING_DOWN } from "../../src/connection/connection_view.ts";
import type { CloseEvent } from "../../src/connection/events.ts";
import { Absences } from "../../src/hubs/absence.ts";
import { Heartbeat } from "../../src/hubs/heartbeat.ts";
import { makeCallable } from "../../src/hubs/methods.ts";
import { HubSocket } from "../../src/hubs/web_socket.ts";
import type { HubOptions } from "../../src/hubs/options.ts";
import type { Session } from "../../src/hubs/session.ts";
import type { ClientSide } from "../../src/wire/contract.ts";
import { json } from "../../src/wire/json.ts";
import { messagePack } from "../support/messagepack.ts";
import { Route } from "../../src/server/route.ts";
import { text } from "../fixtures/schemas.ts";
import { Listening } from "../support/diagnostics.ts";
import { hubState } from "../support/fake_transport.ts";
import { memoryServer, nextTurn } from "../support/memory.ts";

const GREETING = '{"protocol":"json","version":1}\x1e';

/** A hub on a server in memory, with the connections that were opened. */
function serving(
  options: HubOptions<unknown, ClientSide> = {},
  token?: string,
  host = {},
  resumable = false,
) {
  const absences = new Absences();
  const hub = hubState(
    {
      echo: makeCallable("method", [text], (_context: never, value: never) => value),
      where: makeCallable("method", [], (context: never) => {
        const { connection } = context as { connection: { request: { url: string } } };
        return connection.request.url;
      }),
      fail: makeCallable("method", [], () => {
        throw new Error("secret");
      }),
      large: makeCallable("stream", [], async function* () {
        for (let i = 0; i < 20; i++) yield "x".repeat(64 * 1024);
      }),
      burst: makeCallable("method", [], (context: never) => {
        const { clients } = context as { clients: { all: { say(text: string): void } } };
        for (let i = 0; i < 3; i++) clients.all.say("x".repeat(60 * 1024));
      }),
    },
    options,
    { say: { parameters: [text], result: undefined } },
  );
  const route = new Route({}, () => {
    throw new Error("expected a wrapped server");
  });
  const connections: Connection[] = [];
  const server = memoryServer((request, context) => {
    const heartbeat = new Heartbeat(server.state.clock, hub.options.limits);
    const ticket = token === undefined ? undefined : { id: "the id", token, resumable };
    const arrival = { hub, server: server.state, heartbeat, user: { id: "Ada" }, ticket };
    const socket = new HubSocket(arrival, absences, absences.get(token ?? ""));
    return route.answer(request, {
      onOpen: (event, connection) => {
        connections.push(connection);
        socket.onOpen(event, connection);
      },
      onMessage: (event) => socket.onMessage(event),
      onClose: (event: CloseEvent) => socket.onClose(event),
      [SHUTTING_DOWN]: () => socket[SHUTTING_DOWN](),
    } as InnerEvents, context);
  }, host);
  const open = async () => {
    const { client } = await server.connect();
    client!.send(GREETING);
    await client!.message();
    return client!;
  };
  return { ...server, hub, open, connections, absences };
}

const call = (target: string, ...args: unknown[]) =>
  json.encode({ type: 1, invocationId: "1", target, arguments: args }) as string;

Deno.test("a WebSocket carries a hub, in text and in bytes", async () => {
  const { open, connect, hub } = serving();
  const client = await open();
  client.send(call("echo", "a"));
  assertEquals(await client.message(), '{"type":3,"invocationId":"1","result":"a"}\x1e');
  client.send(new TextEncoder().encode(call("echo", "b")));
  assertMatch(await client.message() as string, /"result":"b"/);
  client.send(call("where"));
  assertMatch(await client.message() as string, /"http:\/\/self.example\/ws"/);
  assertEquals([...hub.roster.user("Ada")].length, 1);
  const { client: other } = await connect();
  other!.send('{"protocol":"messagepack","version":1}\x1e');
  await other!.message();
  const message = { type: 1, invocationId: "1", target: "echo", arguments: ["c"] } as const;
  other!.send(messagePack.encode(message) as Uint8Array<ArrayBuffer>);
  const answer = new Uint8Array(await other!.message() as ArrayBuffer);
  assertEquals(answer, messagePack.encode({ type: 3, invocationId: "1", result: "c" }));
});

Deno.test("several frames go out in order, and no faster than they are read", async () => {
  const { open, connections } = serving();
  const client = await open();
  client.send(call("burst"));
  for (let i = 0; i < 3; i++) assertMatch(await client.message() as string, /"say"/);
  client.pause();
  client.send(
    json.encode({ type: 4, invocationId: "2", target: "large", arguments: [] }) as string,
  );
  await nextTurn();
  await nextTurn();
  const waiting = connections[0]!.bufferedAmount;
  assert(waiting > 64 * 1024 && waiting < 4 * 64 * 1024, `${waiting}`);
  client.resume();
  let items = "";
  while (!items.includes('"type":3')) items += await client.message();
  assertEquals(items.split('"type":2').length - 1, 20);
});

Deno.test("faults of user code are reported with their connection, limits are told", async () => {
  const reported: [unknown, Connection | undefined][] = [];
  const onError = (error: unknown, connection?: Connection) => reported.push([error, connection]);
  const limits = { maximumReceiveMessageSize: 200 };
  const { open, told, connections } = serving(limits, undefined, { onError });
  const client = await open();
  client.send(call("fail"));
  await client.message();
  assertEquals(reported.map(([error, connection]) => [String(error), connection]), [
    ["Error: secret", connections[0]],
  ]);
  client.send(call("echo", 5));
  await client.message();
  client.send(call("echo", "x".repeat(200)));
  await client.message();
  await client.closed;
  const seen = told.map(({ kind, cause, message, connection, remoteAddress }) => [
    kind,
    cause,
    message,
    connection === connections[0],
    remoteAddress,
  ]);
  assertEquals(seen, [
    ["call", "arguments", "echo: argument 1.here: expected text", true, "127.0.0.1"],
    [
      "closed",
      "payload-too-large",
      "The maximum message size of 200B was exceeded.",
      true,
      "127.0.0.1",
    ],
  ]);
});

Deno.test("a token is claimed for as long as the connection lasts, and by one only", async () => {
  const { open, connect, hub } = serving({}, "the token");
  const client = await open();
  assert(hub.tokens.isClaimed("the token"));
  assert(hub.roster.one("the id"));
  const second = (await connect()).client!;
  assertEquals((await second.closed).code, 1008);
  assert(hub.tokens.isClaimed("the token"));
  client.close(1000);
  await client.closed;
  await nextTurn();
  assertEquals([hub.tokens.isClaimed("the token"), hub.roster.one("the id")], [false, undefined]);
});

Deno.test("more than may wait ends the connection with 1013", async () => {
  const { open, told } = serving({
    maxQueue: 1_000,
    onConnected: () => new Promise(() => {}),
  });
  const client = await open();
  for (let i = 0; i < 4; i++) client.send(call("echo", "a"));
  assertMatch(await client.message() as string, /"type":7.*"allowReconnect":true/);
  assertEquals((await client.closed).code, 1013);
  assertEquals(told.map(({ cause }) => cause), ["backpressure"]);
});

Deno.test("a hub that was closed meanwhile takes nobody", async () => {
  const { connect, hub } = serving();
  hub.closed = true;
  const { client } = await connect();
  assertEquals((await client!.closed).code, 1000);
});

Deno.test("a server that shuts down tells clients that they may come back, and then closes", async () => {
  const { open, state } = serving();
  const client = await open();
  const done = state.registry.shutdown(1_000);
  assertEquals(await client.message(), '{"type":7,"allowReconnect":true}\x1e');
  assertEquals((await client.closed).code, 1001);
  await done;
});

Deno.test("a token is let go of, whatever userId throws", async () => {
  let throws = true;
  const { connect, hub, reported } = serving({
    userId() {
      if (throws) throw new Error("userId");
      return "Ada";
    },
  }, "token");
  const { client } = await connect();
  assertEquals((await client!.closed).code, 1011);
  await nextTurn();
  assertEquals(reported.map((error) => (error as Error).message), ["userId"]);
  assertEquals(hub.tokens.isClaimed("token"), false);
  throws = false;
  const { client: again } = await connect();
  again!.send(GREETING);
  assertEquals(await again!.message(), "{}\x1e");
  again!.close();
});

Deno.test("a call is told with its connection, by the clock of the server", async () => {
  using listening = new Listening("call");
  const { open, connections } = serving();
  const client = await open();
  client.send(call("echo", "a"));
  await client.message();
  const [told] = listening.all("call");
  assertEquals([told?.connectionId, told?.path, told?.remoteAddress, told?.duration], [
    connections[0]!.id,
    "/ws",
    "127.0.0.1",
    0,
  ]);
  client.close();
});

Deno.test("a client that was cut off is carried by its next WebSocket, and its streams wait for it", async () => {
  const { open, connect, hub, absences } = serving(
    { statefulReconnectBufferSize: 1_000_000 },
    "the token",
    {},
    true,
  );
  const first = await open();
  first.send(json.encode({ type: 4, invocationId: "2", target: "large", arguments: [] }) as string);
  first.pause();
  await nextTurn();
  first.vanish();
  await nextTurn();
  const [session] = [...hub.roster.all()] as Session[];
  const { transport } = session!;
  assertEquals([absences.size, transport.bufferedAmount], [1, Infinity]);
  transport.send("to nobody");
  const drained = transport.drained();
  const second = (await connect()).client!;
  await drained;
  assertEquals([absences.size, hub.roster.one("the id")?.transport], [0, transport]);
  assertMatch(await second.message() as string, /^{"type":9,"sequenceId":1}/);
  second.close(1000);
  await second.closed;
  await nextTurn();
  assertEquals([absences.size, hub.roster.one("the id")], [0, undefined]);
});

Deno.test("limits of the server are asked whether one that was cut off is kept, and by whom it was", async () => {
  const asked: unknown[] = [];
  let keeps = true;
  const limits = {
    admit: () => ({ answered() {}, ended() {} }),
    absent({ url, remoteAddress }: ConnectionRequest) {
      asked.push([new URL(url).pathname, remoteAddress]);
      return keeps ? () => asked.push("back") : undefined;
    },
  };
  const { open, hub, absences, clock } = serving({}, "the token", { limits }, true);
  (await open()).vanish();
  await nextTurn();
  assertEquals([absences.size, asked.length], [1, 1]);
  clock.pass(15_000);
  assertEquals([absences.size, asked.at(-1)], [0, "back"]);
  keeps = false;
  (await open()).vanish();
  await nextTurn();
  assertEquals([absences.size, hub.roster.one("the id")], [0, undefined]);
  assertEquals(asked[2], ["/ws", "127.0.0.1"]);
});

Deno.test("one that is ended while nobody is there is gone, with whoever waits for it", async () => {
  const { open, hub, absences } = serving({}, "the token", {}, true);
  (await open()).vanish();
  await nextTurn();
  const session = hub.roster.one("the id")!;
  const drained = session.transport.drained();
  session.close({ cause: "local", allowReconnect: false });
  await drained;
  await nextTurn();
  assertEquals([absences.size, hub.roster.one("the id")], [0, undefined]);
});

Deno.test("who comes too late to go on is sent away", async () => {
  const { open, connect, absences } = serving({}, "the token", {}, true);
  (await open()).vanish();
  await nextTurn();
  const absence = absences.get("the token")!;
  absence.end();
  absences.add("the token", absence);
  assertEquals((await (await connect()).client!.closed).code, 1008);
});

Deno.test("a client whose WebSocket is dead without anybody noticing is believed after a second", async () => {
  const { open, absences, clock, connections } = serving({}, "token", {}, true);
  await open();
  const expected = absences.expect("token", clock, "Ada");
  await nextTurn();
  assertEquals(connections[0]!.readyState, 1);
  clock.pass(1_000);
  await expected;
  assertEquals(connections[0]!.readyState, 3);
});
