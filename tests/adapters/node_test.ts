/** The adapter for Node, in this process: on Deno it is the strict mode. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createServer as createTcpServer } from "node:net";
import type { AddressInfo } from "node:net";
import { ABILITIES, nodeAdapter } from "../../src/adapters/node.ts";
import { denoAdapter } from "../../src/adapters/deno.ts";
import { upgradeWebSocket } from "../../src/native/upgrade.ts";
import type { Report } from "../../src/server/report.ts";
import { startServer, type WebSocketServer } from "../../src/server/serve.ts";
import { selfSigned } from "../support/certificate.ts";
import { messageIn, OFFER } from "../support/deflate.ts";
import { handshake, OPCODE, RawClient } from "../support/raw_client.ts";
import { ownServer } from "../support/own_server.ts";
import { within } from "../support/within.ts";

const status = async (port: number, bytes: string): Promise<number> => {
  using client = await RawClient.connect(port);
  client.write(bytes);
  return (await client.head()).status;
};

Deno.test("abilities are those of the runtime that runs it", () => {
  assertEquals(nodeAdapter.abilities, ABILITIES.deno);
  assertEquals([ABILITIES.node.progress, ABILITIES.node.pause], ["bytes", true]);
  assertEquals([ABILITIES.deno.progress, ABILITIES.deno.drain], ["messages", "event"]);
  assertEquals([ABILITIES.bun.pause, ABILITIES.bun.drain], [false, "poll"]);
  assertEquals(
    [ABILITIES.node, ABILITIES.bun, ABILITIES.deno].map(({ compression }) => compression),
    [true, false, false],
  );
  assertEquals(nodeAdapter.connectionLimit(), denoAdapter.connectionLimit());
});

Deno.test("a connection knows its request, and its socket is one of ws", async () => {
  await using own = ownServer(nodeAdapter);
  using client = await RawClient.open(own.port, "/a?b", { "X-Sent": "1" });
  client.send(OPCODE.text, "x");
  assertEquals(await client.text(), "x");
  const { request, raw } = own.connections[0]!;
  assertEquals([request.url, request.headers.get("x-sent")], ["http://127.0.0.1/a?b", "1"]);
  assertEquals(request.remoteAddress, "127.0.0.1");
  assertEquals(typeof (raw as { terminate: unknown }).terminate, "function");
});

/** As it is on Node: on Deno it may not compress. */
const compressing = { ...nodeAdapter, abilities: ABILITIES.node };

Deno.test("a connection compresses where its route does and its client has offered it", async () => {
  for (
    const [own, servers, offers, compressed] of [
      [undefined, true, OFFER, true],
      [undefined, true, {}, false],
      [false, true, OFFER, false],
      [undefined, false, OFFER, false],
    ] as const
  ) {
    const asServer = { compression: servers };
    await using server = ownServer(compressing, {}, { compression: own }, asServer);
    using client = await RawClient.open(server.port, "/", offers);
    client.send(OPCODE.text, "x".repeat(2_000));
    const frame = await client.frame();
    assertEquals([messageIn(frame).length, frame?.rsv], [2_000, compressed ? 4 : 0]);
  }
});

Deno.test("what Node lets pass, and RFC 6455 does not, is refused with 400", async () => {
  const refused: unknown[] = [];
  const onReport = ({ kind, remoteAddress }: Report) => refused.push([kind, remoteAddress]);
  await using own = ownServer(nodeAdapter, {}, {}, { onReport });
  assertEquals(await status(own.port, handshake("/").replace("HTTP/1.1", "HTTP/1.0")), 400);
  assertEquals(refused, [["refused", "127.0.0.1"]]);
  const lines = (count: number) =>
    handshake("/", { "X-Last": "1" }).replace("X-Last: 1\r\n", "X: y\r\n".repeat(count));
  assertEquals(await status(own.port, lines(256 - 5)), 101);
  assertEquals(await status(own.port, lines(257 - 5)), 400);
});

Deno.test("an upgrade of a request in which Node has seen none is refused", async () => {
  await using own = ownServer(nodeAdapter);
  // Node compares tokens by itself, and takes no tabs between them.
  const odd = handshake("/", { Connection: "keep-alive\t,\tUpgrade\t" });
  assertEquals(await status(own.port, odd), 400);
  assertEquals(own.told, []);
});

Deno.test("tunnels are refused, and a client that leaves while the route waits is noticed", async () => {
  const asked = Promise.withResolvers<void>();
  const server = startServer({
    port: 0,
    hostname: "127.0.0.1",
    onListen() {},
    onReport() {},
    async fetch(request) {
      const response = upgradeWebSocket(request, {});
      asked.resolve();
      await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
      return response;
    },
  }, () => nodeAdapter);
  assertEquals(await status(server.port, "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n"), 405);
  using client = await RawClient.connect(server.port);
  client.write(handshake("/"));
  await asked.promise;
  client.fin();
  assertEquals((await client.end()).length, 0);
  await server.shutdown();
});

Deno.test("with cert and key it is TLS, and a target that says http counts as https", async () => {
  const pair = selfSigned();
  if (pair === undefined) return;
  await using own = ownServer(nodeAdapter, {}, { origin: ["same-origin"] }, pair);
  using client = await RawClient.secure(own.port);
  client.write(handshake("http://a/", { Host: "a", Origin: "https://a" }));
  assertEquals((await client.head()).status, 101);
  await own.until("open");
  assertEquals(own.connections[0]!.request.url, "https://a/");
});

Deno.test("a listener that cannot listen says so, and one that fails later is reported", async () => {
  const taken = createTcpServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as AddressInfo;
  const options = { port, hostname: "127.0.0.1", fetch: () => new Response(), onListen() {} };
  const refused = startServer(options, () => nodeAdapter);
  const { message } = await assertRejects(() => refused.finished, Error);
  assertEquals(message, `Cannot listen on 127.0.0.1:${port}: the port is taken`);
  assertEquals(refused.port, port);
  taken.close();
  await using own = ownServer(nodeAdapter);
  const fault = new Error("too many files");
  using client = await RawClient.open(own.port, "/");
  client.send(OPCODE.text, "x");
  assertEquals(await client.text(), "x");
  (own.server.native as { emit(event: string, error: Error): void }).emit("error", fault);
  assertEquals(own.reported, [fault]);
});

Deno.test("it listens on a name, and on an address where nobody knows the short way", async () => {
  const server = await within(
    new Promise<WebSocketServer>((resolve) =>
      startServer({
        port: 0,
        hostname: "localhost",
        fetch: () => new Response("page"),
        onListen: resolve,
      }, () => nodeAdapter)
    ),
    "a listener",
  );
  const page = await fetch(`http://localhost:${server.port}/`);
  assertStringIncludes(await page.text(), "page");
  await server.shutdown();
  assert(server.port >= 0);
});

Deno.test("at the end, whatever is left is cut: answers that nobody reads, too", async () => {
  const own = ownServer(nodeAdapter, {}, {}, {
    shutdownTimeout: 0.1,
    fetch: () => new Response(new Uint8Array(30_000_000)),
  });
  using upgrade = await RawClient.connect(own.port);
  upgrade.socket.pause();
  upgrade.write(handshake("/"));
  using page = await RawClient.connect(own.port);
  page.socket.pause();
  page.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  using half = await RawClient.connect(own.port);
  half.write("GET / HT");
  await within(counted(own.server, 3), "three connections");
  await own.server.shutdown();
  await within(counted(own.server, 0), "their end");
});

/** Waits until a server has so many TCP connections. */
async function counted(server: WebSocketServer, count: number): Promise<void> {
  while (await connections(server) !== count) await new Promise((resolve) => setTimeout(resolve));
}

/** TCP connections of a server. */
function connections({ native }: WebSocketServer): Promise<number> {
  const server = native as { getConnections(done: (error: unknown, count: number) => void): void };
  return new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
}

Deno.test("a request that asks for another protocol is answered as if it did not", async () => {
  await using own = ownServer(nodeAdapter, {}, {}, { fetch: () => new Response("plain") });
  using client = await RawClient.connect(own.port);
  client.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
  assertEquals((await client.head()).status, 200);
});

Deno.test("a request is upgraded once", async () => {
  const thrown: unknown[] = [];
  await using own = ownServer({
    ...nodeAdapter,
    upgrade(request, connection) {
      const response = nodeAdapter.upgrade(request, connection);
      try {
        nodeAdapter.upgrade(request, connection);
      } catch (error) {
        thrown.push(error);
      }
      return response;
    },
  });
  using client = await RawClient.open(own.port, "/");
  client.send(OPCODE.text, "x");
  assertEquals([await client.text(), thrown.length], ["x", 1]);
  assertStringIncludes(`${thrown[0]}`, "Cannot upgrade");
});
