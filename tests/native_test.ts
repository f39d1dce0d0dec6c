/** The entry of the package on the runtime that runs the tests, on real sockets. */
import { assertEquals, assertThrows } from "@std/assert";
import type { WebSocketEvents } from "../src/connection/events.ts";
import { createUpgradeWebSocket, handler, serve, upgradeWebSocket } from "../src/native.ts";
import type { ServeOptions } from "../src/server/serve.ts";
import { handshake, OPCODE, RawClient } from "./support/raw_client.ts";

const ECHO: WebSocketEvents = {
  onMessage: (event, connection) => void connection.send(event.data),
};

const LISTEN = { port: 0, hostname: "127.0.0.1", onListen() {} };

/** The status of a handshake, whose connection echoes if there is one. */
async function shakesHands(port: number, path = "/", headers = {}): Promise<number> {
  using client = await RawClient.connect(port);
  client.write(handshake(path, headers));
  const { status } = await client.head();
  if (status !== 101) return status;
  client.send(OPCODE.text, "hello");
  assertEquals(await client.text(), "hello");
  client.close(1000);
  await client.closeFrame();
  return status;
}

Deno.test("serve starts a server whose routes upgrade", async () => {
  const refused: number[] = [];
  const options: ServeOptions = {
    ...LISTEN,
    fetch: (request) => upgradeWebSocket(request, ECHO),
    onRefuse: (_, { status }) => refused.push(status),
    onReport() {},
  };
  await using server = serve(options);
  assertEquals(await shakesHands(server.port), 101);
  assertEquals(await shakesHands(server.port, "/", { Origin: "https://evil.example" }), 403);
  assertEquals([refused, server.url], [[403], `http://127.0.0.1:${server.port}/`]);
});

Deno.test("handler makes a fetch for any server, with options of its own", async () => {
  const reported: unknown[] = [];
  const fault = new Error("fault");
  const { fetch, websocket } = handler((request) => {
    if (request.url.endsWith("/fails")) throw fault;
    return upgradeWebSocket(request, ECHO);
  }, { maxPayloadLength: 1_234, onError: (error) => reported.push(error) });
  assertEquals(websocket.maxPayloadLength, 1_234);
  const server = Deno.serve(LISTEN, fetch);
  assertEquals(await shakesHands(server.addr.port), 101);
  assertEquals(await shakesHands(server.addr.port, "/fails"), 500);
  assertEquals(reported, [fault]);
  await server.shutdown();
});

Deno.test("handler checks its options at once", () => {
  const fetch = () => new Response();
  assertThrows(() => handler(undefined as never), TypeError, "fetch to be a function");
  assertThrows(() => handler(fetch, { maxConnections: NaN }), RangeError, "maxConnections");
  assertThrows(() => handler(fetch, { port: 1 } as never), TypeError, "options of handler");
  assertEquals(handler(fetch).websocket.maxPayloadLength, 16 * 1024 * 1024);
});

Deno.test("upgradeWebSocket works on a server that nobody wrapped, and knows the client by info", async () => {
  const addresses: string[] = [];
  const events: WebSocketEvents = {
    ...ECHO,
    onOpen: (_, { request }) => void addresses.push(request.remoteAddress),
  };
  const server = Deno.serve(
    LISTEN,
    (request, info) =>
      upgradeWebSocket(request, events, request.url.endsWith("/info") ? { info } : {}),
  );
  for (const path of ["/info", "/"]) assertEquals(await shakesHands(server.addr.port, path), 101);
  assertEquals(addresses, ["127.0.0.1", ""]);
  await server.shutdown();
});

Deno.test("data is made of the request, and a request that asks for no WebSocket gets 426", async () => {
  const seen: unknown[] = [];
  await using server = serve({
    ...LISTEN,
    fetch: (request) =>
      upgradeWebSocket<string>(request, {
        onMessage(event, connection) {
          seen.push(connection.data);
          connection.send(event.data);
        },
      }, { data: ({ url }) => new URL(url).pathname }),
  });
  assertEquals(await shakesHands(server.port, "/x"), 101);
  const page = await fetch(server.url);
  await page.body?.cancel();
  assertEquals([seen, page.status], [["/x"], 426]);
});

Deno.test("createUpgradeWebSocket has defaults, checked at once, that a route may override", async () => {
  assertThrows(() => createUpgradeWebSocket({ idleTimeout: -1 }), RangeError, "idleTimeout");
  const upgrade = createUpgradeWebSocket({ requireOrigin: true });
  const addresses: string[] = [];
  const events: WebSocketEvents = {
    ...ECHO,
    onOpen: (_, { request }) => void addresses.push(request.remoteAddress),
  };
  const server = Deno.serve(
    LISTEN,
    (request, info) =>
      request.url.endsWith("/own")
        ? upgrade(request, events, { requireOrigin: false, info })
        : upgrade(request, events),
  );
  const { port } = server.addr;
  const statuses = [await shakesHands(port, "/own"), await shakesHands(port, "/")];
  assertEquals([statuses, addresses], [[101, 403], ["127.0.0.1"]]);
  await server.shutdown();
});
