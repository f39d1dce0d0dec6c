/** `attach`, in this process. On every runtime and beside others: conformance/wire/attach_test.ts. */
import { assertEquals, assertThrows } from "@std/assert";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { upgradeWebSocket } from "../../src/native/upgrade.ts";
import { attach } from "../../src/node/attach.ts";
import { handshake, OPCODE, RawClient } from "../support/raw_client.ts";

const echo = (request: Request) =>
  upgradeWebSocket(request, {
    onMessage: (event, connection) => connection.send(event.data),
  });

/** A server of `node:http` that sends a page, until it is disposed. */
async function paged() {
  const server = createServer((_request, response) => response.end("page"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    server,
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

Deno.test("attach upgrades beside the pages, counts, and goes without the server", async () => {
  await using theirs = await paged();
  const { server, port } = theirs;
  const asked: string[] = [];
  const attached = attach(server, (request) => {
    asked.push(new URL(request.url).pathname);
    return echo(request);
  }, { path: "/ws", maxConnections: 1, onReport() {} });
  using client = await RawClient.open(port, "/ws/room");
  client.send(OPCODE.text, "x");
  assertEquals([await client.text(), attached.connections], ["x", 1]);
  // The options are those of our part.
  using other = await RawClient.connect(port);
  other.write(handshake("/ws"));
  assertEquals((await other.head()).status, 503);
  assertEquals(await (await fetch(`http://127.0.0.1:${port}/ws`)).text(), "page");
  // What is not below the path is HTTP, as if we were not there.
  using page = await RawClient.connect(port);
  page.write(handshake("/other"));
  assertEquals((await page.head()).status, 200);
  const ended = attached.shutdown();
  assertEquals((await client.closeFrame())?.code, 1001);
  client.close(1001);
  await Promise.all([ended, attached.finished]);
  assertEquals([server.listenerCount("upgrade"), attached.connections], [0, 0]);
  assertEquals(asked, ["/ws/room", "/ws"]);
  assertEquals(await (await fetch(`http://127.0.0.1:${port}/`)).text(), "page");
});

Deno.test("attach ends with its block", async () => {
  await using theirs = await paged();
  {
    await using _ = attach(theirs.server, echo);
    assertEquals(theirs.server.listenerCount("upgrade"), 1);
  }
  assertEquals(theirs.server.listenerCount("upgrade"), 0);
});

Deno.test("attach says what it expected", () => {
  const server = createServer();
  const fetch = () => new Response();
  // @ts-expect-error: no server
  assertThrows(() => attach(undefined, fetch), TypeError, "expected a server of node:http");
  // @ts-expect-error: no server either
  assertThrows(() => attach({ on() {} }, fetch), TypeError, "expected a server of node:http");
  // @ts-expect-error: no function
  assertThrows(() => attach(server, "fetch"), TypeError, "expected fetch to be a function");
  assertThrows(() => attach(server, fetch, { path: "ws" }), TypeError, "begins with a slash");
  assertThrows(() => attach(server, fetch, { path: 1 as never }), TypeError, "begins with a slash");
  // @ts-expect-error: no such option
  assertThrows(() => attach(server, fetch, { paht: "/ws" }), TypeError, "path");
  assertThrows(() => attach(server, fetch, { maxConnections: NaN }), RangeError, "maxConnections");
  assertEquals(server.listenerCount("upgrade"), 0);
});
