/** `serve` and `handler` of the entry for Node, in this process. */
import { assert, assertEquals, assertGreater, assertRejects, assertThrows } from "@std/assert";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { upgradeWebSocket, type WebSocketServer } from "../../mod.ts";
import { NodeConnectionRequest } from "../../src/adapters/node_request.ts";
import { handler, serve } from "../../src/node.ts";
import { TOKEN_HEADER } from "../../src/server/token_placeholder.ts";
import { handshake, OPCODE, RawClient } from "../support/raw_client.ts";
import { within } from "../support/within.ts";

const LOCAL = { port: 0, hostname: "127.0.0.1" };

const echo = (request: Request) =>
  upgradeWebSocket(request, {
    onMessage: (event, connection) => connection.send(event.data),
  });

/** A server that listens. */
function started(options: Parameters<typeof serve>[0]): Promise<WebSocketServer> {
  return within(new Promise((resolve) => serve({ ...options, onListen: resolve })), "a listener");
}

Deno.test("serve knows its port when it returns", async () => {
  let listening = 0;
  const server = serve({ ...LOCAL, fetch: echo, onListen: ({ port }) => listening = port });
  const { port, url } = server;
  assertGreater(port, 0);
  assertEquals(url, `http://127.0.0.1:${port}/`);
  using client = await RawClient.open(port, "/");
  client.send(OPCODE.text, "x");
  assertEquals(await client.text(), "x");
  assertEquals([listening, server.connections], [port, 1]);
  client.close(1000);
  await client.closeFrame();
  await server.shutdown();
  assertEquals(server.connections, 0);
});

Deno.test("serve listens on a name too, and knows the port then", async () => {
  await using server = await started({ ...LOCAL, hostname: "localhost", fetch: echo });
  assertGreater(server.port, 0);
  const response = await fetch(`http://localhost:${server.port}/`);
  assertEquals([response.status, (await response.text()).length > 0], [426, true]);
});

Deno.test("a port that is taken is told by finished", async () => {
  await using server = await started({ ...LOCAL, fetch: echo });
  const { port, hostname } = server;
  const second = serve({ port, hostname, fetch: echo });
  const { message } = await assertRejects(() => second.finished, Error);
  assertEquals(message, `Cannot listen on 127.0.0.1:${port}: the port is taken`);
  // What has never begun can end.
  await assertRejects(() => second.shutdown(), Error);
});

Deno.test("the option node is for createServer, but for what serve sees to", async () => {
  const node = { maxHeaderSize: 64 * 1024 };
  await using server = await started({ ...LOCAL, fetch: echo, node });
  using client = await RawClient.open(server.port, "/", { "X-Long": "a".repeat(32 * 1024) });
  client.send(OPCODE.text, "x");
  assertEquals(await client.text(), "x");
  assertThrows(() => serve({ fetch: echo, node: { port: 1 } }), TypeError, "port");
});

Deno.test("handler gives the listeners of a server that somebody else starts", async () => {
  const { request, upgrade } = handler((request) =>
    new URL(request.url).pathname === "/ws" ? echo(request) : new Response("page")
  );
  const server = createServer(request).on("upgrade", upgrade);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  using client = await RawClient.open(port, "/ws");
  client.send(OPCODE.text, "x");
  assertEquals(await client.text(), "x");
  assertEquals(await (await fetch(`http://127.0.0.1:${port}/`)).text(), "page");
  client.close(1000);
  await client.closeFrame();
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
});

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

Deno.test("a connection's request has its headers, several of one name too", () => {
  const raw = ["Host", "a", "X-Empty", "", "Cookie", "a=1", "X-Twice", "1", "X-Twice", "2"];
  const request = new NodeConnectionRequest("http://a/", raw, "127.0.0.1");
  const { headers } = request;
  assertEquals([...headers], [
    ["cookie", "a=1"],
    ["host", "a"],
    ["x-empty", ""],
    ["x-twice", "1, 2"],
  ]);
  assert(request.headers === headers);
  assertEquals([...new NodeConnectionRequest("http://a/", [], "").headers], []);
});
