import { assertEquals, assertThrows } from "@std/assert";
import { upgradeWebSocket } from "../src/hono.ts";
import { copyAllowed, parseHeaders } from "../src/headers.ts";

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
    assertEquals(parseHeaders(option).getSetCookie(), ["a=1", "b=2"]);
  }
  assertEquals(parseHeaders({ "x-a": "1" }).get("x-a"), "1");
  assertEquals([...parseHeaders(undefined)], []);
});

Deno.test("copyAllowed leaves the handshake's own headers alone", () => {
  const from = new Headers([["set-cookie", "a=1"], ["set-cookie", "b=2"], ["x-a", "1"]]);
  for (const name of RESERVED) from.set(name, "forged");
  const to = new Headers({ connection: "Upgrade", "sec-websocket-accept": "real" });
  copyAllowed(from, to);
  assertEquals([...to], [
    ["connection", "Upgrade"],
    ["sec-websocket-accept", "real"],
    ["set-cookie", "a=1"],
    ["set-cookie", "b=2"],
    ["x-a", "1"],
  ]);
});

Deno.test("copyAllowed throws at control characters, which Headers let through", () => {
  for (const value of ["a\x01b", "a\x1fb", "a\x7fb"]) {
    assertThrows(() => copyAllowed(new Headers({ "x-a": value }), new Headers()), TypeError, "x-a");
  }
  const to = new Headers();
  copyAllowed(new Headers({ "x-a": "gr\xfc\xdfe\t!" }), to);
  assertEquals(to.get("x-a"), "gr\xfc\xdfe\t!");
});
