/** The listeners of a server of `node:http`, in this process. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { findPeers, type Peers } from "../../src/adapters/node_peers.ts";
import { systemClock } from "../../src/base/clock.ts";
import { upgradeWebSocket } from "../../src/native/upgrade.ts";
import { serve } from "../../src/node/serve.ts";
import type { ServeOptions, WebSocketServer } from "../../src/server/serve.ts";
import { TOKEN_HEADER } from "../../src/server/token_placeholder.ts";
import { selfSigned } from "../support/certificate.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { answerTo, CLOSE, listening, page } from "../support/node_listening.ts";
import { handshake, RawClient } from "../support/raw_client.ts";
import { within } from "../support/within.ts";

const LOCAL = { port: 0, hostname: "127.0.0.1" };

const echo = (request: Request) =>
  upgradeWebSocket(request, {
    onMessage: (event, connection) => connection.send(event.data),
  });

/** A server that listens. */
function started(options: ServeOptions): Promise<WebSocketServer> {
  return within(new Promise((resolve) => serve({ ...options, onListen: resolve })), "a listener");
}

Deno.test("an error page made from copied headers is no upgrade, and has no token", async () => {
  const opened: unknown[] = [];
  await using server = await started({
    ...LOCAL,
    fetch(request) {
      const { headers } = upgradeWebSocket(request, { onOpen: (event) => opened.push(event) });
      assert(headers.has(TOKEN_HEADER));
      return new Response("failed\n", { status: 500, headers });
    },
  });
  using client = await RawClient.connect(server.port);
  client.write(handshake("/"));
  const head = await client.head();
  assertEquals([head.status, head.all(TOKEN_HEADER), head.all("connection")], [500, [], ["close"]]);
  assertEquals((await client.end()).toString(), "failed\n");
  assertEquals(opened, []);
});

Deno.test("a request that is upgraded twice gets 500, and says so", async () => {
  const faults: unknown[] = [];
  await using server = await started({
    ...LOCAL,
    fetch(request) {
      echo(request);
      return echo(request);
    },
    onError: (error) => faults.push(error),
  });
  using client = await RawClient.connect(server.port);
  client.write(handshake("/"));
  assertEquals((await client.head()).status, 500);
  assertEquals(`${faults}`.includes("one upgradeWebSocket for each request"), true);
});

for (const how of ["fin", "reset"] as const) {
  Deno.test(`a client that leaves by ${how} a route that never answers is noticed`, async () => {
    const asked = Promise.withResolvers<Request>();
    await using server = await started({
      ...LOCAL,
      fetch(request) {
        asked.resolve(request);
        return new Promise<Response>(() => {});
      },
    });
    using client = await RawClient.connect(server.port);
    client.write(handshake("/"));
    const { signal } = await asked.promise;
    client[how]();
    await within(
      new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.onabort = () => resolve();
      }),
      "the request's signal",
    );
    // Nothing is left of the connection, however long the route takes.
    assertEquals((await client.end()).length, 0);
  });
}

Deno.test("shutdown() cuts upgrades that are never answered", async () => {
  const asked = Promise.withResolvers<void>();
  const server = await started({
    ...LOCAL,
    shutdownTimeout: 0.1,
    fetch() {
      asked.resolve();
      return new Promise<Response>(() => {});
    },
  });
  using client = await RawClient.connect(server.port);
  client.write(handshake("/"));
  await asked.promise;
  await server.shutdown();
  assertEquals((await client.end()).length, 0);
});

Deno.test("what comes before the packages are found waits for them", async () => {
  await using server = await listening(page);
  const [upgrade, plain] = await Promise.all([
    answerTo(server.port, handshake("/")),
    answerTo(server.port, handshake("/", CLOSE)),
  ]);
  for (const { head, body } of [upgrade, plain]) {
    assertEquals([head.status, body], [200, "page of fetch"]);
    assertEquals(head.all("connection"), ["close"]);
  }
  await server.listeners.settled();
});

Deno.test("where they are not found, nobody is left waiting", async () => {
  const none = Promise.withResolvers<Peers>();
  await using server = await listening(page, "ours", systemClock, none.promise);
  const clients = await Promise.all([{}, CLOSE].map(async (fields) => {
    const client = await RawClient.connect(server.port);
    const met = new Promise((resolve) =>
      server.http.once("Connection" in fields ? "request" : "upgrade", resolve)
    );
    client.write(handshake("/", fields));
    await met;
    return client;
  }));
  none.resolve(Promise.reject(new Error("none")));
  await assertRejects(() => server.listeners.ready, Error, "none");
  for (const client of clients) assertEquals((await client.end()).length, 0);
  await server.listeners.settled();
});

Deno.test("other protocols and tunnels: the page, 400 with a body, 405", async () => {
  await using server = await listening(page);
  const other = { Upgrade: "h2c" };
  assertEquals((await answerTo(server.port, handshake("/", other))).body, "page of fetch");
  for (
    const body of [{ "Content-Length": "5" }, { "Transfer-Encoding": "chunked" }] as Record<
      string,
      string
    >[]
  ) {
    const { head } = await answerTo(server.port, handshake("/", { ...other, ...body }));
    assertEquals(head.status, 400);
  }
  const empty = handshake("/", { ...other, "Content-Length": "0" });
  assertEquals((await answerTo(server.port, empty)).head.status, 200);
  const tunnel = await answerTo(server.port, "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n");
  assertEquals([tunnel.head.status, tunnel.head.all("allow")], [405, ["GET"]]);
  // Behind a request that is not answered yet, too: it would end the process.
  const behind = "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n";
  using client = await RawClient.connect(server.port);
  client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n" + behind);
  assertEquals((await client.head()).status, 200);
  assertEquals((await client.bytes("page of fetch".length)).toString(), "page of fetch");
  assertEquals((await client.head()).status, 405);
});

Deno.test("an upgrade of which no request can be made is refused, and let go", async () => {
  await using server = await listening(page);
  await server.listeners.ready;
  assertEquals((await answerTo(server.port, handshake("/", { Host: "x:" }))).head.status, 400);
  await server.listeners.settled();
});

Deno.test("theirs is left alone, and of what is nobody's we make a page", async () => {
  let asked = 0;
  const clock = new FakeClock();
  await using theirs = await listening(() => (asked++, page()), "theirs", clock);
  using client = await RawClient.connect(theirs.port);
  const left = new Promise((resolve) => theirs.http.once("upgrade", resolve));
  client.write(handshake("/"));
  await left;
  clock.pass(60_000);
  // Nobody has wanted it.
  assertEquals((await client.end()).length, 0);
  theirs.http.on("upgrade", (_request, stream) => stream.end("HTTP/1.1 418 Theirs\r\n\r\n"));
  assertEquals((await answerTo(theirs.port, handshake("/"))).head.status, 418);
  assertEquals([asked, theirs.reported], [0, []]);
  await using nobodys = await listening(page, "nobody");
  assertEquals((await answerTo(nobodys.port, handshake("/"))).body, "page of fetch");
  assertEquals(nobodys.ordinary.length, 1);
});

Deno.test("what is wanted is ours, and the rest is left to others for a minute", async () => {
  const clock = new FakeClock();
  const fetch = ({ url }: Request) =>
    url.endsWith("/ours") ? new Response("no", { status: 401 }) : new Response("", { status: 404 });
  await using server = await listening(fetch, "wanted", clock);
  assertEquals((await answerTo(server.port, handshake("/ours"))).head.status, 401);
  for (const fields of [{}, { Upgrade: "h2c" }]) {
    using client = await RawClient.connect(server.port);
    const left = new Promise((resolve) => server.http.once("upgrade", resolve));
    client.write(handshake("/", fields));
    await left;
    await server.listeners.settled();
    clock.pass(60_000);
    assertEquals((await client.end()).length, 0);
  }
  assertEquals(server.reported, []);
});

Deno.test("others that answer at once are first, and what we had to say is reported", async () => {
  await using server = await listening(page, "wanted");
  await server.listeners.ready;
  server.http.on("upgrade", (_request, stream) => {
    stream.write("HTTP/1.1 418 Theirs\r\n\r\ntheirs");
    setTimeout(() => stream.end());
  });
  const { head, body } = await answerTo(server.port, handshake("/"));
  assertEquals([head.status, body], [418, "theirs"]);
  assertStringIncludes(
    `${server.reported}`,
    "Cannot answer an upgrade: expected one that no other",
  );
});

Deno.test("over TLS, a target that says http counts as https", async () => {
  const pair = selfSigned();
  if (pair === undefined) return;
  const urls: string[] = [];
  await using server = await started({
    ...LOCAL,
    ...pair,
    fetch: ({ url }) => (urls.push(url), new Response("page")),
  });
  for (const target of ["http://a/x", "https://a/x", "/x"]) {
    using client = await RawClient.secure(server.port);
    client.write(handshake(target, { Host: "a" }));
    assertEquals((await client.head()).status, 200);
  }
  assertEquals(urls, ["https://a/x", "https://a/x", "https://a/x"]);
});

Deno.test("what is held is waited for, and can be cut", async () => {
  await using server = await listening(() => new Response(new Uint8Array(30_000_000)));
  await server.listeners.ready;
  using client = await RawClient.connect(server.port);
  client.socket.pause();
  const met = new Promise((resolve) => server.http.once("upgrade", resolve));
  client.write(handshake("/"));
  await met;
  let settled = false;
  const done = server.listeners.settled().then(() => settled = true);
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(settled, false);
  server.listeners.abort();
  await within(done, "the end of what was held");
});

Deno.test("a fault of the package that makes requests ends one connection, and is reported", async () => {
  const peers = await findPeers();
  const fault = new Error("fault");
  const getRequestListener = () => () => Promise.reject(fault);
  const faulty = Promise.resolve({ ...peers, getRequestListener });
  await using server = await listening(page, "ours", systemClock, faulty);
  await server.listeners.ready;
  for (const fields of [{}, CLOSE]) {
    using client = await RawClient.connect(server.port);
    client.write(handshake("/", fields));
    assertEquals((await client.end()).length, 0);
    assertEquals(server.reported.pop(), fault);
  }
});
