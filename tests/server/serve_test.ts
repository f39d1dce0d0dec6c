/** What `serve` does beside its connections, on the memory adapter. */
import { assertEquals, assertMatch, assertStrictEquals, assertThrows } from "@std/assert";
import { MemoryAdapter, type MemoryContext } from "../../src/adapters/memory.ts";
import type { Fetch, Listener, ListenOptions, ServerAdapter } from "../../src/server/adapter.ts";
import { Route } from "../../src/server/route.ts";
import { type ServeOptions, startServer, type WebSocketServer } from "../../src/server/serve.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { handshakeRequest, nextTurn } from "../support/memory.ts";

/** The memory adapter, which does some of it in another way. */
const adapter = (own: Partial<ServerAdapter> = {}) => Object.assign(new MemoryAdapter(), own);

/** A signal that counts who listens to it. */
class CountedSignal extends EventTarget {
  aborted = false;
  reason: unknown;
  onabort = null;
  readonly listeners = new Set<unknown>();

  override addEventListener(type: string, listener: EventListener): void {
    this.listeners.add(listener);
    super.addEventListener(type, listener);
  }

  override removeEventListener(type: string, listener: EventListener): void {
    this.listeners.delete(listener);
    super.removeEventListener(type, listener);
  }

  throwIfAborted(): void {}

  abort(): void {
    this.aborted = true;
    this.dispatchEvent(new Event("abort"));
  }
}

const fetch = () => new Response("page");
const onListen = () => {};

/** What an adapter is told of a server with these options, and the server; it says what it is told. */
function started(options: Partial<ServeOptions> = {}, listener: Partial<Listener> = {}) {
  const clock = new FakeClock();
  const log: string[] = [];
  let told: ListenOptions | undefined;
  let served!: Fetch;
  const find = (): ServerAdapter =>
    adapter({
      listen(options, fetch) {
        told = options;
        served = fetch;
        return {
          port: options.port || 1234,
          native: "the runtime's own",
          stop() {
            log.push("stop");
            return Promise.resolve();
          },
          abort: () => void log.push("abort"),
          ...listener,
        };
      },
    });
  const server = startServer({ fetch, onListen, ...options }, find, clock);
  return { server, told: told!, fetch: served, clock, log };
}

/** What is written to the console meanwhile. */
function written(task: () => void): unknown[] {
  const lines: unknown[] = [];
  const { log } = console;
  console.log = (line: unknown) => void lines.push(line);
  try {
    task();
  } finally {
    console.log = log;
  }
  return lines;
}

Deno.test("a signal that outlives its servers does not keep them", async () => {
  const signal = new CountedSignal();
  for (let i = 0; i < 100; i++) {
    const server = startServer({ fetch, signal, onListen }, adapter);
    assertEquals(signal.listeners.size, 1);
    await server.shutdown();
    assertEquals(signal.listeners.size, 0);
  }
  // Nobody is left who would hear it.
  signal.abort();
});

Deno.test("a signal shuts down every server that still runs, and is let go", async () => {
  const signal = new CountedSignal();
  const servers = [1, 2].map(() => startServer({ fetch, signal, onListen }, adapter));
  assertEquals(signal.listeners.size, 2);
  signal.abort();
  await Promise.all(servers.map(({ finished }) => finished));
  assertEquals(signal.listeners.size, 0);
});

Deno.test("a signal that has aborted shuts a server down at once, and is not listened to", async () => {
  const signal = new CountedSignal();
  signal.abort();
  await startServer({ fetch, signal, onListen }, adapter).finished;
  assertEquals(signal.listeners.size, 0);
});

/** What `serve` says of options that are wrong. */
function refusal(options: Record<string, unknown>): string {
  return assertThrows(() => startServer({ fetch, ...options } as ServeOptions, adapter), Error)
    .message;
}

Deno.test("options that nobody reads are refused, with what was meant", () => {
  for (
    const [wrong, meant] of [
      ["prot", "port"],
      ["hostName", "hostname"],
      ["maxPayloadLenght", "maxPayloadLength"],
      ["onerror", "onError"],
    ]
  ) {
    const expected = `expected ${meant} (did you mean that?), got ${wrong}`;
    assertEquals(refusal({ [wrong!]: 1 }), `Cannot use options of serve: ${expected}`);
  }
});

Deno.test("options of routes are refused, with where they belong", () => {
  for (const name of ["origin", "trustProxy", "protocols", "idleTimeout", "data"]) {
    assertEquals(
      refusal({ [name]: 1 }),
      `Cannot use options of serve: expected ${name} in those of upgradeWebSocket, or of createUpgradeWebSocket for all routes, got ${name}`,
    );
  }
});

Deno.test("options of the wrong type are refused, undefined is not given", async () => {
  for (const name of ["port", "shutdownTimeout", "maxConnections", "maxPayloadLength"]) {
    for (const wrong of ["10", true, null, {}]) {
      const got = wrong === null ? "null" : typeof wrong;
      assertMatch(refusal({ [name]: wrong }), new RegExp(`^Cannot use option ${name}: .*${got}$`));
    }
  }
  for (const name of ["onListen", "onError", "onRefuse", "onReport"]) {
    assertMatch(refusal({ [name]: "log" }), /expected a function, got string$/);
  }
  for (const name of ["hostname", "cert"]) {
    assertMatch(refusal({ [name]: 1, key: "x" }), /expected a string, got number$/);
  }
  assertMatch(refusal({ holdPipeline: "yes" }), /expected true or false, got string$/);
  for (const wrong of [null, "", false, 0, "app.example", {}]) {
    assertMatch(
      refusal({ hosts: wrong }),
      /^Cannot use option hosts: expected a list of hosts, got/,
    );
  }
  assertMatch(refusal({ deno: [] }), /expected an object, got a list$/);
  assertMatch(refusal({ signal: {} }), /expected an AbortSignal, got object$/);
  assertMatch(refusal({ fetch: undefined }), /expected fetch to be a function/);
  const given = { port: undefined, hostname: undefined, cert: undefined, key: undefined };
  const none = { onError: undefined, onReport: undefined, hosts: undefined, signal: undefined };
  await startServer({ fetch, ...given, ...none, onListen: () => {} }, adapter).shutdown();
});

Deno.test("options of the runtime are handed on, but for those that serve sees to", async () => {
  const handed: unknown[] = [];
  const native = () =>
    Object.assign(adapter(), {
      listen(options: ListenOptions) {
        handed.push(options.native);
        return { port: 1, native: "the runtime's own", stop: () => Promise.resolve() };
      },
    });
  const server = startServer(
    { fetch, deno: { reusePort: true }, bun: { development: false }, onListen: () => {} },
    native,
  );
  assertEquals([server.native, handed], ["the runtime's own", [{ reusePort: true }]]);
  await server.shutdown();
  assertEquals(
    refusal({ bun: { port: 1 } }),
    "Cannot use option bun: expected port beside it, as serve sees to that itself, got port",
  );
  assertMatch(
    refusal({ deno: { path: "/run/x.sock" } }),
    /expected a TCP port \(for a unix socket/,
  );
  assertMatch(refusal({ bun: { unix: "/run/x.sock" } }), /expected a TCP port \(for a unix socket/);
  assertMatch(refusal({ deno: null }), /expected an object, got null$/);
});

Deno.test("says where it listens, unless somebody is told", async () => {
  const said: unknown[] = [];
  const { log } = console;
  console.log = (...words: unknown[]) => void said.push(...words);
  try {
    await startServer({ fetch }, adapter).shutdown();
    let told = "";
    await startServer({ fetch, onListen: ({ url }) => void (told = url) }, adapter).shutdown();
    assertEquals([said, told], [["Listening on http://localhost:0/"], "http://localhost:0/"]);
  } finally {
    console.log = log;
  }
});
Deno.test("a server listens on every address and port 8000, unless it is told otherwise", () => {
  assertEquals(started().told, {
    port: 8000,
    hostname: "0.0.0.0",
    cert: undefined,
    key: undefined,
    native: {},
  });
  const { told } = started({ port: 0, hostname: "::1", cert: "C", key: "K", deno: { a: 1 } });
  assertEquals(told, { port: 0, hostname: "::1", cert: "C", key: "K", native: { a: 1 } });
  // Options for another runtime are for another runtime.
  assertEquals(started({ bun: { a: 1 } }).told.native, {});
});

Deno.test("a server says where it is found, by an address that can be connected to", () => {
  for (
    const [hostname, url] of [
      ["0.0.0.0", "http://localhost:1234/"],
      ["::", "http://localhost:1234/"],
      ["127.0.0.1", "http://127.0.0.1:1234/"],
      ["::1", "http://[::1]:1234/"],
      ["app.example", "http://app.example:1234/"],
    ] as const
  ) {
    const { server } = started({ hostname, port: 0 });
    assertEquals([server.url, server.hostname, server.port], [url, hostname, 1234]);
  }
  assertEquals(started({ port: 5, cert: "C", key: "K" }).server.url, "https://localhost:5/");
  assertEquals(started().server.native, "the runtime's own");
});

Deno.test("onListen is called once, with the server; without it the console has a line", () => {
  const seen: WebSocketServer[] = [];
  let server: WebSocketServer | undefined;
  const quiet = written(() => server = started({ onListen: (server) => seen.push(server) }).server);
  assertEquals([seen.length, quiet], [1, []]);
  assertStrictEquals(seen[0], server);
  assertEquals(written(() => started({ onListen: undefined })), [
    "Listening on http://localhost:8000/",
  ]);
});

Deno.test("where the runtime listens later, onListen is called then", async () => {
  const listens = Promise.withResolvers<void>();
  const seen: WebSocketServer[] = [];
  const { server } = started({ onListen: (server) => void seen.push(server) }, {
    ready: listens.promise,
  });
  await nextTurn();
  assertEquals(seen.length, 0);
  listens.resolve();
  await nextTurn();
  assertEquals(seen.length, 1);
  assertStrictEquals(seen[0], server);
});

Deno.test("a runtime that finds out later that it cannot listen ends the server, which says why", async () => {
  const signal = new CountedSignal();
  const seen: unknown[] = [];
  const cause = new Error("Cannot listen on h:5: the port is taken");
  const listens = Promise.withResolvers<void>();
  const options = { signal, onListen: (server: WebSocketServer) => void seen.push(server) };
  const { server, log, clock } = started(options, { ready: listens.promise });
  listens.reject(cause);
  assertStrictEquals(await server.finished.catch((error) => error), cause);
  await nextTurn();
  // Nobody is told that it listens, and nothing of it is left.
  assertEquals([seen, log, signal.listeners.size, clock.pending], [[], ["stop"], 0, 0]);
  assertStrictEquals(server.shutdown(), server.finished);
});

for (
  const [name, values, Kind, expected] of [
    ["port", [-1, 65_536, 1.5, NaN, Infinity], RangeError, "a whole number from 0 to 65535"],
    ["port", ["80", null], TypeError, "a whole number from 0 to 65535"],
    ["hostname", [5, null], TypeError, "a string"],
    ["onListen", ["x", null], TypeError, "a function"],
    ["shutdownTimeout", [-1, 0.01, 86_401, NaN], RangeError, "0 (off) or 0.1 to 86400 seconds"],
    ["shutdownTimeout", ["5", null], TypeError, "0 (off) or 0.1 to 86400 seconds"],
    ["signal", [5, null, {}], TypeError, "an AbortSignal"],
    ["deno", [5, null], TypeError, "an object"],
    ["bun", ["x"], TypeError, "an object"],
    ["onError", ["x"], TypeError, "a function"],
    ["maxConnections", [NaN], RangeError, "a number from 0"],
  ] as const
) {
  Deno.test(`${name} may not be ${values.join(", or ")}: ${Kind.name}, before there is an adapter`, () => {
    for (const value of values) {
      const got = Kind === RangeError ? `${value}` : value === null ? "null" : typeof value;
      assertThrows(
        () =>
          startServer({ fetch, [name]: value }, () => {
            throw new Error("asked for an adapter");
          }),
        Kind,
        `Cannot use option ${name}: expected ${expected}, got ${got}`,
      );
    }
  });
}

Deno.test("options of the runtime that serve sees to itself are refused, each of them", () => {
  for (const name of ["port", "hostname", "cert", "key", "onListen", "signal", "fetch"]) {
    assertEquals(
      refusal({ deno: { [name]: 1 } }),
      `Cannot use option deno: expected ${name} beside it, as serve sees to that itself, got ${name}`,
    );
  }
  for (const none of [null, undefined, 5]) {
    assertThrows(() => startServer(none as never, adapter), TypeError, "expected an object");
  }
  // What only looks like one is the runtime's own, and an option of both is the server's here.
  started({ maxPayloadLength: 5, websocket: {}, deno: { reusePort: true, portRange: 1 } });
});

Deno.test("ports from 0 to 65535 are taken, and timeouts from 0", () => {
  for (const port of [0, 1, 65_535]) started({ port });
  for (const shutdownTimeout of [0, 0.1, 86_400]) started({ shutdownTimeout });
});

Deno.test("cert and key need each other, and are texts", () => {
  for (const one of [{ cert: "C" }, { key: "K" }]) {
    const { message } = assertThrows(() => started(one), TypeError);
    assertEquals(message, "Cannot use TLS: expected both cert and key, got one of them");
  }
  for (const name of ["cert", "key"] as const) {
    const wrong = { cert: "C", key: "K", [name]: 5 } as never;
    assertThrows(() => started(wrong), TypeError, `option ${name}: expected a string, got number`);
  }
});

Deno.test("an address that cannot be listened on is an error that says why", () => {
  const fails = (error: unknown) => () => {
    throw error;
  };
  for (
    const [cause, why] of [
      [Object.assign(new Error("in use"), { name: "AddrInUse" }), "the port is taken"],
      [Object.assign(new Error("in use"), { code: "EADDRINUSE" }), "the port is taken"],
      [new Error("no such host"), "no such host"],
    ] as const
  ) {
    const find = () => adapter({ listen: fails(cause) });
    const error = assertThrows(() => startServer({ fetch, hostname: "h", port: 5 }, find), Error);
    assertEquals([error.message, error.cause], [`Cannot listen on h:5: ${why}`, cause]);
  }
});

/** A server with so many connections, whose clients answer no close frame. */
async function withMute(count: number, options: Partial<ServeOptions> = {}, listener = {}) {
  const route = new Route({ closeTimeout: 100 }, () => {
    throw new Error("expected a wrapped server");
  });
  const codes: number[] = [];
  const events = { onClose: ({ code }: { code: number }) => void codes.push(code) };
  const all = started({
    fetch: (request, context) => route.answer(request, events, context),
    shutdownTimeout: 4,
    ...options,
  }, listener);
  for (let i = 0; i < count; i++) {
    const context: MemoryContext = {};
    await all.fetch(handshakeRequest(), context);
    context.client!.mute();
  }
  await nextTurn();
  return { ...all, codes };
}

Deno.test("a server counts its connections", async () => {
  const { server } = await withMute(3);
  assertEquals(server.connections, 3);
});

Deno.test("shutdown ends what is left after shutdownTimeout, and stops listening then", async () => {
  for (const [options, ms] of [[{}, 4_000], [{ shutdownTimeout: undefined }, 10_000]] as const) {
    const { server, clock, log } = await withMute(2, options);
    let finished = false;
    server.finished.then(() => finished = true);
    const done = server.shutdown();
    clock.pass(ms - 1);
    await nextTurn();
    assertEquals([server.connections, log, finished], [2, [], false]);
    clock.pass(1);
    await done;
    assertEquals([server.connections, log, finished], [0, ["stop"], true]);
    assertEquals(clock.pending, 0);
  }
});

Deno.test("a request that hangs is given up at shutdownTimeout", async () => {
  for (const abort of [true, false]) {
    const aborts: string[] = [];
    const { server, clock } = started({ shutdownTimeout: 4 }, {
      stop: () => new Promise(() => {}),
      ...abort ? { abort: () => void aborts.push("abort") } : { abort: undefined as never },
    });
    let finished = false;
    server.shutdown().then(() => finished = true);
    await nextTurn();
    clock.pass(3_999);
    await nextTurn();
    assertEquals([finished, aborts], [false, []]);
    clock.pass(1);
    await nextTurn();
    assertEquals([finished, aborts, clock.pending], [true, abort ? ["abort"] : [], 0]);
  }
});

Deno.test("both halves of a shutdown share one shutdownTimeout", async () => {
  const { server, clock, log } = await withMute(1, {}, { stop: () => new Promise(() => {}) });
  const done = server.shutdown();
  clock.pass(4_000);
  await nextTurn();
  clock.pass(0);
  await done;
  assertEquals([log, clock.pending], [["abort"], 0]);
});

Deno.test("a listener that cannot be stopped is no reason to wait", async () => {
  const { server } = started({}, { stop: () => Promise.reject(new Error("stopped already")) });
  await server.shutdown();
});

Deno.test("shutdown can be called again, and stops once", async () => {
  const { server, log } = started();
  const [first, second] = [server.shutdown(), server.shutdown()];
  assertStrictEquals(first, second);
  assertStrictEquals(first, server.finished);
  await first;
  await server.shutdown();
  assertEquals(log, ["stop"]);
});

Deno.test("a drain closes one after the other, and a second call or the signal ends it at once", async () => {
  for (const hurries of [false, "call", "signal"]) {
    const abort = new AbortController();
    const { signal } = abort;
    const { server, clock, log } = await withMute(4, { shutdownTimeout: 1, signal });
    const done = server.shutdown({ drain: 8, code: 1012 });
    await nextTurn();
    clock.pass(4_000);
    await nextTurn();
    // Two were told, and have not answered.
    assertEquals([server.status, server.connections, log], ["draining", 4, []]);
    if (hurries === "call") assertStrictEquals(server.shutdown(), done);
    else if (hurries === "signal") abort.abort();
    else clock.pass(4_000);
    await nextTurn();
    clock.pass(999);
    await nextTurn();
    assertEquals([server.connections, log], [4, []]);
    clock.pass(1);
    await done;
    assertEquals([server.status, server.connections, log], ["closed", 0, ["stop"]]);
    assertEquals(clock.pending, 0);
  }
});

Deno.test("a handshake under way when a drain begins is refused, and delays nothing", async () => {
  const gate = Promise.withResolvers<void>();
  const route = new Route({}, () => {
    throw new Error("expected a wrapped server");
  });
  const { server, fetch, clock } = started({
    onReport() {},
    async fetch(request, context) {
      await gate.promise;
      return route.answer(request, {}, context);
    },
  });
  const answer = fetch(handshakeRequest(), {});
  const done = server.shutdown({ drain: 60 });
  gate.resolve();
  assertEquals([(await answer).status, server.connections], [503, 0]);
  await done;
  assertEquals(clock.pending, 0);
});

Deno.test("connections end with the code of the shutdown, drained, hurried, or neither", async () => {
  for (
    const [options, code] of [
      [undefined, 1001],
      [{ code: 1012 }, 1012],
      [{ code: 1012, drain: 8 }, 1012],
    ] as const
  ) {
    const { server, clock, codes } = await withMute(3, { shutdownTimeout: 1 });
    const done = server.shutdown(options);
    await nextTurn();
    // A second call hurries, and changes no code.
    server.shutdown({ code: 1001 });
    await nextTurn();
    clock.pass(1_000);
    await done;
    assertEquals(codes, [code, code, code]);
  }
});

Deno.test("options of shutdown are checked at once, and change nothing if they are wrong", async () => {
  const { server } = started();
  assertThrows(() => server.shutdown({ drain: -1 }), RangeError, "option drain");
  assertThrows(() => server.shutdown({ code: 1000 as never }), RangeError, "option code");
  assertEquals(server.status, "listening");
  await server.shutdown({});
});

Deno.test("a server that is not ready yet says so", async () => {
  const ready = Promise.withResolvers<void>();
  const { server } = started({}, { ready: ready.promise });
  assertEquals(server.status, "starting");
  ready.resolve();
  await nextTurn();
  assertEquals(server.status, "listening");
  const done = server.shutdown();
  assertEquals(server.status, "draining");
  await done;
  assertEquals(server.status, "closed");
  const late = Promise.withResolvers<void>();
  const heard: string[] = [];
  const onListen = () => void heard.push("listening");
  const { server: other } = started({ onListen }, { ready: late.promise });
  const ended = other.shutdown();
  late.resolve();
  await nextTurn();
  assertEquals([other.status === "listening", heard], [false, []]);
  await ended;
});

Deno.test("await using shuts a server down", async () => {
  const { server, log } = started();
  {
    await using _server = server;
    assertEquals(log, []);
  }
  assertEquals(log, ["stop"]);
  await server.finished;
});

Deno.test("a server that shuts down refuses new handshakes with 503", async () => {
  const { server, fetch } = await withMute(0, { onReport() {} });
  server.shutdown();
  assertEquals((await fetch(handshakeRequest(), {})).status, 503);
});
