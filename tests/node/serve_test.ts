/** `serve` of the entry for Node, in this process. */
import { assertEquals, assertGreater, assertRejects, assertThrows } from "@std/assert";
import { upgradeWebSocket } from "../../src/native/upgrade.ts";
import { serve } from "../../src/node/serve.ts";
import type { WebSocketServer } from "../../src/server/serve.ts";
import { OPCODE, RawClient } from "../support/raw_client.ts";
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
