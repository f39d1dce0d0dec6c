import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { MemoryAdapter, type MemoryContext } from "../../src/adapters/memory.ts";
import type { WebSocketEvents } from "../../src/connection/events.ts";
import type { ServerConnection } from "../../src/connection/server_connection.ts";
import { refusal } from "../../src/handshake/verdict.ts";
import type { UpgradeRequest } from "../../src/server/adapter.ts";
import { wrapFetch } from "../../src/server/pipeline.ts";
import { switchingProtocols } from "../../src/server/placeholder.ts";
import type { Report } from "../../src/server/report.ts";
import { requestState } from "../../src/server/request_state.ts";
import { Route, type UpgradeOptions } from "../../src/server/route.ts";
import { noContentWithToken } from "../../src/server/token_placeholder.ts";
import { Listening } from "../support/diagnostics.ts";
import { handshakeRequest, memoryServer, nextTurn } from "../support/memory.ts";

const ECHO: WebSocketEvents = {
  onMessage: (event, connection) => connection.send(event.data),
};

function nobody(): never {
  throw new Error("expected a wrapped server");
}

const PLACEHOLDERS = { 101: switchingProtocols, 204: noContentWithToken };

/** A fetch that upgrades everything. */
function upgrading(events = ECHO, options: UpgradeOptions = {}) {
  const route = new Route(options, nobody);
  return (request: Request, context: unknown) => route.answer(request, events, context);
}

for (const status of [101, 204] as const) {
  Deno.test(`a placeholder of ${status} becomes a connection, with the headers of the pipeline`, async () => {
    const upgrade = upgrading(ECHO, { headers: { "x-route": "1" }, protocols: ["chat"] });
    const server = memoryServer(async (request, context) => {
      await nextTurn();
      const response = upgrade(request, context);
      assertEquals(response.status, status);
      response.headers.set("x-late", "1");
      // A middleware that makes another response of it, as compressing ones do.
      return new Response(response.body, response);
    }, { adapter: new MemoryAdapter(undefined, PLACEHOLDERS[status]) });
    const { response, client } = await server.connect(
      handshakeRequest("/", { "sec-websocket-protocol": "chat" }),
    );
    assertEquals([...response.headers], [
      ["sec-websocket-protocol", "chat"],
      ["x-late", "1"],
      ["x-route", "1"],
    ]);
    assertEquals(client?.protocol, "chat");
    client!.send("hello");
    assertEquals(await client!.message(), "hello");
    client!.close(4321, "bye");
    assertEquals(await client!.closed, { code: 4321, reason: "bye", wasClean: true });
    assertEquals([server.state.registry.size, server.reported], [0, []]);
  });

  Deno.test(`an error page made from copied headers of a ${status} is no upgrade`, async () => {
    const upgrade = upgrading();
    const server = memoryServer((request, context) => {
      const { headers } = upgrade(request, context);
      return new Response("sorry", { status: 500, headers });
    }, { adapter: new MemoryAdapter(undefined, PLACEHOLDERS[status]) });
    const { response, client } = await server.connect();
    assertEquals([response.status, client, server.state.registry.size], [500, undefined, 0]);
  });

  Deno.test(`another response of status ${status} is no upgrade of a request that has none`, async () => {
    const upgrade = upgrading();
    let token: string | null = null;
    const server = memoryServer((request, context) => {
      const { pathname } = new URL(request.url);
      const response = upgrade(request, context);
      if (pathname === "/first") {
        token = response.headers.get("edgesocket-upgrade");
        return new Response("not yet", { status: 503 });
      }
      const headers = token === null ? {} : { "edgesocket-upgrade": token };
      return new Response(null, { status: 204, headers });
    }, { adapter: new MemoryAdapter(undefined, PLACEHOLDERS[status]) });
    await server.connect(handshakeRequest("/first"));
    // The token of another request, or a status that is not the placeholder's.
    const { response, client } = await server.connect(handshakeRequest("/second"));
    assertEquals([response.status, client], [204, undefined]);
  });
}

Deno.test("the pending upgrade is taken off the request, whatever the pipeline does", async () => {
  const ends: Record<string, (response: Response) => Response | Promise<Response>> = {
    returns: (response) => response,
    resolves: (response) => Promise.resolve(response),
    refuses: () => new Response(null, { status: 403 }),
    throws() {
      throw new Error("thrown");
    },
    rejects: () => Promise.reject(new Error("rejected")),
  };
  const upgrade = upgrading();
  for (const [name, end] of Object.entries(ends)) {
    const server = memoryServer((request, context) => end(upgrade(request, context)));
    const request = handshakeRequest();
    await server.connect(request);
    assertEquals(requestState(request)?.pending, undefined, name);
    assertEquals(server.reported.length, name === "throws" || name === "rejects" ? 1 : 0);
  }
});

Deno.test("every request finds its server, one that is no upgrade too", async () => {
  let seen: unknown;
  const server = memoryServer((request) => {
    seen = requestState(request)?.server;
    return new Response("page");
  });
  const response = await server.fetch(new Request("http://self.example/"));
  assertEquals(await response.text(), "page");
  assert(seen === server.state);
});

Deno.test("a pipeline that is wrapped twice upgrades once, on the outer server", async () => {
  const upgrade = upgrading();
  const inner = memoryServer(upgrade);
  const outer = memoryServer((request, context) => inner.fetch(request, context));
  const { client } = await outer.connect();
  assert(client);
  assertEquals([outer.state.registry.size, inner.state.registry.size], [1, 0]);
});

Deno.test("a second upgradeWebSocket for one request is an error", async () => {
  const upgrade = upgrading();
  const server = memoryServer((request, context) => {
    upgrade(request, context);
    return upgrade(request, context);
  });
  const { response } = await server.connect();
  assertEquals(response.status, 500);
  assertStringIncludes(`${server.reported[0]}`, "expected one upgradeWebSocket for each request");
});

Deno.test("a target that makes no URL is refused before user code runs", async () => {
  const refused: number[] = [];
  const server = memoryServer(() => new Response("reached"), {
    onRefuse: (_, { status }) => refused.push(status),
  });
  const response = await server.fetch(handshakeRequest("/", { host: "a b" }));
  assertEquals([response.status, refused], [400, [400]]);
});

Deno.test("places are reserved at the upgrade: as many connections as there is room for", async () => {
  const upgrade = upgrading();
  const refused: string[] = [];
  const server = memoryServer(async (request, context) => {
    const response = upgrade(request, context);
    await nextTurn();
    return response;
  }, { maxConnections: 10, onRefuse: (_, { message }) => refused.push(message) });
  const all = await Promise.all(Array.from({ length: 50 }, () => server.connect()));
  const open = all.filter(({ client }) => client);
  assertEquals([open.length, refused.length, server.state.registry.size], [10, 40, 10]);
  assertEquals(all.filter(({ response }) => response.status === 503).length, 40);
  // Each place is given back once, and taken again.
  for (const { client } of open) client!.close(1000);
  await nextTurn();
  const again = await Promise.all(Array.from({ length: 50 }, () => server.connect()));
  assertEquals(again.filter(({ client }) => client).length, 10);
});

Deno.test("a handshake that was accepted before the server began to shut down is refused", async () => {
  const upgrade = upgrading();
  const server = memoryServer(async (request, context) => {
    const response = upgrade(request, context);
    server.state.drain();
    await nextTurn();
    return response;
  });
  const { response, client } = await server.connect();
  assertEquals([response.status, client, server.state.registry.size], [503, undefined, 0]);
  assertEquals(response.headers.get("retry-after"), "5");
});

for (const how of ["throws", "rejects"] as const) {
  Deno.test(`an adapter whose upgrade ${how} leaves nothing behind`, async () => {
    const adapter = Object.assign(new MemoryAdapter(), {
      upgrade() {
        const error = new Error("no upgrade");
        if (how === "rejects") return Promise.reject(error);
        throw error;
      },
    });
    const server = memoryServer(upgrading(), { adapter, maxConnections: 1 });
    for (let i = 0; i < 3; i++) assertEquals((await server.connect()).response.status, 500);
    assertEquals([server.state.registry.size, server.reported.length], [0, 3]);
  });
}

Deno.test("an adapter may take its time, and is told when the server shuts down", async () => {
  const inner = new MemoryAdapter();
  let told = false;
  const adapter = Object.assign(new MemoryAdapter(), {
    async upgrade(upgrade: UpgradeRequest, connection: ServerConnection) {
      upgrade.signal.addEventListener("abort", () => told = true);
      await nextTurn();
      return inner.upgrade(upgrade, connection);
    },
  });
  const server = memoryServer(upgrading(), { adapter });
  const { client } = await server.connect();
  client!.send("late");
  assertEquals(await client!.message(), "late");
  server.state.drain();
  assertEquals(told, true);
});

Deno.test("a clock that is moved moves the timeouts of a whole server", async () => {
  const causes: string[] = [];
  const events: WebSocketEvents = { onClose: ({ cause }) => causes.push(cause) };
  const server = memoryServer(upgrading(events, { idleTimeout: 60 }));
  const { client: mute } = await server.connect();
  const { client: lively } = await server.connect();
  mute!.mute();
  for (let passed = 0; passed < 120_000; passed += 5_000) {
    server.clock.pass(5_000);
    await nextTurn();
  }
  assertEquals([causes, server.state.registry.size], [["idle-timeout"], 1]);
  server.state.drain();
  const done = server.state.registry.shutdown(10_000);
  assertEquals((await lively!.closed).reason, "Server shutting down");
  await done;
  await nextTurn();
  assertEquals([causes, server.clock.pending], [["idle-timeout", "shutdown"], 0]);
});

Deno.test("a request that one server has let go of can be upgraded by another", async () => {
  const upgrade = upgrading();
  const first = memoryServer(() => new Response("not found", { status: 404 }));
  const second = memoryServer(async (request, context) => {
    await nextTurn();
    return upgrade(request, context);
  });
  const request = handshakeRequest();
  const context: MemoryContext = {};
  assertEquals((await first.fetch(request, context)).status, 404);
  assertEquals((await second.fetch(request, context)).status, 101);
  context.client!.send("x");
  assertEquals([await context.client!.message(), second.state.registry.size], ["x", 1]);
});

Deno.test("a pipeline may answer with any promise", async () => {
  const upgrade = upgrading();
  const server = memoryServer((request, context) => {
    const response = upgrade(request, context);
    const { pathname } = new URL(request.url);
    return {
      then(resolve: (response: Response) => void, reject: (error: Error) => void) {
        if (pathname === "/rejects") reject(new Error("rejected"));
        else resolve(response);
      },
    } as Promise<Response>;
  });
  assertEquals((await server.connect(handshakeRequest("/rejects"))).response.status, 500);
  const { client } = await server.connect();
  client!.send("x");
  assertEquals([await client!.message(), server.reported.length], ["x", 1]);
});

Deno.test("a request on which nothing can be kept is a 500, and goes no further", async () => {
  const server = memoryServer(upgrading());
  const { response } = await server.connect(Object.freeze(handshakeRequest()));
  assertEquals([response.status, server.reported.length], [500, 1]);
});

Deno.test("a runtime that has to be asked is asked to watch the clients of pipelines that wait", async () => {
  const watched: string[] = [];
  const adapter = Object.assign(new MemoryAdapter(), {
    watch: ({ url }: Request) => void watched.push(new URL(url).pathname),
  });
  const upgrade = upgrading();
  const server = memoryServer(async (request, context) => {
    const { pathname } = new URL(request.url);
    for (let i = 0; i < 10; i++) await undefined;
    if (pathname === "/waits") await nextTurn();
    return upgrade(request, context);
  }, { adapter });
  for (const path of ["/at-once", "/waits"]) {
    assertEquals((await server.connect(handshakeRequest(path))).response.status, 101);
  }
  assertEquals(watched, ["/waits"]);
});

Deno.test("what is no function cannot be served", () => {
  for (const [fetch, got] of [[undefined, "undefined"], [{ fetch() {} }, "object"]] as const) {
    const { state } = memoryServer(() => new Response());
    assertThrows(
      () => wrapFetch(fetch as never, state),
      TypeError,
      `Cannot serve: expected fetch to be a function (of Hono: app.fetch), got ${got}`,
    );
  }
});

Deno.test("a pipeline that throws or rejects is a 500, and reported, whatever was asked for", async () => {
  const fault = new Error("fault");
  for (const rejects of [true, false]) {
    const server = memoryServer(() => {
      if (rejects) return Promise.reject(fault);
      throw fault;
    });
    for (const request of [handshakeRequest(), new Request("http://self.example/")]) {
      const response = await server.fetch(request, {});
      assertEquals([response.status, await response.text()], [500, "Internal Server Error\n"]);
      if (request.headers.has("upgrade")) assertEquals(requestState(request), undefined);
    }
    assertEquals(server.reported, [fault, fault]);
  }
});

Deno.test("a pipeline gets the very request, and what the runtime passed beside it", async () => {
  const seen: unknown[] = [];
  const server = memoryServer((...words) => {
    seen.push(...words);
    return new Response();
  });
  const request = new Request("http://self.example/");
  const context = { remoteAddr: {} };
  await server.fetch(request, context);
  assert(seen[0] === request && seen[1] === context);
});

Deno.test("a request to another host than those of the option is 421, before user code runs", async () => {
  let runs = 0;
  const refused: string[] = [];
  const server = memoryServer(() => {
    runs++;
    return new Response("page");
  }, {
    hosts: ["self.example"],
    onRefuse: (_, { status }) => refused.push(`${status}`),
  });
  const page = (host: string) => new Request("http://self.example/", { headers: { host } });
  assertEquals((await server.fetch(page("evil.example"))).status, 421);
  assertEquals((await server.fetch(handshakeRequest("/", { host: "evil.example" }))).status, 421);
  assertEquals([runs, refused], [0, ["421", "421"]]);
  assertEquals(server.told.map(({ remoteAddress }) => remoteAddress), [""]);
  assertEquals((await server.fetch(page("self.example"))).status, 200);
  assertEquals((await server.fetch(handshakeRequest(), {})).status, 200);
});

Deno.test("a refused target is told with the address of its client", async () => {
  const server = memoryServer(() => new Response());
  await server.fetch(handshakeRequest("/", { host: "a b" }));
  assertEquals(server.told.map(({ cause, remoteAddress }) => [cause, remoteAddress]), [[
    "400",
    "127.0.0.1",
  ]]);
});

Deno.test("a pipeline of a handshake is held only if the option says so", async () => {
  for (const holdPipeline of [true, false]) {
    const upgrade = upgrading();
    let done = false;
    const server = memoryServer(async (request, context) => {
      const response = await upgrade(request, context);
      done = true;
      return response;
    }, { holdPipeline });
    const { client } = await server.connect();
    await nextTurn();
    assertEquals([client !== undefined, done], [true, !holdPipeline]);
    client!.close(1000);
    for (let turns = 0; turns < 10; turns++) await nextTurn();
    assertEquals(done, true);
  }
});

Deno.test("options of a handler inside of another server are told of, because they do nothing", async () => {
  const told: Report[] = [];
  const inner = memoryServer(upgrading(), {
    hosts: ["good.example"],
    onReport: (report) => void told.push(report),
  });
  const outer = memoryServer((request, context) => inner.fetch(request, context));
  assertEquals((await outer.connect()).response.status, 101);
  assertEquals(told.map(({ kind, cause, count }) => [kind, cause, count]), [
    ["option", "handler", 1],
  ]);
});

Deno.test("a handler inside of another server that has no options is nothing to tell of", async () => {
  // The console would be told, by a module that is loaded for it.
  await import("../../src/server/report_line.ts");
  const lines: unknown[] = [];
  const { warn } = console;
  console.warn = (line: unknown) => void lines.push(line);
  try {
    const inner = memoryServer(upgrading(), { onError: undefined, onReport: undefined });
    const outer = memoryServer((request, context) => inner.fetch(request, context));
    assertEquals((await outer.connect()).response.status, 101);
    for (let turns = 0; turns < 10; turns++) await nextTurn();
  } finally {
    console.warn = warn;
  }
  assertEquals(lines, []);
});

Deno.test("whoever listens hears of each handshake once: accepted, refused by the route or before it", async () => {
  using listening = new Listening("handshake");
  const route = new Route({ origin: ["https://app.example"] }, nobody);
  const server = memoryServer(async (request, context) => {
    await nextTurn();
    server.clock.pass(7);
    return new URL(request.url).pathname === "/mine"
      ? new Response("mine", { status: 401 })
      : route.answer(request, ECHO, context);
  }, { hosts: ["self.example"] });
  const { client } = await server.connect(
    handshakeRequest("/ws?token=secret", { origin: "https://app.example" }),
  );
  await server.connect(handshakeRequest("/ws", { origin: "https://evil.example" }));
  await server.connect(handshakeRequest("/ws", { host: "other.example" }));
  await server.connect(handshakeRequest("/mine"));
  assertEquals(
    listening.all("handshake").map(({ verdict, status, path, duration }) =>
      [verdict, status, path, duration] as const
    ),
    [
      ["accepted", 101, "/ws", 7],
      ["refused", 403, "/ws", 7],
      ["refused", 421, "/ws", 0],
    ],
  );
  client!.close(1000);
  await client!.closed;
});

Deno.test("who is refused by a limit gets no further, and is told of with its address", async () => {
  let runs = 0;
  const server = memoryServer(() => {
    runs++;
    return new Response("page");
  }, { limits: { admit: () => refusal(429, "too many", { "retry-after": "7" }) } });
  const { response } = await server.connect();
  assertEquals([response.status, response.headers.get("retry-after"), runs], [429, "7", 0]);
  assertEquals(server.told.map(({ cause, remoteAddress }) => [cause, remoteAddress]), [
    ["429", "127.0.0.1"],
  ]);
  // A page is no handshake.
  assertEquals((await server.fetch(new Request("http://self.example/"))).status, 200);
});

Deno.test("what the runtime passed beside a request can be found, unless it becomes a connection", async () => {
  const upgrade = upgrading();
  const found: unknown[] = [];
  const server = memoryServer((request, context) => {
    found.push(requestState(request)?.context);
    return request.headers.has("upgrade") ? upgrade(request, context) : new Response("plain");
  });
  const context: MemoryContext = {};
  await server.fetch(new Request("http://self.example/"), context);
  await server.fetch(handshakeRequest(), context);
  assertEquals([found[0] === context, found[1]], [true, undefined]);
});
