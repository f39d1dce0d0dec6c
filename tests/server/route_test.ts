/** What routes make of their options: `data`, and its types. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { upgradeWebSocket, type WebSocketEvents } from "../../mod.ts";
import type { Connection } from "../../src/connection/connection.ts";
import { type DefaultContext, upgradeWebSocket as honoRoute } from "../../src/hono.ts";
import type { HostOptions } from "../../src/server/host_options.ts";
import type { FetchHandler } from "../../src/server/pipeline.ts";
import type { Report } from "../../src/server/report.ts";
import { Route, type UpgradeOptions } from "../../src/server/route.ts";
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
  for (let i = 0; i < 10; i++) for (const { connect } of servers) await connect();
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

Deno.test("options of a handler inside of another server are told of, because they do nothing", async () => {
  const told: Report[] = [];
  const onReport = (report: Report) => void told.push(report);
  const route = new Route({}, nobody);
  const answer = (request: Request) => route.answer(request, {}, undefined);
  for (const options of [{ hosts: ["good.example"], onReport }, { onReport: undefined }]) {
    const inner = memoryServer(answer, { onError: undefined, ...options } as HostOptions);
    const outer = memoryServer(inner.fetch as FetchHandler);
    assertEquals((await outer.connect()).response.status, 101);
  }
  assertEquals(told.map(({ kind, cause }) => [kind, cause]), [["option", "handler"]]);
});
