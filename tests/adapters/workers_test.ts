import { assertEquals, assertStrictEquals } from "@std/assert";
import { type Keeper, WorkersAdapter } from "../../src/adapters/workers.ts";
import type { WorkersSocket } from "../../src/adapters/workers_socket.ts";
import type { Limits } from "../../src/connection/limits.ts";
import type { Connection } from "../../src/connection/connection.ts";
import { upgradeWebSocket } from "../../src/native/upgrade.ts";
import { nextTurn, wrappedServer } from "../support/memory.ts";
import { edgeRequest, WorkersStage } from "../support/workers_stage.ts";

/** A server whose connections echo, on a stage. */
function serving(adapter = new WorkersAdapter(), options = {}) {
  const told: unknown[] = [];
  const opened: Connection[] = [];
  const server = wrappedServer(adapter, (request) =>
    upgradeWebSocket(request, {
      onOpen: (_event, connection) => void opened.push(connection),
      onMessage: (event, connection) => connection.send(event.data),
      onClose: ({ code, cause }) => void told.push([code, cause]),
    }, { protocols: ["chat"], headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"]] }), options);
  return { ...server, adapter, told, opened };
}

Deno.test("an upgrade answers with its half of a pair, and the connection is open", async () => {
  using stage = new WorkersStage();
  const { fetch, opened, told, state } = serving();
  const response = await fetch(edgeRequest("/ws?a=1", { "sec-websocket-protocol": "chat" }), {});
  assertEquals([response.status, response.headers.getSetCookie()], [101, ["a=1", "b=2"]]);
  assertEquals(response.headers.get("sec-websocket-protocol"), "chat");
  await nextTurn();
  const [connection] = opened;
  assertEquals([connection?.readyState, connection?.protocol], [1, "chat"]);
  const { url, remoteAddress, headers } = connection!.request;
  assertEquals([url, remoteAddress], ["http://self.example/ws?a=1", "192.0.2.1"]);
  assertEquals(headers.get("sec-websocket-version"), "13");
  stage.last.emit("message", { data: "x" });
  assertEquals([stage.last.sent, state.registry.size], [["x"], 1]);
  stage.last.emit("close", { code: 1000, reason: "", wasClean: true });
  await nextTurn();
  assertEquals([told, state.registry.size], [[[1000, "peer"]], 0]);
});

Deno.test("without a subprotocol there is no header for it, and refused is refused", async () => {
  using stage = new WorkersStage();
  const { fetch } = serving();
  const response = await fetch(edgeRequest(), {});
  assertEquals([response.status, response.headers.has("sec-websocket-protocol")], [101, false]);
  assertEquals(response.headers.has("edgesocket-upgrade"), false);
  const refused = await fetch(edgeRequest("/ws", { origin: "https://evil.example" }), {});
  assertEquals([refused.status, stage.sockets.length], [403, 1]);
});

Deno.test("while nothing closes nobody looks often, and a close timeout is met", async () => {
  // One looks whether the client's half was taken over.
  for (const [sleeps, timers] of [[false, 2], [true, 1]] as const) {
    using stage = new WorkersStage();
    const { fetch, clock, opened, told } = serving(new WorkersAdapter(sleeps));
    await fetch(edgeRequest(), {});
    await nextTurn();
    assertEquals(clock.pending, timers);
    opened[0]!.close(4000, "bye");
    assertEquals([stage.last.closes, clock.pending], [[[4000, "bye"]], timers + 1]);
    clock.pass(5_500);
    await nextTurn();
    assertEquals([told, clock.pending], [[[4000, "local"]], 0]);
  }
});

Deno.test("a minute of silence ends nobody, because nobody can ping", async () => {
  using _stage = new WorkersStage();
  const { fetch, clock, told, opened } = serving();
  await fetch(edgeRequest(), {});
  await nextTurn();
  clock.pass(300_000);
  await nextTurn();
  assertEquals([told, opened[0]?.readyState], [[], 1]);
});

Deno.test("who may sleep is handed to the keeper, with the limits of the route", async () => {
  using stage = new WorkersStage();
  const { adapter, fetch } = serving(new WorkersAdapter(true));
  const kept: [WorkersSocket, Limits][] = [];
  const open: number[] = [];
  const keeper: Keeper = {
    keep: (...all) => void kept.push(all),
    opened: ({ connection }) => void open.push(connection.readyState),
  };
  adapter.keeper = keeper;
  await fetch(edgeRequest(), {});
  const [socket, limits] = kept[0]!;
  assertStrictEquals(socket.raw, stage.last);
  assertEquals([limits.maxPayloadLength, stage.last.accepted, open], [1_048_576, false, [1]]);
});

Deno.test("where a connection may have to be kept, no URL is longer than half of what can be", async () => {
  using stage = new WorkersStage();
  for (const [sleeps, status] of [[true, 400], [false, 101]] as const) {
    const { fetch } = serving(new WorkersAdapter(sleeps));
    assertEquals((await fetch(edgeRequest(`/${"x".repeat(8_200)}`), {})).status, status);
  }
  assertEquals(stage.sockets.length, 1);
});

Deno.test("there is room for so many connections, and strange uses are told on", async () => {
  using stage = new WorkersStage();
  const { adapter, fetch, opened } = serving();
  assertEquals(adapter.connectionLimit(), 32_768);
  await fetch(edgeRequest(), {});
  await nextTurn();
  let strange = 0;
  stage.last.fault = new Error("Cannot perform I/O on behalf of a different request.");
  opened[0]!.send("x");
  adapter.onStrange = () => strange++;
  opened[0]!.send("x");
  assertEquals(strange, 1);
});

Deno.test("who has left during its handshake ends, whether somebody tells us or not", async () => {
  using stage = new WorkersStage();
  stage.left = true;
  const { adapter, fetch, clock, told, state } = serving();
  await fetch(edgeRequest(), {});
  const { handedOver } = adapter;
  clock.pass(5_000);
  await handedOver;
  await nextTurn();
  assertEquals([told, state.registry.size, clock.pending], [[[1006, "network"]], 0, 0]);
  const known = new Request(edgeRequest(), { signal: AbortSignal.abort() });
  assertEquals((await fetch(known, {})).status, 400);
  assertEquals([stage.sockets.length, told.length], [1, 1]);
});
