import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { upgradeWebSocket, type WebSocketEvents } from "../../mod.ts";
import { connect } from "../../src/testing/connect.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";
import { handshake } from "../../src/testing/handshake.ts";
import { HandshakeRefused } from "../../src/testing/handshake_refused.ts";
import {
  adapterOf,
  createTestServer,
  type TestServerOptions,
} from "../../src/testing/test_server.ts";

function setUp(options: TestServerOptions = {}, events: WebSocketEvents = {}) {
  const closes: string[] = [];
  let answer = () => {};
  const later = new Promise<Response>((resolve) => answer = () => resolve(new Response("late")));
  const all: WebSocketEvents = {
    onMessage: (event, connection) => connection.send(event.data),
    ...events,
    onClose: ({ cause }) => closes.push(cause),
  };
  const server = createTestServer((request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/page") return new Response("page");
    if (pathname === "/late") return later;
    return upgradeWebSocket(request, all, { closeTimeout: 60 });
  }, options);
  return { server, closes, answer: () => answer() };
}

Deno.test("requests of any kind are answered", async () => {
  const { server } = setUp();
  const page = await server.fetch(new Request("http://localhost/page"));
  assertEquals(await page.text(), "page");
  const upgraded = await server.fetch(new Request("http://localhost/ws", handshake()));
  assertEquals([upgraded.status, server.connections], [101, 1]);
  const refused = await server.fetch(new Request("http://localhost/ws"));
  assertEquals([refused.status, server.connections], [426, 1]);
  // Nobody holds the client that came of it, but it answers close frames.
  await server.shutdown();
  assertEquals(server.connections, 0);
});

Deno.test("options are those of a server: what it may hold, and who is told", async () => {
  const refused: number[] = [];
  const reported: unknown[] = [];
  const { server } = setUp({
    maxConnections: 1,
    onRefuse: (_, { status }) => refused.push(status),
    onError: (error) => reported.push(error),
  }, {
    onOpen() {
      throw new Error("thrown in onOpen");
    },
  });
  const client = await connect(server, "/");
  await assertRejects(() => connect(server, "/"), Error, "got 503");
  assertEquals((await client.closed).code, 1011);
  assertEquals([refused, reported.map(String)], [[503], ["Error: thrown in onOpen"]]);
  await server.shutdown();
});

Deno.test("the console is told of options without effect, and of nothing that a test brings about", async () => {
  const lines: string[] = [];
  const { warn } = console;
  console.warn = (line: string) => void lines.push(line);
  try {
    const { server } = setUp({ maxPayloadLength: 1_000 });
    await assertRejects(
      () => connect(server, "/", { origin: "https://evil.example" }),
      HandshakeRefused,
    );
    const client = await connect(server, "/");
    client.send("x".repeat(2_000));
    assertEquals((await client.closed).code, 1009);
    assertEquals(lines.length, 1);
    assertStringIncludes(lines[0]!, "a route asks for maxPayloadLength 1048576");
    await server.shutdown();
  } finally {
    console.warn = warn;
  }
});

Deno.test("options that are wrong, unknown or no use here are errors", () => {
  const create = (options: object) => () => createTestServer(() => new Response(), options);
  assertThrows(create({ clocks: 1 }), TypeError, "clock (did you mean that?)");
  assertThrows(create({ port: 8000 }), TypeError, "options of createTestServer");
  assertThrows(create({ clock: { now: () => 1 } }), TypeError, "a FakeClock, got object");
  assertThrows(create({ maxConnections: -1 }), RangeError, "maxConnections");
  assertThrows(create({ shutdownTimeout: -1 }), RangeError, "shutdownTimeout");
  assertThrows(() => createTestServer(5 as never), TypeError, "fetch to be a function");
});

Deno.test("a shutdown closes with 1001, refuses newcomers, and waits for what is under way", async () => {
  const { server, closes, answer } = setUp();
  const client = await connect(server, "/");
  const late = server.fetch(new Request("http://localhost/late"));
  let over = false;
  const done = server.shutdown().then(() => over = true);
  assertEquals(await client.closed, { code: 1001, reason: "Server shutting down", wasClean: true });
  await assertRejects(() => connect(server, "/"), Error, "got 503");
  assertEquals(over, false);
  answer();
  await done;
  assertEquals([closes, await (await late).text()], [["shutdown"], "late"]);
  await server.shutdown();
});

Deno.test("a server of its own for each scope", async () => {
  const { server, closes } = setUp();
  {
    await using scoped = server;
    await connect(scoped, "/");
  }
  assertEquals(closes, ["shutdown"]);
});

for (const clock of [undefined, new FakeClock()]) {
  const which = clock ? "by a clock that nobody moves" : "by the machine's clock";
  Deno.test(`a shutdown that hangs names what hangs, after five seconds, ${which}`, async () => {
    const echoed = Promise.withResolvers<void>();
    const { server, closes, answer } = setUp(clock ? { clock } : {}, {
      onMessage(event, connection) {
        connection.send(event.data);
        echoed.resolve();
      },
    });
    const mute = await connect(server, "/mute?token=secret");
    const deaf = await connect(server, "/deaf");
    await connect(server, "/healthy");
    mute.mute();
    deaf.pause();
    deaf.send("x".repeat(1_000));
    const late = server.fetch(new Request("http://localhost/late"));
    await echoed.promise;
    const lines: string[] = [];
    const log = console.error;
    console.error = (line: string) => void lines.push(line);
    const started = performance.now();
    const { message } = await assertRejects(() => server.shutdown(), Error, "Cannot shut down");
    const passed = performance.now() - started;
    console.error = log;
    assert(passed > 4_900 && passed < 7_000, `${passed}`);
    assertEquals(lines, [message]);
    assertStringIncludes(message, "/mute waits for the close frame of its client");
    assertStringIncludes(message, "/deaf waits for its client to read 1000 bytes");
    assertStringIncludes(message, "/late waits for its response");
    assertEquals(/healthy|secret/.test(message), false, message);
    // They are cut off, so that nothing is left.
    answer();
    await late;
    await server.shutdown();
    assertEquals([server.connections, closes.length], [0, 3]);
  });
}

Deno.test("what hangs in a drain, and what is held behind its connection, is told as well", async () => {
  const log = console.error;
  console.error = () => {};
  const clock = new FakeClock();
  const { server } = setUp({ clock });
  await connect(server, "/last");
  const holding = createTestServer(async (request) => {
    const response = await upgradeWebSocket(request, {});
    await new Promise(() => {});
    return response;
  }, { holdPipeline: true });
  (await connect(holding, "/held")).close();
  await Promise.all([
    assertRejects(
      () => server.shutdown({ drain: 60 }),
      Error,
      "/last waits for its turn to be closed",
    ),
    assertRejects(() => holding.shutdown(), Error, "none: a held pipeline waits"),
  ]);
  console.error = log;
});

Deno.test("a handler that answers nothing is told so", async () => {
  const server = createTestServer(() => undefined as never);
  for (const ask of [() => connect(server, "/"), () => server.fetch(new Request("http://a/"))]) {
    await assertRejects(ask, TypeError, "Cannot answer a request: expected a Response");
  }
  await server.shutdown();
});

Deno.test("only what createTestServer made has an adapter", () => {
  const { server } = setUp();
  assert(adapterOf(server));
  assertThrows(() => adapterOf({ ...server }), TypeError, "a server of createTestServer");
});
