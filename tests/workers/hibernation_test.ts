import { assertEquals, assertThrows } from "@std/assert";
import { WorkersAdapter } from "../../src/adapters/workers.ts";
import type { Connection } from "../../src/connection/connection.ts";
import type { WebSocketEvents } from "../../src/connection/events.ts";
import { upgradeWebSocket } from "../../src/native/upgrade.ts";
import { rateLimit } from "../../src/limits/rate_limit.ts";
import { Hibernation } from "../../src/workers/hibernation.ts";
import { perAddress } from "../../src/limits/per_address.ts";
import type { HostOptions } from "../../src/server/host_options.ts";
import { nextTurn, wrappedServer } from "../support/memory.ts";
import { edgeRequest, StagedSocket, StagedState, WorkersStage } from "../support/workers_stage.ts";

type Data = { count: number; more?: unknown };

/** An object, or what becomes of it when it is made again around the same state. */
function object(
  state: StagedState,
  data: () => unknown = () => ({ count: 0 }),
  options = {},
  host: HostOptions = {},
) {
  const told: unknown[] = [];
  const connections: Connection<Data>[] = [];
  const adapter = new WorkersAdapter(true);
  const events = (made: string): WebSocketEvents<Data> => ({
    onOpen(_event, connection) {
      connections.push(connection);
      told.push([made, "open"]);
      if (connection.data?.more === "at once") connection.data.count = 7;
    },
    onMessage({ data }, connection) {
      told.push([made, data]);
      if (data === "count") connection.data.count++;
      if (data === "assign") connection.data = { count: 100 };
      if (data === "keep") connection.data.more = () => {};
      if (data === "throw") throw new Error("thrown");
    },
    onClose: ({ code, cause }) => void told.push([made, code, cause]),
  });
  const server = wrappedServer(
    adapter,
    (request) =>
      upgradeWebSocket(request, events("first") as WebSocketEvents, {
        protocols: ["chat"],
        maxPayloadLength: 1_000,
        data: data as () => Data,
        ...options,
      }),
    host,
  );
  const hibernation = new Hibernation(state, server.state, adapter, (connection) => {
    connections.push(connection);
    return events("again") as WebSocketEvents<never>;
  });
  adapter.keeper = hibernation;
  hibernation.wake();
  return { ...server, told, connections, hibernation };
}

async function opened(data?: () => unknown) {
  const state = new StagedState();
  const one = object(state, data);
  const request = edgeRequest("/ws?a=1", { "sec-websocket-protocol": "chat" });
  assertEquals((await one.fetch(request)).status, 101);
  await nextTurn();
  return { ...one, staged: state, raw: state.sockets[0] as StagedSocket };
}

Deno.test("an object that wakes goes on with its connections: id, url, protocol, address, data", async () => {
  using _stage = new WorkersStage();
  const { staged, raw, told, connections: [first], hibernation } = await opened();
  hibernation.received(raw, "count");
  assertEquals(told, [["first", "open"], ["first", "count"]]);

  const later = object(staged);
  await nextTurn();
  const [again] = later.connections;
  assertEquals([again!.id, again!.url.href, again!.protocol, again!.data], [
    first!.id,
    "http://self.example/ws?a=1",
    "chat",
    { count: 1 },
  ]);
  assertEquals([again!.request.remoteAddress, [...again!.request.headers]], ["192.0.2.1", []]);
  assertEquals([again!.readyState, later.state.registry.size, later.told], [1, 1, []]);
  again!.send("x");
  assertEquals(raw.sent, ["x"]);
  later.hibernation.received(raw, "hello");
  later.hibernation.ended(raw, 4000, "bye", true);
  await nextTurn();
  assertEquals(later.told, [["again", "hello"], ["again", 4000, "peer"]]);
  assertEquals([later.state.registry.size, raw.closes], [0, [[4000, "bye"]]]);
});

Deno.test("the limits of the route hold after a sleep, with its timeouts", async () => {
  using _stage = new WorkersStage();
  const { staged, raw } = await opened();
  const later = object(staged);
  later.hibernation.received(raw, "x".repeat(1_001));
  await nextTurn();
  assertEquals(raw.closes, [[1009, "Message too big"]]);
  later.clock.pass(6_000);
  await nextTurn();
  assertEquals(later.told, [["again", 1009, "payload-too-large"]]);
});

Deno.test("a connection that has ended is not brought back", async () => {
  using _stage = new WorkersStage();
  const { staged, raw, told, hibernation } = await opened();
  hibernation.failed(raw, new Error("Network connection lost."));
  await nextTurn();
  assertEquals(told.at(-1), ["first", 1006, "network"]);
  const later = object(staged);
  assertEquals([later.state.registry.size, later.connections], [0, []]);
  // What the runtime still says of it concerns nobody.
  later.hibernation.received(raw, "late");
  later.hibernation.ended(raw, 1000, "", true);
  later.hibernation.failed(raw, new Error("late"));
  assertEquals(later.told, []);
});

Deno.test("sockets that users have accepted themselves are left to them", () => {
  const state = new StagedState();
  const own = new StagedSocket();
  own.attachment = { mine: true };
  state.sockets.push(own);
  const { state: server, hibernation, told } = object(state);
  hibernation.received(own, "x");
  assertEquals([server.registry.size, told, own.attachment], [0, [], { mine: true }]);
});

Deno.test("data is kept when it is assigned, and after each message", async () => {
  using _stage = new WorkersStage();
  const { raw, hibernation, connections } = await opened();
  const kept = () => (raw.attachment as { data: unknown }).data;
  assertEquals(kept(), { count: 0 });
  hibernation.received(raw, "count");
  assertEquals(kept(), { count: 1 });
  hibernation.received(raw, "assign");
  assertEquals([kept(), connections[0]!.data], [{ count: 100 }, { count: 100 }]);
  connections[0]!.data = { count: 7 };
  assertEquals(kept(), { count: 7 });
  assertThrows(() => connections[0]!.data = { count: 1, more: () => {} }, TypeError, "sleep");
  assertEquals([kept(), connections[0]!.data.count], [{ count: 7 }, 7]);
});

Deno.test("what onOpen changes inside of data is kept, before any message", async () => {
  using _stage = new WorkersStage();
  const { raw } = await opened(() => ({ count: 0, more: "at once" }));
  assertEquals((raw.attachment as { data: Data }).data.count, 7);
});

Deno.test("whoever has not answered our close frame keeps its place, and gives it back once", async () => {
  using _stage = new WorkersStage();
  const { staged, raw, connections: [first], clock } = await opened();
  first!.close(1000);
  clock.pass(6_000);
  await nextTurn();
  assertEquals([first!.readyState, raw.attachment], [3, { edgesocket: 0 }]);
  const later = object(staged, undefined, {}, { maxConnections: 2 });
  const statuses = async () => {
    const all = [];
    for (let i = 0; i < 2; i++) all.push((await later.fetch(edgeRequest())).status);
    return all;
  };
  assertEquals([later.state.registry.size, await statuses()], [0, [101, 503]]);
  later.hibernation.received(raw, "late");
  later.hibernation.failed(raw, new Error("gone"));
  later.hibernation.ended(raw, 1000, "", true);
  assertEquals([await statuses(), later.told.filter((one) => `${one}`.includes("late"))], [
    [101, 503],
    [],
  ]);
});

Deno.test("limits of the server count connections from before the sleep, until they end", async () => {
  using _stage = new WorkersStage();
  const { staged, raw } = await opened();
  // One that has no memory of them is asked nothing.
  const lets = { admit: () => ({ answered() {}, ended() {} }) };
  const limits = [perAddress({ connections: 1 }), lets];
  const later = object(staged, undefined, {}, { limits });
  assertEquals((await later.fetch(edgeRequest())).status, 429);
  later.hibernation.ended(raw, 1000, "", true);
  assertEquals((await later.fetch(edgeRequest())).status, 101);
  assertEquals((await later.fetch(edgeRequest())).status, 429);
});

Deno.test("data that cannot be kept any more ends the connection, after it was told", async () => {
  using _stage = new WorkersStage();
  const { raw, hibernation, reported } = await opened();
  hibernation.received(raw, "keep");
  assertEquals([reported.length, raw.closes], [1, [[1011, ""]]]);
  assertEquals(`${reported[0]}`.includes("Cannot let a connection sleep"), true);
});

Deno.test("data that is no object is kept, too, and the end needs none", async () => {
  using _stage = new WorkersStage();
  const { raw, hibernation, staged, connections } = await opened(() => "text");
  hibernation.received(raw, "x");
  hibernation.ended(raw, 1000, "", true);
  await nextTurn();
  connections[0]!.data = { count: 1 };
  hibernation.received(raw, "late");
  assertEquals((raw.attachment as { data?: unknown }).data, undefined);
  assertEquals(object(staged).connections, []);
});

Deno.test("what cannot be kept is an error at the upgrade, and limits that forget too", async () => {
  using stage = new WorkersStage();
  for (
    const [data, options, message] of [
      [() => ({ count: () => {} }), {}, "structuredClone"],
      [() => "x".repeat(17_000), {}, "16 KiB"],
      [() => ({}), { limits: rateLimit({ messages: 5 }) }, "a route without limits"],
    ] as const
  ) {
    const state = new StagedState();
    const { fetch, reported, state: server } = object(state, data, options);
    assertEquals((await fetch(edgeRequest())).status, 500);
    assertEquals([state.sockets, server.registry.size, reported.length], [[], 0, 1]);
    assertEquals(`${reported[0]}`.includes(message), true, `${reported[0]}`);
  }
  assertEquals(stage.sockets.length, 3);
});

Deno.test("a handler that throws after a sleep ends its connection, and nothing else", async () => {
  using _stage = new WorkersStage();
  const { staged, raw } = await opened();
  const later = object(staged);
  later.hibernation.received(raw, "throw");
  assertEquals([raw.closes, later.reported.length], [[[1011, ""]], 1]);
});
