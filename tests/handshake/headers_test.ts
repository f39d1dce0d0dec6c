import { assertEquals, assertThrows } from "@std/assert";
import { upgradeWebSocket } from "../../src/hono.ts";
import { allowedHeaders, isReserved, parseHeaders } from "../../src/handshake/headers.ts";

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
    assertThrows(
      () => upgradeWebSocket(() => ({}), { headers: { [name]: "x" } }),
      TypeError,
      `a token as name, got ${JSON.stringify(name)}`,
    );
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

Deno.test("headers that are none say of which type they are", () => {
  for (const wrong of ["x-a: 1", 5, null, () => {}]) {
    assertThrows(() => parseHeaders(wrong as never), TypeError, `got ${typeof wrong}`);
  }
});

Deno.test("a header of the handshake is reserved in whatever case, and names that only look like one are not", () => {
  for (const name of RESERVED) {
    assertEquals([isReserved(name), isReserved(name.toUpperCase())], [true, true], name);
  }
  for (
    const name of ["x-upgrade", "upgrade-insecure-requests", "sec-websocket", "x-content-length"]
  ) {
    assertEquals([isReserved(name), parseHeaders({ [name]: "1" })!.get(name)], [false, "1"], name);
  }
});

Deno.test("a value of every character that may travel is taken as it is", () => {
  const codes = Array.from({ length: 0x100 }, (_, code) => code)
    .filter((code) => code === 9 || (code >= 32 && code !== 127 && (code < 127 || code >= 128)));
  for (const code of codes) {
    const value = `a${String.fromCharCode(code)}b`;
    assertEquals(parseHeaders({ "x-a": value })!.get("x-a"), value);
  }
  assertThrows(() => parseHeaders({ "x-a": 5 as never }), TypeError, '"x-a", got 5');
  assertThrows(() => parseHeaders([[5 as never, "x"]]), TypeError, "a token as name, got 5");
});
