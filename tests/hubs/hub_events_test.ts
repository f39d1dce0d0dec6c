import { assertEquals } from "@std/assert";
import { nextTurn } from "../../src/base/turn.ts";
import { HubError } from "../../src/hubs/hub_error.ts";
import { HubEvents } from "../../src/hubs/hub_events.ts";
import type { HubOptions } from "../../src/hubs/options.ts";
import { call } from "../../src/hubs/parameters.ts";
import type { ClientSide } from "../../src/wire/contract.ts";
import { text, truth } from "../fixtures/schemas.ts";
import { client, hubState } from "../support/fake_transport.ts";

function setUp(options: HubOptions<unknown, ClientSide> = {}) {
  const hub = hubState({}, options, { question: call(text).returns(truth) });
  const made = client(hub);
  const order: unknown[] = [];
  const events = new HubEvents(hub, made.session);
  const connect = () => events.connected(() => order.push("ready"));
  const settled = async () => {
    for (let i = 0; i < 3; i++) await nextTurn();
  };
  return { ...made, events, connect, order, settled };
}

Deno.test("without anything to run, all is ready at once", async () => {
  const { connect, order, events, settled } = setUp();
  connect();
  assertEquals(order, ["ready"]);
  events.disconnected("peer");
  await settled();
});

Deno.test("calls begin when onConnected is done", async () => {
  const gate = Promise.withResolvers<void>();
  const { connect, order, settled } = setUp({ onConnected: () => gate.promise });
  connect();
  await settled();
  assertEquals(order, []);
  gate.resolve();
  await settled();
  assertEquals(order, ["ready"]);
});

Deno.test("an onConnected that fails ends the connection, and is reported unless it is meant for the client", async () => {
  const closed = "Connection closed with an error.";
  for (
    const [error, told, reported] of [
      [new Error("secret"), closed, ["secret"]],
      [new HubError("why"), `${closed} HubException: why`, []],
    ] as const
  ) {
    const { connect, order, events, settled, transport, session } = setUp({
      onConnected: () => Promise.reject(error),
      onDisconnected: (_context, cause) => order.push(cause),
    });
    connect();
    await settled();
    assertEquals(transport.messages, [{ type: 7, error: told }]);
    assertEquals([transport.closedWith, session.end?.cause], [1011, "handler-error"]);
    events.disconnected("local");
    await settled();
    assertEquals([transport.reported, order], [reported, []]);
  }
});

Deno.test("where all is told, so is this", async () => {
  const { connect, settled, transport } = setUp({
    enableDetailedErrors: true,
    onConnected: () => Promise.reject(new RangeError("secret")),
  });
  connect();
  await settled();
  assertEquals(transport.messages[0]?.error, "Connection closed with an error. RangeError: secret");
});

type Asking = { question(text: string): Promise<unknown> };

Deno.test("nobody can be asked in onConnected, and in onDisconnected nobody is there", async () => {
  const { connect, settled, transport } = setUp({
    onConnected: ({ clients }) => (clients.caller as never as Asking).question("?"),
  });
  connect();
  await settled();
  assertEquals(transport.reported, [
    "Cannot call question: expected a client that is connected, got one whose onConnected has yet to end",
  ]);
  let refused: unknown;
  const later = setUp({
    onDisconnected: async ({ clients }) => {
      refused = await (clients.caller as never as Asking).question("?").catch(String);
    },
  });
  later.connect();
  later.hub.roster.delete(later.session);
  later.events.disconnected("peer");
  await later.settled();
  assertEquals(refused, "HubError: the client is gone");
});

Deno.test("onDisconnected is told the reason, when onConnected is done", async () => {
  const gate = Promise.withResolvers<void>();
  const { connect, order, events, settled, session } = setUp({
    async onConnected() {
      await gate.promise;
      order.push("connected");
    },
    onDisconnected: ({ signal }, cause) => order.push(cause, signal.aborted),
  });
  connect();
  session.ended();
  events.disconnected("network");
  await settled();
  assertEquals(order, []);
  gate.resolve();
  await settled();
  assertEquals(order, ["connected", "ready", "network", true]);
});

Deno.test("what onDisconnected throws is reported", async () => {
  const { connect, events, settled, transport } = setUp({
    onDisconnected() {
      throw new Error("thrown in onDisconnected");
    },
  });
  connect();
  events.disconnected("peer");
  await settled();
  assertEquals(transport.reported, ["thrown in onDisconnected"]);
});

Deno.test("who was never connected is not disconnected", async () => {
  const { order, events, settled } = setUp({ onDisconnected: () => order.push("disconnected") });
  events.disconnected("peer");
  await settled();
  assertEquals(order, []);
});

Deno.test("filters are run around both events", async () => {
  const seen: unknown[] = [];
  const filters: HubOptions<unknown, ClientSide>["filters"] = [(_context, method, next, args) => {
    seen.push([method, args]);
    return next();
  }];
  const { connect, order, events, settled } = setUp({ filters });
  connect();
  await settled();
  assertEquals(order, ["ready"]);
  events.disconnected("peer");
  await settled();
  assertEquals(seen, [["onConnected", []], ["onDisconnected", ["peer"]]]);
});

Deno.test("an onConnected that gives up because the client is gone is no fault, another one is", async () => {
  for (const gone of [true, false]) {
    const { connect, settled, session, transport } = setUp({
      onConnected: async ({ signal }) => {
        await nextTurn();
        if (gone) signal.throwIfAborted();
        else throw new DOMException("a timeout of its own", "AbortError");
      },
    });
    connect();
    if (gone) session.ended();
    await settled();
    assertEquals(transport.reported, gone ? [] : ["a timeout of its own"]);
  }
});
