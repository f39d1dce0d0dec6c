import { assert, assertEquals } from "@std/assert";
import { handshakeSocketOf, requestOf } from "../../src/interop/request.ts";
import { opened } from "../support/dressed.ts";

Deno.test("a handshake is there as stacks read it, an object of its own each time", async () => {
  await using one = await opened();
  const { rawHeaders, headers, ...request } = requestOf(one.connection);
  const socket = { remoteAddress: "127.0.0.1", encrypted: false };
  assertEquals(request, {
    method: "GET",
    httpVersion: "1.1",
    url: "/ws?room=1",
    socket,
    connection: socket,
  });
  assertEquals([headers["x-room"], headers.host], ["one", "localhost"]);
  assertEquals(rawHeaders[rawHeaders.indexOf("x-room") + 1], "one");
  assertEquals(rawHeaders.length, 2 * Object.keys(headers).length);
  assert(requestOf(one.connection) !== requestOf(one.connection));
});

Deno.test("a handshake over https is encrypted", async () => {
  await using one = await opened({}, {}, "wss://localhost/ws");
  assertEquals(handshakeSocketOf(one.connection).encrypted, true);
});
