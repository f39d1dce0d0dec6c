/** `handler` of the entry for Node, on a server that somebody else starts. */
import { assertEquals, assertThrows } from "@std/assert";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { upgradeWebSocket } from "../../src/native/upgrade.ts";
import { handler, type NodeHandler } from "../../src/node/handler.ts";
import { handshake, OPCODE, RawClient } from "../support/raw_client.ts";

/** A server of `node:http` with these listeners, until it is disposed. */
async function serving({ request, upgrade }: NodeHandler) {
  const server = createServer(request).on("upgrade", upgrade);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const app = (request: Request) => {
  if (new URL(request.url).pathname !== "/ws") return new Response("page");
  return upgradeWebSocket(request, {
    onMessage: (event, connection) => connection.send(event.data),
  });
};

Deno.test("handler gives the listeners of a server that somebody else starts", async () => {
  const refused: number[] = [];
  await using server = await serving(
    handler(app, {
      onRefuse: (_, { status }) => refused.push(status),
      onReport() {},
    }),
  );
  using client = await RawClient.open(server.port, "/ws");
  client.send(OPCODE.text, "x");
  assertEquals(await client.text(), "x");
  assertEquals(await (await fetch(`http://127.0.0.1:${server.port}/`)).text(), "page");
  client.close(1000);
  await client.closeFrame();
  using other = await RawClient.connect(server.port);
  other.write(handshake("/ws", { Origin: "https://evil.example" }));
  assertEquals([(await other.head()).status, refused], [403, [403]]);
});

Deno.test("what asks for another protocol than WebSocket gets the page", async () => {
  await using server = await serving(handler(app));
  using client = await RawClient.connect(server.port);
  client.write(handshake("/", { Upgrade: "h2c" }));
  assertEquals((await client.head()).status, 200);
  assertEquals((await client.end()).toString().includes("page"), true);
});

Deno.test("handler checks its options at once", () => {
  assertThrows(() => handler(undefined as never), TypeError, "fetch to be a function");
  assertThrows(() => handler(app, { maxConnections: NaN }), RangeError, "maxConnections");
  assertThrows(() => handler(app, { port: 1 } as never), TypeError, "options of handler");
});
