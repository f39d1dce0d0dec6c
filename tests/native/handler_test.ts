/** `handler` around a server that somebody else starts, on real sockets. */
import { assertEquals, assertThrows } from "@std/assert";
import { handler } from "../../src/native/handler.ts";
import { upgradeWebSocket } from "../../src/native/upgrade.ts";
import { shakeHands } from "../support/shake_hands.ts";

const LISTEN = { port: 0, hostname: "127.0.0.1", onListen() {} };

Deno.test("handler makes a fetch for any server, with options of its own", async () => {
  const reported: unknown[] = [];
  const fault = new Error("fault");
  const { fetch, websocket } = handler((request) => {
    if (request.url.endsWith("/fails")) throw fault;
    return upgradeWebSocket(request, {
      onMessage: (event, connection) => connection.send(event.data),
    });
  }, { maxPayloadLength: 1_234, onError: (error) => reported.push(error) });
  assertEquals(websocket.maxPayloadLength, 1_234);
  const server = Deno.serve(LISTEN, fetch);
  assertEquals(await shakeHands(server.addr.port), 101);
  assertEquals(await shakeHands(server.addr.port, "/fails"), 500);
  assertEquals(reported, [fault]);
  await server.shutdown();
});

Deno.test("handler checks its options at once", () => {
  const fetch = () => new Response();
  assertThrows(() => handler(undefined as never), TypeError, "fetch to be a function");
  assertThrows(() => handler(fetch, { maxConnections: NaN }), RangeError, "maxConnections");
  assertThrows(() => handler(fetch, { port: 1 } as never), TypeError, "options of handler");
  assertThrows(() => handler(fetch, { compression: true }), TypeError, "got one that does not");
  const { maxPayloadLength, perMessageDeflate } = handler(fetch).websocket;
  assertEquals([maxPayloadLength, perMessageDeflate], [16 * 1024 * 1024, false]);
});
