import { assert, assertEquals, assertThrows } from "@std/assert";
import { denoAdapter, isDeno } from "../../src/adapters/deno.ts";
import { systemClock } from "../../src/base/clock.ts";
import type { Reporter } from "../../src/connection/events.ts";
import { Route } from "../../src/server/route.ts";
import type { ListenOptions } from "../../src/server/adapter.ts";
import { selfSigned } from "../support/certificate.ts";
import { withGlobals } from "../support/globals.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { wrappedServer } from "../support/memory.ts";
import { ownServer } from "../support/own_server.ts";
import { handshake, OPCODE, RawClient } from "../support/raw_client.ts";
import { within } from "../support/within.ts";

const LISTEN: ListenOptions = { port: 0, hostname: "127.0.0.1", native: {} };

/** What listening needs of a server. */
function listening() {
  const reported: unknown[] = [];
  const waiting: (() => void)[] = [];
  const report: Reporter = (error) => {
    reported.push(error);
    for (const look of waiting.splice(0)) look();
  };
  return {
    server: { clock: systemClock, maxPayloadLength: 1_000, compresses: false, report },
    reported,
    nextReport: () => within(new Promise<void>((resolve) => waiting.push(resolve)), "a report"),
  };
}

Deno.test("this is Deno, and where there is no Deno.upgradeWebSocket it is not", () => {
  assertEquals(isDeno(), true);
  assertEquals(withGlobals({ Deno: undefined }, isDeno), false);
  assertEquals(withGlobals({ Deno: {} }, isDeno), false);
});

Deno.test("switches protocols with the headers of the pipeline and the subprotocol", async () => {
  await using own = ownServer(denoAdapter, {}, {
    protocols: ["chat"],
    headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"]],
  });
  using client = await RawClient.connect(own.port);
  client.write(handshake("/ws?x=1", { "Sec-WebSocket-Protocol": "other,chat", "X-Sent": "yes" }));
  const head = await client.head();
  assertEquals([head.status, head.all("sec-websocket-protocol")], [101, ["chat"]]);
  assertEquals(head.all("set-cookie"), ["a=1", "b=2"]);
  client.send(OPCODE.text, "hello");
  assertEquals(await client.text(), "hello");
  // All of it stays readable when Deno has closed the request.
  const { request, protocol } = own.connections[0]!;
  assertEquals([protocol, request.remoteAddress, request.headers.get("x-sent")], [
    "chat",
    "127.0.0.1",
    "yes",
  ]);
  assertEquals(new URL(request.url).search, "?x=1");
  client.close(1000);
  await own.until("close 1000 peer");
});

Deno.test("names no subprotocol where none was chosen", async () => {
  await using own = ownServer(denoAdapter);
  using client = await RawClient.connect(own.port);
  client.write(handshake("/", { "Sec-WebSocket-Protocol": "chat" }));
  assertEquals((await client.head()).all("sec-websocket-protocol"), []);
  client.reset();
  await own.until("close 1006 network");
});

Deno.test("an opening knows the address of its peer, and a request that asks for no WebSocket is none", () => {
  const headers = { upgrade: "websocket" };
  const request = new Request("http://x/", { headers });
  const address = (info: unknown) => denoAdapter.opening(request, info)?.remoteAddress;
  assertEquals(address({ remoteAddr: { hostname: "10.0.0.1" } }), "10.0.0.1");
  for (const info of [undefined, {}, { remoteAddr: {} }, { remoteAddr: { path: "/socket" } }]) {
    assertEquals(address(info), "");
  }
  assertEquals(denoAdapter.opening(new Request("http://x/"), {}), undefined);
});

Deno.test("a copy of a request cannot be upgraded, on a bare server or on one of ours", async () => {
  const route = new Route(
    {},
    () => wrappedServer(denoAdapter, () => new Response()).state,
  );
  const headers = Object.fromEntries(
    handshake("/").split("\r\n").slice(1, -2).map((line) => line.split(": ") as [string, string]),
  );
  const copy = new Request("http://127.0.0.1/", { headers });
  const message = "Cannot upgrade: expected the Request that Deno.serve passed, got a copy of it";
  assertThrows(() => route.answer(copy, {}, undefined), TypeError, message);

  const server = wrappedServer(
    denoAdapter,
    (request, context) => route.answer(request, {}, context),
  );
  assertEquals((await server.fetch(copy)).status, 500);
  assertEquals((server.reported[0] as Error).message, message);
});

Deno.test("a client that left while its route waited is refused, and one that waits is not", async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const asked: string[] = [];
  const route = new Route({}, () => {
    throw new Error("expected a wrapped server");
  });
  const refused: number[] = [];
  const here = Promise.withResolvers<void>();
  await using own = ownServer(denoAdapter, {}, {}, {
    async fetch(request, context) {
      asked.push(new URL(request.url).pathname);
      if (asked.length === 2) here.resolve();
      await gate;
      return route.answer(request, {}, context);
    },
    onRefuse: (_, { status }) => refused.push(status),
  });
  using leaves = await RawClient.connect(own.port);
  leaves.write(handshake("/leaves"));
  using stays = await RawClient.connect(own.port);
  stays.write(handshake("/stays"));
  await within(here.promise, "both requests");
  leaves.reset();
  await new Promise((resolve) => setTimeout(resolve, 100));
  open();
  assertEquals([(await stays.head()).status, refused], [101, [400]]);
  assertEquals([own.server.connections, own.reported], [1, []]);
});

Deno.test("a cautious upgrade looks whether the client is there, and goes on if it is", async () => {
  for (const leaves of [true, false]) {
    const refused: number[] = [];
    const own = wrappedServer(
      denoAdapter,
      (request, context) => new Route({}, () => own.state).answer(request, {}, context),
      { onRefuse: (_, { status }) => refused.push(status) },
    );
    own.state.failedToOpen(false);
    const asked = Promise.withResolvers<void>();
    const { server } = listening();
    const listener = denoAdapter.listen(LISTEN, (request, info) => {
      asked.resolve();
      return own.fetch(request, info);
    }, server);
    using client = await RawClient.connect(listener.port);
    client.write(handshake("/"));
    await within(asked.promise, "a request");
    if (leaves) client.reset();
    else assertEquals((await client.head()).status, 101);
    while (leaves && refused.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assertEquals(refused, leaves ? [400] : []);
    client.reset();
    await listener.stop();
  }
});

Deno.test("the limit on open files is read where it may be [needs /proc]", {
  ignore: Deno.build.os !== "linux",
}, () => {
  const limits = Deno.readTextFileSync("/proc/self/limits");
  const soft = Number(limits.match(/^Max open files +(\d+)/m)![1]);
  assertEquals(denoAdapter.connectionLimit(), Math.max(1, Math.floor(soft * 0.9) - 64));
});

Deno.test("the limit on open files is unknown where it may not be read", {
  permissions: { read: false },
}, () => assertEquals(denoAdapter.connectionLimit(), 10_000));

Deno.test("the limit on open files is unknown where it cannot be read, and asking comes before reading", () => {
  const done: string[] = [];
  const own = (state: string) => ({
    upgradeWebSocket() {},
    permissions: {
      querySync: (descriptor: object) => {
        done.push(JSON.stringify(descriptor));
        return { state };
      },
    },
    readTextFileSync() {
      done.push("read");
      throw new Error("no such file");
    },
  });
  const limit = (state: string) =>
    withGlobals({ Deno: own(state) }, () => denoAdapter.connectionLimit());
  const asked = '{"name":"read","path":"/proc/self/limits"}';
  assertEquals([limit("prompt"), done.splice(0)], [10_000, [asked]]);
  assertEquals([limit("granted"), done], [10_000, [asked, "read"]]);
});

Deno.test("a listener listens where it is told, with options of Deno's own, and stops", async () => {
  const { server, reported } = listening();
  const onError = () => new Response("mine", { status: 418 });
  const listener = denoAdapter.listen(
    { ...LISTEN, native: { onError, port: 1, hostname: "nowhere.invalid" } },
    () => {
      throw new Error("thrown");
    },
    server,
  );
  assert(listener.port > 1);
  const response = await fetch(`http://127.0.0.1:${listener.port}/`);
  assertEquals([response.status, await response.text()], [418, "mine"]);
  await listener.stop();
  assertEquals([reported, "abort" in listener], [[], false]);
  await assertRefused(listener.port);
});

Deno.test(
  "a listener speaks TLS with cert and key [needs openssl]",
  { ignore: selfSigned() === undefined },
  async () => {
    const { server } = listening();
    const listener = denoAdapter.listen(
      { ...LISTEN, ...selfSigned() },
      () => new Response(),
      server,
    );
    using client = await RawClient.secure(listener.port);
    client.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assertEquals((await client.head()).status, 200);
    await listener.stop();
  },
);

/** Options of Deno's own by which the server that was started last can be ended behind our back. */
function endable() {
  let last = new AbortController();
  const native = {
    get signal() {
      last = new AbortController();
      return last.signal;
    },
  };
  return { native, end: () => last.abort() };
}

Deno.test("a listener that ends by itself is revived on its port, each time, and reported", async () => {
  const { server, reported, nextReport } = listening();
  const { native, end } = endable();
  const listener = denoAdapter.listen({ ...LISTEN, native }, () => new Response("here"), server);
  const servers = new Set<unknown>();
  for (let times = 1; times <= 3; times++) {
    servers.add(listener.native);
    assertEquals((listener.native as Deno.HttpServer<Deno.NetAddr>).addr.port, listener.port);
    const told = nextReport();
    end();
    await told;
    assertEquals(reported.map(String), Array(times).fill("Error: Deno.serve ended by itself"));
    const response = await fetch(`http://127.0.0.1:${listener.port}/`);
    assertEquals(await response.text(), "here");
  }
  await listener.stop();
  await assertRefused(listener.port);
  assertEquals([reported.length, servers.size], [3, 3]);
});

Deno.test("a listener whose port is taken meanwhile tries again, until it is stopped", async () => {
  for (const frees of [true, false]) {
    const clock = new FakeClock();
    const { server, nextReport } = listening();
    const { native, end } = endable();
    let taken: Deno.Listener | undefined;
    const report = (error: unknown) => {
      server.report(error, undefined);
      taken = Deno.listen({ port: listener.port, hostname: "127.0.0.1" });
    };
    const options = { ...LISTEN, native };
    const own = { ...server, clock, report };
    const listener = denoAdapter.listen(options, () => new Response("here"), own);
    const told = nextReport();
    end();
    await told;
    await new Promise((resolve) => setTimeout(resolve));
    assertEquals(clock.pending, 1);
    clock.pass(99);
    assertEquals(clock.pending, 1);
    clock.pass(1);
    assertEquals(clock.pending, 1);
    taken!.close();
    if (frees) {
      clock.pass(100);
      const response = await fetch(`http://127.0.0.1:${listener.port}/`);
      assertEquals([await response.text(), clock.pending], ["here", 0]);
    }
    await listener.stop();
    clock.pass(1_000);
    await assertRefused(listener.port);
  }
});

async function assertRefused(port: number): Promise<void> {
  const here = await Deno.connect({ port, hostname: "127.0.0.1" }).then((connection) => {
    connection.close();
    return true;
  }, () => false);
  assertEquals(here, false);
}
