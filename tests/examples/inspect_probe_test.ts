/** What a probe asks and reads: bytes only, no network. */
import { assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { httpRequest, targetOf } from "../../examples/inspect/probe_request.ts";
import { RawResponse } from "../../examples/inspect/raw_response.ts";
import { assertLinear } from "../support/linear.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("probe: where it goes", () => {
  const { hostname, port, host, path, secure, upgrade } = targetOf("ws://[::1]:8000/ws?a=1#b");
  assertEquals([hostname, port, host, path], ["::1", 8000, "[::1]:8000", "/ws?a=1"]);
  assertEquals([secure, upgrade], [false, true]);
  assertEquals(targetOf("https://app.example/").port, 443);
  assertEquals(targetOf("https://app.example/").upgrade, false);
  assertEquals(targetOf("http://app.example/").port, 80);
  for (
    const wrong of [
      "file:///etc/passwd",
      "ftp://x/",
      "javascript:1",
      "data:,x",
      "unix:///x",
      "httpx://x/",
      "ws:",
      "",
      "ws://user:secret@app.example/",
    ]
  ) assertThrows(() => targetOf(wrong), TypeError, "Cannot probe");
});

Deno.test("probe: the request is a browser's, with headers in place of its own", () => {
  const target = targetOf("ws://app.example:81/ws?a=1");
  const plain = httpRequest(target, []);
  assertMatch(
    plain,
    /^GET \/ws\?a=1 HTTP\/1\.1\r\nHost: app\.example:81\r\nConnection: Upgrade\r\n/,
  );
  assertMatch(plain, /\r\nSec-WebSocket-Key: [\w+/]{22}==\r\n\r\n$/);
  const changed = httpRequest(target, [
    ["host", "evil.example"],
    ["Origin", "https://evil.example"],
    ["Cookie", "a=1"],
    ["Cookie", "b=2"],
    ["Upgrade", ""],
  ]);
  assertStringIncludes(changed, "\r\nhost: evil.example\r\n");
  assertStringIncludes(changed, "\r\nCookie: a=1\r\nCookie: b=2\r\n");
  assertEquals(/^Host:|^Upgrade:/m.test(changed), false);
  assertEquals(httpRequest(targetOf("http://x/"), []).includes("WebSocket"), false);
});

Deno.test("probe: no header can smuggle in another one, or a request", () => {
  const target = targetOf("ws://app.example/");
  for (
    const header of [
      ["a b", ""],
      ["", "x"],
      ["a:", "x"],
      ["a\r\nb", "x"],
      ["a", "x\r\nb: y"],
      ["a", "x\ny"],
      ["a", "\0"],
      ["a", "\u010d\u010a"],
      ["ä", "x"],
    ] as const
  ) {
    assertThrows(
      () => httpRequest(target, [header]),
      TypeError,
      "expected a header that can be sent",
    );
  }
  assertThrows(() => httpRequest(target, Array(51).fill(["a", "b"])), TypeError, "at most 50");
  assertThrows(() => httpRequest(target, [["a", "b".repeat(9_000)]]), TypeError, "at most 8192");
});

/** A response that comes byte by byte, up to where it is complete. */
function read(text: string, most = 1_000) {
  const response = new RawResponse(most);
  const all = bytes(text);
  let at = 0;
  while (at < all.length && !response.complete) response.add(all.subarray(at, ++at));
  const { head, body, cut, complete } = response;
  return { head, body, cut, complete, read: at };
}

Deno.test("probe: a response is read to its end, and not further", () => {
  const head = "HTTP/1.1 403 Forbidden\r\nX-A: ü\r\nContent-Length: 3\r\n\r\n";
  assertEquals(read(`${head}no\nHTTP/1.1`), {
    head: head.replace("ü", "Ã¼"),
    body: "no\n",
    cut: false,
    complete: true,
    read: bytes(head).length + 3,
  });
  const chunked = "HTTP/1.1 401 x\r\ntransfer-encoding: chunked\r\n\r\n";
  const inChunks = read(`${chunked}3\r\nabc\r\n2;x=1\r\nde\r\n0\r\n\r\nrest`);
  assertEquals([inChunks.body, inChunks.complete], ["abcde", true]);
  assertEquals(read(`${chunked}zz\r\nabc`).complete, false);
  assertEquals(read(`${chunked}5\r\nab`).body, "ab");
  assertEquals(read("HTTP/1.1 101 x\r\n\r\n\x81\x02hi").body, "");
  assertEquals(read("HTTP/1.1 101 x\r\n\r\n").complete, true);
  assertEquals(read("HTTP/1.1 204 x\r\n\r\n").complete, true);
  assertEquals(read("HTTP/1.1 200 x\r\n\r\nabc"), {
    head: "HTTP/1.1 200 x\r\n\r\n",
    body: "abc",
    cut: false,
    complete: false,
    read: 21,
  });
  assertEquals(read("SSH-2.0-x\r\n").head, undefined);
});

Deno.test("probe: a response that is too long is cut, and says so", () => {
  const { body, cut, complete } = read(`HTTP/1.1 200 x\r\n\r\n${"a".repeat(2_000)}`, 100);
  assertEquals([body, cut, complete], ["a".repeat(82), true, true]);
  const endless = read(`HTTP/1.1 200 x\r\nx: ${"a".repeat(2_000)}`, 100);
  assertEquals([endless.head, endless.cut, endless.complete], [undefined, true, true]);
});

Deno.test("probe: a server that means ill does not keep ours busy", () => {
  assertLinear("a field of blanks", (times) => {
    const response = new RawResponse(200_000);
    const long = `a${" ".repeat(times)}b`;
    response.add(bytes(`HTTP/1.1 200 x\r\ncontent-length: ${long}\r\nx: ${long}\r\n\r\n`));
    return response.complete;
  });
  assertLinear("a head and chunks, byte by byte", (times) => {
    const response = new RawResponse(200_000);
    const text = `HTTP/1.1 200 x\r\ntransfer-encoding: chunked\r\nx: ${"a".repeat(times)}\r\n\r\n`;
    for (const byte of bytes(text + "1\r\na\r\n".repeat(times / 10))) {
      response.add(Uint8Array.of(byte));
      assertEquals(response.complete, false);
    }
  });
});
