import { assert, assertEquals } from "@std/assert";
import { MemoryAdapter } from "../../src/adapters/memory.ts";
import type { WebSocketEvents } from "../../src/connection/events.ts";
import type { UpgradeRequest } from "../../src/server/adapter.ts";
import { isWrapped } from "../../src/server/request_state.ts";
import { Route } from "../../src/server/route.ts";
import { noContentWithToken } from "../../src/server/token_placeholder.ts";
import { handshakeRequest, type MemoryOptions, memoryServer, nextTurn } from "../support/memory.ts";
import { within } from "../support/within.ts";

/** A server whose pipelines are held; `after` is what they do when the connection has ended. */
function setUp(
  events: WebSocketEvents = {},
  after: (response: Response) => Response = (response) => response,
  options: MemoryOptions = {},
) {
  const route = new Route({ headers: { "x-route": "1" } }, () => {
    throw new Error("expected a wrapped server");
  });
  const log: string[] = [];
  const all: WebSocketEvents = {
    onMessage: (event, connection) => connection.send(event.data),
    ...events,
    async onClose(event, connection) {
      await events.onClose?.(event, connection);
      log.push("closed");
    },
  };
  const server = memoryServer(async (request, context) => {
    log.push("begins");
    try {
      return after(await route.answer(request, all, context));
    } finally {
      log.push("ends");
    }
  }, { holdPipeline: true, ...options });
  return { ...server, log };
}

/** As many turns as anything here may take. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 5; turns++) await nextTurn();
}

Deno.test("a pipeline lives as long as its connection, and until onClose is done", async () => {
  const gate = Promise.withResolvers<void>();
  const { connect, log, reported } = setUp({ onClose: () => gate.promise });
  const request = handshakeRequest();
  const { response, client } = await connect(request);
  assertEquals([response.status, response.headers.get("x-route"), log], [101, "1", ["begins"]]);
  client!.send("x");
  assertEquals([await client!.message(), log, isWrapped(request)], ["x", ["begins"], true]);
  client!.close(1000);
  await settle();
  assertEquals(log, ["begins"]);
  gate.resolve();
  await settle();
  assertEquals([log, reported, isWrapped(request)], [["begins", "closed", "ends"], [], false]);
});

Deno.test("a placeholder with a token is claimed before it goes out", async () => {
  const { connect } = setUp({}, undefined, {
    adapter: new MemoryAdapter(undefined, noContentWithToken),
  });
  const { response, client } = await connect();
  assertEquals([[...response.headers], client !== undefined], [[["x-route", "1"]], true]);
  client!.close(1000);
  await settle();
});

Deno.test("a pipeline that upgrades nothing answers as it does otherwise", async () => {
  for (const rejects of [true, false]) {
    const fault = new Error("fault");
    const server = memoryServer(() => {
      if (rejects) throw fault;
      return new Response("page", { status: 404 });
    }, { holdPipeline: true });
    const request = handshakeRequest();
    const response = await server.fetch(request, {});
    assertEquals([response.status, await response.text()], [
      rejects ? 500 : 404,
      rejects ? "Internal Server Error\n" : "page",
    ]);
    assertEquals([server.reported, isWrapped(request)], [rejects ? [fault] : [], false]);
  }
});

Deno.test("what is done to the response afterwards is too late, and told", async () => {
  const changes: Record<string, (response: Response) => Response> = {
    "header x-late": (response) => {
      const headers = new Headers(response.headers);
      headers.set("x-late", "secret");
      return new Response(null, { status: 101, headers });
    },
    "header x-route": () => new Response(null, { status: 204, headers: { "x-route": "2" } }),
    "status 500": () => new Response("", { status: 500 }),
  };
  const late = "a held pipeline changed its response after the 101, which was out by then";
  for (const [change, answer] of Object.entries(changes)) {
    const { connect, told } = setUp({}, answer);
    const { response, client } = await connect();
    assertEquals([response.status, told], [101, []]);
    client!.close(1000);
    await settle();
    assertEquals(told.map(({ kind, cause, message }) => `${kind} ${cause} ${message}`), [
      `option holdPipeline ${late}: ${change}`,
    ]);
  }
  // The same headers under a 204 are no change.
  const { connect, told } = setUp(
    {},
    ({ headers }) => new Response(null, { status: 204, headers }),
  );
  (await connect()).client!.close(1000);
  await settle();
  assertEquals(told, []);
});

Deno.test("a server knows which pipelines it holds", async () => {
  const { connect, state } = setUp();
  const { client } = await connect();
  assertEquals(state.held.size, 1);
  client!.close(1000);
  await settle();
  assertEquals(state.held.size, 0);
});

Deno.test("a fault after the end is reported, and one of the upgrade is a 500", async () => {
  const fault = new Error("late");
  const { connect, reported } = setUp({}, () => {
    throw fault;
  });
  const { response, client } = await connect();
  client!.close(1000);
  await settle();
  assertEquals([response.status, reported], [101, [fault]]);

  const broken = Object.assign(new MemoryAdapter(), {
    upgrade() {
      throw fault;
    },
  });
  // Nothing is thrown at the pipeline: it goes on, as it does when a connection has ended.
  let goesOn = false;
  const failing = setUp({}, (response) => {
    goesOn = true;
    return response;
  }, { adapter: broken });
  assertEquals((await failing.connect()).response.status, 500);
  await settle();
  assertEquals([failing.reported, failing.log, goesOn], [[fault], ["begins", "ends"], true]);
});

Deno.test("a runtime that hands on the very response does not wait for the end", async () => {
  const adapter = Object.assign(new MemoryAdapter(), {
    upgrade: ({ response }: UpgradeRequest) => response,
  });
  const { fetch, log, state } = setUp({}, undefined, { adapter });
  const response = await within(Promise.resolve(fetch(handshakeRequest(), {})), "a response");
  assertEquals([response.status, log, state.registry.size], [101, ["begins"], 1]);
});

Deno.test("a pipeline goes on at once where there is no connection after all", async () => {
  const { connect, log, reported } = setUp({}, undefined, { maxConnections: 0 });
  assertEquals((await connect()).response.status, 503);
  await settle();
  assertEquals([log, reported], [["begins", "ends"], []]);

  const left = Object.assign(new MemoryAdapter(), { upgrade: () => undefined });
  const refused = setUp({}, undefined, { adapter: left });
  assertEquals((await refused.connect()).response.status, 400);
  await settle();
  assertEquals(refused.log, ["begins", "ends"]);
});

Deno.test("the client of a pipeline that waits is watched", async () => {
  const watched: Request[] = [];
  const watch = (request: Request) => void watched.push(request);
  const adapter = Object.assign(new MemoryAdapter(), { watch });
  const server = memoryServer(async () => {
    await nextTurn();
    return new Response();
  }, { holdPipeline: true, adapter });
  const request = handshakeRequest();
  await server.fetch(request, {});
  assert(watched[0] === request);
});
