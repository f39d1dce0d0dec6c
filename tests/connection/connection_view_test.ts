import { assert, assertEquals } from "@std/assert";
import type { Connection } from "../../src/connection/connection.ts";
import {
  batch,
  ConnectionView,
  type InnerEvents,
  listenForEnd,
  maxBackpressureOf,
  SHUTTING_DOWN,
  type Viewed,
} from "../../src/connection/connection_view.ts";
import { Route } from "../../src/server/route.ts";
import { handshakeRequest, memoryServer, nextTurn } from "../support/memory.ts";

/** A server whose connections echo, and hand themselves out. */
function echoing(use: (connection: Connection) => void) {
  const route = new Route({ data: () => "theirs", protocols: ["chat"] }, () => {
    throw new Error("expected a wrapped server");
  });
  return memoryServer((request, context) =>
    route.answer(request, {
      onOpen: (_, connection) => use(connection),
      onMessage: (event, connection) => connection.send(event.data),
    }, context)
  );
}

Deno.test("what users hang on a connection does no harm", async () => {
  const server = echoing((connection) => {
    Object.assign(connection, {
      slot: 4,
      waitingSince: -1e9,
      pingedAt: 1,
      request_: {},
      look: 1,
      lost: 1,
      ended: 1,
      opened: 1,
      received: 1,
      view: 1,
    });
  });
  const { client } = await server.connect();
  const { client: other } = await server.connect();
  client!.send("still here");
  assertEquals(await client!.message(), "still here");
  server.clock.pass(60_000);
  await nextTurn();
  client!.close(1000);
  other!.close(1000);
  await nextTurn();
  assertEquals([server.state.registry.size, server.reported], [0, []]);
});

Deno.test("a connection shows the documented members, and nothing of ours", async () => {
  let seen: Connection | undefined;
  const server = echoing((connection) => seen = connection);
  await server.connect();
  assertEquals(Object.keys(seen!), []);
  const members = Object.getOwnPropertyNames(Object.getPrototypeOf(seen)).toSorted();
  assertEquals(members, [
    "binaryType",
    "bufferedAmount",
    "close",
    "closed",
    "constructor",
    "data",
    "drained",
    "id",
    "ping",
    "protocol",
    "raw",
    "readyState",
    "request",
    "send",
    "terminate",
    "url",
  ]);
  assertEquals([seen!.data, seen!.url.pathname, seen!.binaryType], [
    "theirs",
    "/ws",
    "arraybuffer",
  ]);
  assertEquals(Object.keys(seen!.request).toSorted(), ["headers", "remoteAddress", "url"]);
});

Deno.test("whoever listens for the end of a connection is told once, before onClose", async () => {
  const told: Connection[] = [];
  const listener = { connectionEnded: (connection: Connection) => void told.push(connection) };
  let seen!: Connection;
  const server = echoing((connection) => seen = connection);
  const { client } = await server.connect();
  assert(listenForEnd(seen, listener));
  const left = listenForEnd(seen, { connectionEnded: () => assert(false, "it does not listen") });
  left!();
  client!.vanish();
  await nextTurn();
  assertEquals(told, [seen]);
  assertEquals(listenForEnd(seen, listener), undefined);
  assertEquals(listenForEnd({ ...seen } as Connection, listener), undefined);
});

Deno.test("upper floors see how much may wait for a connection, of their own ones only", async () => {
  let seen!: Connection;
  const server = echoing((connection) => seen = connection);
  await server.connect();
  assertEquals(maxBackpressureOf(seen), 64 * 1024 * 1024);
  assertEquals(maxBackpressureOf({ ...seen }), undefined);
});

Deno.test("a connection has one name for all its life, and another has another", async () => {
  const seen: Connection[] = [];
  const server = echoing((connection) => seen.push(connection));
  await server.connect();
  const { client } = await server.connect();
  const [first, second] = seen as [Connection, Connection];
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  assert(uuid.test(first.id) && uuid.test(second.id), first.id);
  const { id } = second;
  assert(id !== first.id);
  client!.close(1000);
  await second.closed;
  assertEquals([second.id, second.id], [id, id]);
});

Deno.test("a connection does what its socket does", async () => {
  let seen!: Connection;
  const server = echoing((connection) => seen = connection);
  const { client } = await server.connect(
    handshakeRequest("/ws?a=1", { "sec-websocket-protocol": "chat" }),
  );
  assertEquals([seen.readyState, seen.protocol, seen.raw === client], [1, "chat", true]);
  assertEquals(seen.url.href, "http://self.example/ws?a=1");
  assert(seen.url !== seen.url, "each reader gets a URL of its own");
  assertEquals(seen.request.headers.get("sec-websocket-protocol"), "chat");
  seen.data = "changed";
  assertEquals(seen.data, "changed");
  client!.pause();
  assertEquals([seen.send("12345"), seen.bufferedAmount], [true, 5]);
  let drained = false;
  const waiting = seen.drained().then(() => drained = true);
  await nextTurn();
  assertEquals(drained, false);
  client!.resume();
  await waiting;
  assertEquals([await client!.message(), seen.bufferedAmount], ["12345", 0]);
  seen.close(4000, "bye");
  assertEquals(await client!.closed, { code: 4000, reason: "bye", wasClean: true });
  assertEquals(seen.send("late"), false);
  const info = { code: 4000, reason: "bye", wasClean: true, cause: "local" } as const;
  assertEquals([await seen.closed, seen.readyState], [info, 3]);
});

Deno.test("a connection can be ended at once, and be looped over", async () => {
  const read: unknown[] = [];
  const route = new Route({}, () => {
    throw new Error("expected a wrapped server");
  });
  const server = memoryServer((request, context) =>
    route.answer(request, {
      async onOpen(_, connection) {
        for await (const message of connection) {
          read.push(message);
          if (message === "b") connection.terminate();
        }
      },
    }, context)
  );
  const { client } = await server.connect();
  for (const message of ["a", "b"]) client!.send(message);
  assertEquals(await client!.closed, { code: 1006, reason: "", wasClean: false });
  assertEquals(read, ["a", "b"]);
});

Deno.test("sends of a batch go out in order; to what is none of ours they go as they are", async () => {
  let seen!: Connection;
  const server = echoing((connection) => seen = connection);
  const { client } = await server.connect();
  batch(seen, () => {
    for (const message of ["a", "b"]) seen.send(message);
  });
  assertEquals([await client!.message(), await client!.message()], ["a", "b"]);
  let times = 0;
  for (const other of [{}, { ...seen }, Object.create(seen)]) batch(other, () => times++);
  assertEquals(times, 3);
});

Deno.test("a batch is that of the connection behind the view", () => {
  const calls: string[] = [];
  const viewed: Pick<Viewed, "batch"> = {
    batch(task) {
      calls.push("begins");
      task();
      calls.push("ends");
    },
  };
  batch(new ConnectionView(viewed as Viewed), () => calls.push("task"));
  assertEquals(calls, ["begins", "task", "ends"]);
});

Deno.test("an upper floor is told before an open connection is closed by its server, and only then", async () => {
  const order: string[] = [];
  const events: InnerEvents = {
    onOpen: () => order.push("open"),
    [SHUTTING_DOWN]: () => order.push("shutting down"),
    onClose: () => order.push("close"),
  };
  const route = new Route({}, () => {
    throw new Error("expected a wrapped server");
  });
  const { connect, state } = memoryServer((request, context) =>
    route.answer(request, events, context)
  );
  const first = await connect();
  first.client!.close(1000);
  await first.client!.closed;
  await nextTurn();
  assertEquals(order.splice(0), ["open", "close"]);
  await connect();
  await state.registry.shutdown(1_000);
  await nextTurn();
  assertEquals(order, ["open", "shutting down", "close"]);
});

Deno.test("a ping goes to the client, whose pong tells how long it took", async () => {
  let seen: Connection | undefined;
  const server = echoing((connection) => seen = connection);
  const { client } = await server.connect();
  assertEquals(await seen!.ping(), 0);
  client!.pause();
  const slow = seen!.ping();
  await nextTurn();
  server.clock.pass(20);
  client!.resume();
  assertEquals(await slow, 20);
});
