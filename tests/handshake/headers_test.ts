import { assertEquals, assertThrows } from "@std/assert";
import { upgradeWebSocket } from "../../src/hono.ts";
import { allowedHeaders, parseHeaders } from "../../src/handshake/headers.ts";

const RESERVED = [
  "Connection",
  "upgrade",
  "Sec-WebSocket-Accept",
  "sec-websocket-protocol",
  "Sec-WebSocket-Extensions",
  "Sec-WebSocket-Anything",
  "Content-Length",
  "transfer-encoding",
];

Deno.test("headers of the handshake throw when the route is set up", () => {
  for (const name of RESERVED) {
    assertThrows(() => upgradeWebSocket(() => ({}), { headers: { [name]: "x" } }), TypeError, name);
  }
});

Deno.test("CR, LF and NUL in a value, and names that are none, throw when the route is set up", () => {
  for (
    const value of ["a\r\nb: c", "a\nb", "a\rb", "a\0b", "a\r\n", "\na", "a\x01b", "a\x7f", "€"]
  ) {
    assertThrows(() => upgradeWebSocket(() => ({}), { headers: { "x-a": value } }), TypeError);
  }
  for (const name of ["", "a b", "a:b", "é", "a\r\nb"]) {
    assertThrows(() => upgradeWebSocket(() => ({}), { headers: { [name]: "x" } }), TypeError);
  }
});

Deno.test("headers are read from every shape, and several cookies stay several", () => {
  const pairs = [["set-cookie", "a=1"], ["set-cookie", "b=2"], ["x-a", "1"]] as const;
  for (const option of [pairs, new Headers(pairs.map(([name, value]) => [name, value]))]) {
    assertEquals(parseHeaders(option)!.getSetCookie(), ["a=1", "b=2"]);
  }
  assertEquals(parseHeaders({ "x-a": "1" })!.get("x-a"), "1");
  assertEquals(parseHeaders(undefined), undefined);
});

Deno.test("allowedHeaders leaves the handshake's own headers out", () => {
  const headers = new Headers([["set-cookie", "a=1"], ["set-cookie", "b=2"], ["x-a", "1"]]);
  for (const name of RESERVED) headers.set(name, "forged");
  assertEquals(allowedHeaders(headers), [
    ["set-cookie", "a=1"],
    ["set-cookie", "b=2"],
    ["x-a", "1"],
  ]);
});

Deno.test("allowedHeaders throws at control characters, which Headers let through", () => {
  for (const value of ["a\x01b", "a\x1fb", "a\x7fb"]) {
    assertThrows(() => allowedHeaders(new Headers({ "x-a": value })), TypeError, "x-a");
  }
  const latin1 = "gr\xfc\xdfe\t!";
  assertEquals(allowedHeaders(new Headers({ "x-a": latin1 })), [["x-a", latin1]]);
});
