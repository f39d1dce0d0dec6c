/** What routes make of their options: `data`, and its types. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { upgradeWebSocket, type WebSocketEvents } from "../../mod.ts";
import type { Connection } from "../../src/connection/connection.ts";
import { type DefaultContext, upgradeWebSocket as honoRoute } from "../../src/hono.ts";
import type { Report } from "../../src/server/report.ts";
import { requestState } from "../../src/server/request_state.ts";
import {
  isRouteOption,
  Route,
  type UpgradeOptions,
  upgradeRequired,
} from "../../src/server/route.ts";
import { MemoryAdapter, type MemoryContext } from "../../src/adapters/memory.ts";
import { Listening } from "../support/diagnostics.ts";
import { handshakeRequest, memoryServer } from "../support/memory.ts";

function nobody(): never {
  throw new Error("expected a wrapped server");
}

/** A server whose connections hand themselves out. */
function serving(options: UpgradeOptions) {
  const route = new Route(options, nobody);
  const seen: Connection[] = [];
  const events: WebSocketEvents = { onOpen: (_, connection) => seen.push(connection) };
  const server = memoryServer((request, context) => route.answer(request, events, context));
  return { ...server, seen };
}

Deno.test("data is made once for each handshake that is accepted, from its request", async () => {
  let made = 0;
  const { connect, seen } = serving({
    data: (request) => ({ number: ++made, path: new URL(request.url).pathname }),
  });
  await connect(handshakeRequest("/first"));
  await connect(handshakeRequest("/refused", { "sec-websocket-version": "12" }));
  await connect(handshakeRequest("/second"));
  assertEquals(seen.map(({ data }) => data), [
    { number: 1, path: "/first" },
    { number: 2, path: "/second" },
  ]);
  (seen[0]!.data as { path: string }).path = "changed";
  assertEquals((seen[1]!.data as { path: string }).path, "/second");
});

Deno.test("data that is no function is an error at setup, which says what to write", () => {
  for (const [data, got] of [[{}, "object"], [null, "null"], ["x", "string"]] as const) {
    for (
      const setup of [
        () => new Route({ data: data as never }, nobody),
        () => honoRoute(() => ({}), { data: data as never }),
        () => upgradeWebSocket(handshakeRequest(), {}, { data: data as never }),
      ]
    ) {
      const { message } = assertThrows(setup, TypeError);
      assertStringIncludes(message, "data: () => ({ … })");
      assertStringIncludes(message, `got ${got}`);
    }
  }
});

Deno.test("data that throws is a 500 for that request only, and takes no place", async () => {
  const { connect, seen, reported, state } = serving({
    data({ url }) {
      if (url.endsWith("/bad")) throw new Error("no data");
      return "good";
    },
  });
  const bad = await connect(handshakeRequest("/bad"));
  assertEquals([bad.response.status, bad.client, state.registry.size], [500, undefined, 0]);
  assertEquals(reported.map(String), ["Error: no data"]);
  assert((await connect(handshakeRequest("/good"))).client);
  assertEquals([seen.map(({ data }) => data), state.registry.size], [["good"], 1]);
});

Deno.test("headers of a route are on its placeholder, and data, limits and protocol on its connections", async () => {
  const { connect, seen } = serving({
    headers: { "x-route": "1" },
    protocols: ["chat"],
    data: () => "data",
    maxPayloadLength: 5,
    closeTimeout: 1,
  });
  const request = handshakeRequest("/", { "sec-websocket-protocol": "chat" });
  const { response, client } = await connect(request);
  assertEquals([response.status, response.headers.get("x-route")], [101, "1"]);
  const [connection] = seen as [Connection];
  assertEquals([connection.data, connection.protocol], ["data", "chat"]);
  client!.send("123456");
  assertEquals((await client!.closed).code, 1009);
});

Deno.test("closeTimeout of a route holds", async () => {
  const { connect, seen, clock } = serving({ closeTimeout: 1 });
  const { client } = await connect();
  client!.mute();
  seen[0]!.close(4000);
  clock.pass(999);
  assertEquals(seen[0]!.readyState, 2);
  clock.pass(251);
  assertEquals(seen[0]!.readyState, 3);
});

Deno.test("a request that asks for no WebSocket is none, and gets 426 where there is nothing else", async () => {
  const route = new Route({}, nobody);
  assertEquals(route.judge(new Request("http://x/")), { kind: "not-an-upgrade" });
  const { fetch, told } = serving({});
  for (const response of [await fetch(new Request("http://x/")), upgradeRequired()]) {
    assertEquals([response.status, response.headers.get("upgrade")], [426, "websocket"]);
    assertEquals(response.headers.get("connection"), "Upgrade");
    assertEquals(await response.text(), "expected a WebSocket opening handshake\n");
  }
  assertEquals(told, []);
});

Deno.test("a refusal is told with the address of the client, a count for each route", async () => {
  const [one, other] = [new Route({}, nobody), new Route({ idleTimeout: 5 }, nobody)];
  const server = memoryServer((request, context) =>
    (request.url.endsWith("/one") ? one : other).answer(request, {}, context)
  );
  for (const path of ["/one", "/other", "/one"]) {
    const evil = { origin: "https://evil.example" };
    assertEquals((await server.connect(handshakeRequest(path, evil))).response.status, 403);
  }
  server.state.drain();
  assertEquals(
    server.told.map(({ cause, count, remoteAddress }) => [cause, count, remoteAddress]),
    [
      ["403", 1, "127.0.0.1"],
      ["403", 1, "127.0.0.1"],
      ["403", 1, "127.0.0.1"],
    ],
  );
});

Deno.test("a server without room refuses before events are made", async () => {
  const route = new Route({}, nobody);
  const server = memoryServer((request) => {
    assertEquals(route.judge(request).kind, "refused");
    return new Response(null, { status: 204 });
  }, { maxConnections: 0 });
  assertEquals((await server.connect()).response.status, 204);
});

Deno.test("a subprotocol that the route does not speak is told, and one that it speaks is not", async () => {
  const { connect, told } = serving({ protocols: ["chat"] });
  await connect(handshakeRequest("/", { "sec-websocket-protocol": "chat" }));
  await connect();
  assertEquals(told, []);
  await connect(handshakeRequest("/", { "sec-websocket-protocol": "other" }));
  assertEquals(told.map(({ kind, cause, message }) => `${kind} ${cause} ${message}`), [
    "option protocols a client offers subprotocols, and none is among the protocols of the route",
  ]);
});

Deno.test("a route compresses as its server does, unless it says otherwise, and never without it", async () => {
  for (
    const [own, servers, compression] of [
      [undefined, true, 1_024],
      [true, { threshold: 5 }, 5],
      [{}, { threshold: 5 }, 1_024],
      [{ threshold: 7 }, true, 7],
      [false, true, false],
      [undefined, false, undefined],
      [false, false, undefined],
      [true, false, undefined],
      [{ threshold: 7 }, undefined, undefined],
    ] as const
  ) {
    const adapter = new MemoryAdapter();
    const asked: unknown[] = [];
    const upgrade = adapter.upgrade.bind(adapter);
    adapter.upgrade = (asking, connection) => {
      asked.push(asking.compression);
      return upgrade(asking, connection);
    };
    const route = new Route({ compression: own }, nobody);
    const server = memoryServer((request, context) => route.answer(request, {}, context), {
      adapter,
      compression: servers,
    });
    for (let i = 0; i < 2; i++) assert((await server.connect()).client);
    assertEquals(asked, [compression, compression]);
    const inVain = Boolean(own) && !servers;
    assertEquals(
      server.told.map(({ kind, cause, message }) => `${kind} ${cause}: ${message}`),
      inVain
        ? [
          "option compression: a route asks for compression, but its server has none: write compression: true into the options of serve or handler too",
        ]
        : [],
    );
  }
});

Deno.test("a route that wants longer messages than its server is told so, once, and has the server's", async () => {
  const route = new Route({ maxPayloadLength: 10 }, nobody);
  const server = memoryServer((request, context) => route.answer(request, {}, context), {
    maxPayloadLength: 5,
  });
  for (let i = 0; i < 2; i++) {
    const { client } = await server.connect();
    client!.send("123456");
    assertEquals((await client!.closed).code, 1009);
  }
  const [option] = server.told.filter(({ kind }) => kind === "option");
  assertEquals(option, {
    kind: "option",
    cause: "maxPayloadLength",
    count: 1,
    message:
      "a route asks for maxPayloadLength 10, but its server has 5, which holds: write maxPayloadLength: 10 into the options of serve or handler too",
    remoteAddress: "",
  });
  assertEquals(server.told.filter(({ kind }) => kind === "option").length, 1);
  // As long as the server's is no more than the server's.
  const same = new Route({ maxPayloadLength: 5 }, nobody);
  const other = memoryServer((request, context) => same.answer(request, {}, context), {
    maxPayloadLength: 5,
  });
  await other.connect();
  assertEquals(other.told, []);
});

Deno.test("one request is upgraded once", async () => {
  const route = new Route({}, nobody);
  const server = memoryServer((request, context) => {
    route.answer(request, {}, context);
    return route.answer(request, {}, context);
  });
  const { response, client } = await server.connect();
  assertEquals([response.status, client, server.state.registry.size], [500, undefined, 0]);
  assertEquals(
    server.reported.map((error) => (error as Error).message),
    ["Cannot upgrade: expected one upgradeWebSocket for each request, got a second one"],
  );
});

Deno.test("a server that nobody wrapped upgrades at once, and counts", () => {
  const { state } = memoryServer(() => new Response());
  const route = new Route({ idleTimeout: 0 }, () => state);
  const context: MemoryContext = {};
  const response = route.answer(handshakeRequest(), {}, context);
  assertEquals([response.status, state.registry.size], [101, 1]);
  assert(context.client);
  context.client.vanish();
});

Deno.test("events that are none throw, and those that are no functions", () => {
  const { state } = memoryServer(() => new Response());
  const route = new Route({}, () => state);
  const answer = (events: unknown) => route.answer(handshakeRequest(), events as never, {});
  for (const [events, got] of [[null, "null"], [undefined, "undefined"], [() => {}, "function"]]) {
    assertThrows(() => answer(events), TypeError, `expected events as an object, got ${got}`);
  }
  for (const name of ["onOpen", "onMessage", "onClose", "onError"]) {
    for (const [value, got] of [["x", "string"], [null, "null"], [{}, "object"]]) {
      assertThrows(
        () => answer({ [name as string]: value }),
        TypeError,
        `expected ${name} to be a function, got ${got}`,
      );
    }
    answer({ [name]: undefined });
  }
  assertEquals(state.registry.size, 4);
});

Deno.test("options of a route are known by their names", () => {
  const names = ["origin", "protocols", "headers", "idleTimeout", "closeTimeout", "data", "info"];
  assertEquals(names.map(isRouteOption), names.map(() => true));
  assertEquals(["port", "onError", ""].map(isRouteOption), [false, false, false]);
});

/** Only for its types: nobody calls it. */
export function typesOfData(request: Request, c: DefaultContext) {
  interface User {
    name: string;
  }
  const events: WebSocketEvents<User> = {
    onOpen: (_, { data }) => void data.name.toUpperCase(),
  };
  const data = () => ({ name: "x" });

  upgradeWebSocket<User>(request, events, { data });
  upgradeWebSocket(request, events, { data: ({ url }) => ({ name: url }) });
  upgradeWebSocket(request, {}, { idleTimeout: 1 });
  upgradeWebSocket(request, { onOpen: (_, { data }) => void (data === undefined) });
  // @ts-expect-error: data is required where its type is given
  upgradeWebSocket<User>(request, events);
  // @ts-expect-error: data is required where its type is given
  upgradeWebSocket<User>(request, events, { idleTimeout: 1 });
  // @ts-expect-error: data makes something else
  upgradeWebSocket<User>(request, events, { data: () => ({ name: 1 }) });
  // @ts-expect-error: data is no function
  upgradeWebSocket<User>(request, events, { data: { name: "x" } });

  honoRoute<User>(() => events, { data });
  honoRoute(() => events, { data: (c) => ({ name: c.req.path }) });
  honoRoute<User>(c, events, { data });
  // @ts-expect-error: data is required where its type is given
  honoRoute<User>(() => events);
  // @ts-expect-error: data is required where its type is given
  honoRoute<User>(() => events, { idleTimeout: 1 });
  // @ts-expect-error: data is required where its type is given
  honoRoute<User>(c, events);
  // @ts-expect-error: data makes something else
  honoRoute<User>(c, events, { data: () => ({ name: 1 }) });
  // @ts-expect-error: data is no function
  honoRoute<User>(c, events, { data: { name: "x" } });
  honoRoute(() => ({ onOpen: (_, { data }) => data }), {});
  // @ts-expect-error: what data is, is not known without it
  honoRoute(() => ({ onOpen: (_: unknown, { data }: Connection) => data.name }));
}

Deno.test("data that is made by a promise is an error, and its rejection goes no further", async () => {
  const { connect, reported } = serving({
    data: async () => {
      await Promise.resolve();
      throw new Error("rejected in data");
    },
  });
  assertEquals((await connect()).response.status, 500);
  assertEquals(reported.length, 1);
  assertStringIncludes(
    (reported[0] as Error).message,
    "Cannot make data: expected a value from the data function, got a promise",
  );
});

Deno.test("what a route may not have is told once, whatever writes its options", async () => {
  const told: Report[] = [];
  const onReport = (report: Report) => void told.push(report);
  const small = { maxPayloadLength: 1_000, onReport };
  // One route on two servers, in turn.
  const route = new Route({ maxPayloadLength: 5_000 }, nobody);
  const servers = [small, { ...small, maxPayloadLength: 2_000 }].map((options) =>
    memoryServer((request, context) => route.answer(request, {}, context), options)
  );
  for (let i = 0; i < 10; i++) {
    for (const { connect, clock } of servers) {
      await connect();
      // What is told again and again is counted for a minute.
      clock.pass(60_000);
    }
  }
  assertEquals(told.map(({ kind, count }) => [kind, count]), [["option", 1], ["option", 1]]);
  // Options that are made anew for each request.
  told.length = 0;
  const inline = memoryServer(
    (request) => upgradeWebSocket(request, {}, { maxPayloadLength: 5_000 }),
    small,
  );
  for (let i = 0; i < 50; i++) await inline.connect();
  assertEquals(told.length, 1);
});

Deno.test("connections share the limits of their route, also where the server allows less", async () => {
  const seen = new Set<unknown>();
  const sharing = (maxPayloadLength: number) => {
    const route = new Route({ maxPayloadLength: 5_000 }, nobody);
    return memoryServer((request, context) => {
      const response = route.answer(request, {}, context);
      seen.add(requestState(request)?.pending?.limits);
      return response;
    }, { maxPayloadLength });
  };
  for (const server of [sharing(1_000), sharing(5_000)]) {
    seen.clear();
    for (let i = 0; i < 3; i++) await server.connect();
    assertEquals([seen.size, seen.has(undefined)], [1, false]);
  }
});

Deno.test("a route leaves its upgrade to whoever holds the pipeline", async () => {
  const route = new Route({ protocols: ["chat"] }, nobody);
  const held: unknown[] = [];
  const server = memoryServer((request, context) => {
    const response = route.answer(request, {}, context);
    // What the pipeline gets is a response that can be awaited until the connection ends.
    held.push("then" in response);
    return response;
  }, { holdPipeline: true });
  const { client } = await server.connect(
    handshakeRequest("/", { "sec-websocket-protocol": "chat" }),
  );
  assertEquals([client?.protocol, held], ["chat", [true]]);
  client!.close(1000);
});

Deno.test("whoever listens hears of a handshake that no server has wrapped", () => {
  using listening = new Listening("handshake");
  const { state } = memoryServer(() => new Response());
  const route = new Route({}, () => state);
  const request = handshakeRequest("/ws?token=secret", { "sec-websocket-version": "12" });
  assertEquals(route.judge(request).kind, "refused");
  assertEquals(listening.all("handshake").map(({ status, path }) => [status, path]), [[
    426,
    "/ws",
  ]]);
});
