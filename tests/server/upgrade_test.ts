import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { MemoryAdapter } from "../../src/adapters/memory.ts";
import { parseLimits } from "../../src/connection/limits.ts";
import type { ServerConnection } from "../../src/connection/server_connection.ts";
import type { Adapter, UpgradeRequest } from "../../src/server/adapter.ts";
import { setRequestState } from "../../src/server/request_state.ts";
import { completeUpgrade } from "../../src/server/upgrade.ts";
import type { HostOptions } from "../../src/server/host_options.ts";
import { openingOf } from "../../src/handshake/opening.ts";
import { handshakeRequest, wrappedServer } from "../support/memory.ts";

/** Completes one upgrade on an adapter that does as it is told. */
function setUp(
  upgrade: (
    request: UpgradeRequest,
    connection: ServerConnection,
  ) => ReturnType<Adapter["upgrade"]>,
  options: HostOptions = {},
) {
  const asked: UpgradeRequest[] = [];
  const refused: string[] = [];
  let ended = 0;
  const adapter: Adapter = Object.assign(new MemoryAdapter(), {
    upgrade(request: UpgradeRequest, connection: ServerConnection) {
      asked.push(request);
      return upgrade(request, connection);
    },
  });
  const onRefuse: HostOptions["onRefuse"] = (_, { status, message }) =>
    refused.push(`${status} ${message}`);
  const server = wrappedServer(adapter, () => new Response(), { onRefuse, ...options });
  const request = handshakeRequest();
  const opening = openingOf(request, () => "10.0.0.1");
  const state = setRequestState(request, server.state, opening);
  const limits = parseLimits({ idleTimeout: 12 });
  const init = { events: {}, protocol: "chat", limits, data: 5, ended: () => void ended++ };
  const response = new Response(null, { status: 101 });
  const complete = (bare = false) =>
    completeUpgrade(server.state, request, "context", init, response, bare ? undefined : state);
  return {
    ...server,
    asked,
    refused,
    ends: () => ended,
    request,
    response,
    request_: state,
    complete,
  };
}

Deno.test("an adapter is told what it needs to switch protocols", () => {
  const all = setUp(({ response }, connection) => {
    assertEquals([connection.protocol, connection.data, connection.readyState], ["chat", 5, 0]);
    return response;
  });
  assertEquals(all.complete(), all.response);
  const [{ request, context, response, protocol, limits, signal, watched, cautious }] = all
    .asked as [UpgradeRequest];
  assertEquals([request, context, response], [all.request, "context", all.response]);
  assertEquals([protocol, limits.idleTimeout, watched, cautious], ["chat", 12_000, false, false]);
  assertEquals([signal, all.state.registry.size], [all.state.signal, 1]);
});

Deno.test("an adapter is told that the client is watched, and that caution pays", () => {
  const all = setUp(({ response }) => response);
  all.request_.watched = true;
  all.state.failedToOpen(false);
  all.complete();
  all.complete(true);
  // A bare server needs its answer at once, and knows nothing of its requests.
  assertEquals(all.asked.map(({ watched, cautious }) => [watched, cautious]), [
    [true, true],
    [false, false],
  ]);
});

Deno.test("a place is taken by each upgrade, and not given back before the connection lets go", () => {
  const all = setUp(({ response }) => response, { maxConnections: 2 });
  const statuses = [1, 2, 3].map(() => (all.complete() as Response).status);
  assertEquals([statuses, all.state.registry.size], [[101, 101, 503], 2]);
});

Deno.test("without room the adapter is not asked", async () => {
  const all = setUp(({ response }) => response, { maxConnections: 0 });
  const response = await all.complete();
  assertEquals([response.status, response.headers.get("retry-after")], [503, "5"]);
  assertEquals([all.asked.length, all.ends()], [0, 1]);
  assertEquals(all.refused, ["503 the server has no room for another connection"]);
  assertEquals(all.told.map(({ remoteAddress }) => remoteAddress), ["10.0.0.1"]);
});

Deno.test("a client that has left is refused, told, and takes no place", async () => {
  for (const later of [true, false]) {
    const all = setUp(() => later ? Promise.resolve(undefined) : undefined, { maxConnections: 1 });
    for (let i = 1; i <= 3; i++) {
      assertEquals((await all.complete()).status, 400);
      assertEquals([all.state.registry.size, all.ends()], [0, i]);
    }
    const message = "400 expected a client that waits for the 101, got one that did not";
    assertEquals(all.refused, [message, message, message]);
    assertEquals(all.told[0]!.remoteAddress, "10.0.0.1");
  }
});

Deno.test("a fault of the adapter goes on, and leaves nothing behind", async () => {
  const fault = new TypeError("a copy");
  for (const later of [true, false]) {
    const all = setUp(() => {
      if (later) return Promise.reject(fault);
      throw fault;
    }, { maxConnections: 1 });
    for (let i = 1; i <= 3; i++) {
      if (later) await assertRejects(async () => await all.complete(), TypeError, "a copy");
      else assertThrows(all.complete, TypeError, "a copy");
      assertEquals([all.state.registry.size, all.ends(), all.refused], [0, i, []]);
    }
  }
});

Deno.test("an adapter may take its time", async () => {
  const all = setUp(({ response }) => Promise.resolve(response));
  const answer = all.complete();
  assert(answer instanceof Promise);
  assertEquals([await answer, all.ends()], [all.response, 0]);
});

Deno.test("a limit of the route that fails keeps no place", () => {
  const all = setUp(({ response }) => response, { maxConnections: 1 });
  const told: string[] = [];
  const meter = () => {
    throw new Error("no meter");
  };
  const init = {
    events: {},
    protocol: "",
    limits: parseLimits({ limits: { meter } }),
    data: 5,
    ended: () => void told.push("ended"),
    released: () => void told.push("released"),
  };
  const fails = () =>
    completeUpgrade(all.state, all.request, "context", init, all.response, all.request_);
  for (let i = 0; i < 2; i++) assertThrows(fails, Error, "no meter");
  assertEquals(told, ["ended", "released", "ended", "released"]);
  assertEquals(all.state.registry.size, 0);
});
