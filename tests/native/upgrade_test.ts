/** `upgradeWebSocket` of ".", on servers of ours and on those that nobody wrapped. */
import { assertEquals, assertThrows } from "@std/assert";
import type { WebSocketEvents } from "../../src/connection/events.ts";
import { serve } from "../../src/native/serve.ts";
import { createUpgradeWebSocket, upgradeWebSocket } from "../../src/native/upgrade.ts";
import { shakeHands } from "../support/shake_hands.ts";

const ECHO: WebSocketEvents = {
  onMessage: (event, connection) => void connection.send(event.data),
};

const LISTEN = { port: 0, hostname: "127.0.0.1", onListen() {} };

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
  for (const path of ["/info", "/"]) assertEquals(await shakeHands(server.addr.port, path), 101);
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
  assertEquals(await shakeHands(server.port, "/x"), 101);
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
  const statuses = [await shakeHands(port, "/own"), await shakeHands(port, "/")];
  assertEquals([statuses, addresses], [[101, 403], ["127.0.0.1"]]);
  await server.shutdown();
});
