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

Deno.test("what is done to the response afterwards is too late, and reported", async () => {
  const changes: Record<string, (response: Response) => Response> = {
    'headers before the 101, which is out, got "x-late" after it': (response) => {
      const headers = new Headers(response.headers);
      headers.set("x-late", "1");
      return new Response(null, { status: 101, headers });
    },
    'headers before the 101, which is out, got "x-route" after it': () =>
      new Response(null, { status: 204, headers: { "x-route": "2" } }),
    "nothing after the 101, which is out, got status 500": () => new Response("", { status: 500 }),
  };
  for (const [message, change] of Object.entries(changes)) {
    const { connect, reported } = setUp({}, change);
    const { response, client } = await connect();
    assertEquals([response.status, reported], [101, []]);
    client!.close(1000);
    await settle();
    assertEquals(reported.map((error) => (error as Error).message), [
      `Cannot change the response of a held pipeline: expected ${message}`,
    ]);
  }
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
