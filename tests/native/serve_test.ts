/** `serve` on the runtime that runs the tests, on real sockets. */
import { assertEquals, assertThrows } from "@std/assert";
import { serve } from "../../src/native/serve.ts";
import { upgradeWebSocket } from "../../src/native/upgrade.ts";
import type { ServeOptions } from "../../src/server/serve.ts";
import { shakeHands } from "../support/shake_hands.ts";

const LISTEN = { port: 0, hostname: "127.0.0.1", onListen() {} };

Deno.test("serve starts a server whose routes upgrade", async () => {
  const refused: number[] = [];
  const options: ServeOptions = {
    ...LISTEN,
    fetch: (request) =>
      upgradeWebSocket(request, {
        onMessage: (event, connection) => connection.send(event.data),
      }),
    onRefuse: (_, { status }) => refused.push(status),
    onReport() {},
  };
  await using server = serve(options);
  assertEquals(await shakeHands(server.port), 101);
  assertEquals(await shakeHands(server.port, "/", { Origin: "https://evil.example" }), 403);
  assertEquals([refused, server.url], [[403], `http://127.0.0.1:${server.port}/`]);
  assertEquals("addr" in (server.native as object), true);
});

Deno.test("serve checks its options before it looks for a runtime", () => {
  assertThrows(() => serve({ fetch: () => new Response(), port: -1 }), RangeError, "port");
  assertThrows(() => serve({ fetch: undefined as never }), TypeError, "fetch to be a function");
});
