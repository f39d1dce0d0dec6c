import { Buffer } from "node:buffer";
import { KEY } from "../../support/raw_client.ts";
import type { HandshakeGap } from "../../support/gaps.ts";

/**
 * How a handshake ends: a status, 101 with the subprotocol that is chosen, or `"4xx"` where HTTP
 * itself is broken, so that the runtime answers before us or ends the connection while we write.
 * Only as a gap: `"closed"` without an answer, and 101 with `"no socket"` behind it.
 */
export type Outcome = number | "4xx" | "closed" | "no socket" | { readonly protocol: string };

/** One opening handshake and how it has to end. */
export interface Handshake {
  readonly title: string;
  readonly bytes: Buffer;
  readonly outcome: Outcome;
  /** The gap because of which some runtime has another outcome: the one that is pinned there. */
  readonly gap: HandshakeGap | undefined;
}

interface More {
  /** The route of the fixture. */
  readonly path?: string;
  readonly line?: string;
  /** Header lines as they are, after the others. */
  readonly lines?: readonly string[];
  readonly after?: string;
  readonly gap?: HandshakeGap;
}

/** Replaces header fields of a well-formed handshake: several lines for a list, none for `null`. */
type Fields = Readonly<Record<string, string | readonly string[] | null>>;

function row(title: string, outcome: Outcome, fields: Fields = {}, more: More = {}): Handshake {
  const { path = "/", line = `GET ${path} HTTP/1.1`, lines = [], after = "", gap } = more;
  const all: Fields = {
    Host: "127.0.0.1",
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": KEY,
    ...fields,
  };
  const head = Object.entries(all).flatMap(([name, values]) =>
    values === null ? [] : [values].flat().map((value) => `${name}: ${value}`)
  );
  const text = [line, ...head, ...lines, "", after].join("\r\n");
  return { title, bytes: Buffer.from(text, "latin1"), outcome, gap };
}

/** Bytes of UTF-8, to be sent one by one. */
const utf8 = (text: string) => Buffer.from(text).toString("latin1");

const brief = (value: string) =>
  JSON.stringify(value.length > 50 ? `${value.slice(0, 30)}... of ${value.length}` : value);

const KIB8 = "a".repeat(8192);
const OFFERS = Array.from({ length: 150 }, (_, index) => `permessage-deflate; a=${index}`);

const wellFormed: readonly Handshake[] = [
  row("nothing special", 101),
  row("names of headers in lower case", 101, {
    Connection: null,
    Upgrade: null,
    connection: "Upgrade",
    upgrade: "websocket",
  }),
  row("names of headers in upper case", 101, { Upgrade: null, UPGRADE: "websocket" }),
  row("Upgrade: WebSocket", 101, { Upgrade: "WebSocket" }),
  row("Upgrade: WEBSOCKET", 101, { Upgrade: "WEBSOCKET" }),
  row("Upgrade: h2c, websocket", 101, { Upgrade: "h2c, websocket" }),
  row("Upgrade: websocket,h2c", 101, { Upgrade: "websocket,h2c" }),
  row("Upgrade in two lines, websocket first", 101, { Upgrade: ["websocket", "h2c"] }),
  row("Upgrade in two lines, websocket last", 101, { Upgrade: ["h2c", "websocket"] }, {
    gap: "two `Upgrade` lines, `websocket` not first",
  }),
  row("Upgrade with empty elements", 101, { Upgrade: ", ,websocket," }),
  row("Connection: upgrade", 101, { Connection: "upgrade" }),
  row("Connection: UPGRADE", 101, { Connection: "UPGRADE" }),
  row("Connection: keep-alive, Upgrade", 101, { Connection: "keep-alive, Upgrade" }),
  row("Connection: Upgrade,keep-alive", 101, { Connection: "Upgrade,keep-alive" }),
  row("Connection in two lines", 101, { Connection: ["keep-alive", "Upgrade"] }),
  row("tabs around list elements", 101, { Connection: "keep-alive\t,\tUpgrade\t" }, {
    gap: "tabs around the elements of `Connection`",
  }),
  row("white space around the key", 101, { "Sec-WebSocket-Key": `  ${KEY}\t ` }),
  row("white space around the version", 101, { "Sec-WebSocket-Version": "\t13  " }),
  row("no white space after colons", 101, { Upgrade: null }, { lines: ["Upgrade:websocket"] }),
  row("a key of zeros", 101, { "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==" }),
  row("a key with + and /", 101, { "Sec-WebSocket-Key": "+/+/+/+/+/+/+/+/+/+/+w==" }),
  row("150 offers of extensions in one line", 101, {
    "Sec-WebSocket-Extensions": OFFERS.join(", "),
  }),
  row("150 offers of extensions in 150 lines", 101, { "Sec-WebSocket-Extensions": OFFERS }, {
    gap: "more than 100 header lines",
  }),
  row("an extension that does not exist", 101, { "Sec-WebSocket-Extensions": 'x-none; a="b"' }),
  row("an extension list that is garbage", 101, { "Sec-WebSocket-Extensions": ';;,="' }),
  row("a cookie of 8 KiB", 101, { Cookie: `a=${KIB8}` }),
  row("an unknown header of 8 KiB", 101, { "X-Unknown": KIB8 }),
  row("an unknown header that is not ASCII", 101, { "X-Unknown": utf8("grüße") }),
  row("90 unknown header lines", 101, { "X-Unknown": Array(90).fill("1") }),
  row("a query of 8 KiB", 101, {}, { path: `/?${KIB8}` }),
  row("a path that is percent-encoded", 101, {}, { path: "/%0d%0aX-Evil:%201/%00/%ff" }),
  row("a path that begins with two slashes", 101, {}, { path: "//evil.example/" }),
  row("a path with a backslash", 101, {}, {
    path: "/\\evil.example/",
    gap: "a backslash in the path",
  }),
  row("a fragment in the target", 101, {}, { path: "/#fragment" }),
  row("an absolute target", 101, {}, { line: "GET http://127.0.0.1/ HTTP/1.1" }),
  row("Content-Length: 0", 101, { "Content-Length": "0" }, {
    gap: "`Content-Length: 0`",
  }),
  row("a forged Sec-WebSocket-Accept", 101, { "Sec-WebSocket-Accept": "forged" }),
  row("Expect: 100-continue", 101, { Expect: "100-continue" }, {
    gap: "`Expect: 100-continue`",
  }),
];

const noUpgrade: readonly Handshake[] = [
  row("no Upgrade", 426, { Upgrade: null }),
  row("neither Upgrade nor Connection", 426, { Upgrade: null, Connection: null }),
  row("Upgrade: h2c", 426, { Upgrade: "h2c" }),
  row("Upgrade: websockets", 426, { Upgrade: "websockets" }),
  row("Upgrade: web socket", 426, { Upgrade: "web socket" }),
  row("Upgrade: websocket/13", 426, { Upgrade: "websocket/13" }),
  row('Upgrade: "websocket"', 426, { Upgrade: '"websocket"' }),
  row("an empty Upgrade", 426, { Upgrade: "" }),
  row("Upgrade: websocket behind a no-break space", 426, { Upgrade: "\xa0websocket" }),
  row("Upgrade: websocket;q=1", 426, { Upgrade: "websocket;q=1" }),
  row("POST without Upgrade", 426, { Upgrade: null }, { line: "POST / HTTP/1.1" }),
  row("HTTP/2 by upgrade", 426, { Upgrade: "h2c", "HTTP2-Settings": "AAMAAABkAARAAAAAAAIAAAAA" }),
  row("a page for a request that is no upgrade", 200, { Upgrade: null }, { path: "/hono/page" }),
];

const NO_METHOD = "methods that HTTP does not define (`FOO`, `get`)";

const methods: readonly Handshake[] = [
  ...["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE"].map((method) =>
    row(`method ${method}`, 405, {}, { line: `${method} / HTTP/1.1` })
  ),
  row("method CONNECT", 405, {}, { line: "CONNECT 127.0.0.1:80 HTTP/1.1" }),
  row("method get", 405, {}, { line: "get / HTTP/1.1", gap: NO_METHOD }),
  row("method FOO", 405, {}, { line: "FOO / HTTP/1.1", gap: NO_METHOD }),
  row("POST with a body", 405, { "Content-Length": "5" }, {
    line: "POST / HTTP/1.1",
    after: "hello",
    gap: "`POST` with a body",
  }),
];

const connections: readonly Handshake[] = [
  row("no Connection", 400, { Connection: null }),
  row("Connection: keep-alive", 400, { Connection: "keep-alive" }),
  row("Connection: close", 400, { Connection: "close" }),
  row("Connection: Upgraded", 400, { Connection: "Upgraded" }),
  row("Connection: Up grade", 400, { Connection: "Up grade" }),
  row("Connection: websocket", 400, { Connection: "websocket" }),
  row("Connection: Upgrade;q=1", 400, { Connection: "Upgrade;q=1" }),
  row("an empty Connection", 400, { Connection: "" }),
  row("Connection of 7,000 spaces and a letter", 400, { Connection: `a${" ".repeat(7000)}b` }),
];

const versions: readonly Handshake[] = [
  row("no version", 426, { "Sec-WebSocket-Version": null }),
  ...[
    "",
    "0",
    "7",
    "8",
    "12",
    "14",
    "113",
    "131",
    "255",
    "013",
    "+13",
    "-13",
    "13.0",
    "1 3",
    "0xd",
    "13;",
    '"13"',
    "13, 8",
    "8, 13",
    "13,13",
    "thirteen",
    utf8("１３"),
    "9".repeat(8192),
  ].map((version) => row(`version ${brief(version)}`, 426, { "Sec-WebSocket-Version": version })),
  row("version 13 twice", 426, { "Sec-WebSocket-Version": ["13", "13"] }),
  row("versions 13 and 8 in two lines", 426, { "Sec-WebSocket-Version": ["13", "8"] }),
  row("an empty version line before 13", 426, { "Sec-WebSocket-Version": ["", "13"] }),
  row("version 8 with the origin header of its time", 426, {
    "Sec-WebSocket-Version": "8",
    "Sec-WebSocket-Origin": "http://127.0.0.1",
  }),
  row("the handshake of hixie-76", 426, {
    "Sec-WebSocket-Version": null,
    "Sec-WebSocket-Key": null,
    "Sec-WebSocket-Key1": "4 @1  46546xW%0l 1 5",
    "Sec-WebSocket-Key2": "12998 5 Y3 1  .P00",
  }),
];

const keys: readonly Handshake[] = [
  row("no key", 400, { "Sec-WebSocket-Key": null }),
  ...[
    "",
    "AAAAAAAAAAAAAAAAAAAA", // 15 bytes
    "AAAAAAAAAAAAAAAAAAAAAAA=", // 17 bytes
    "AAAAAAAAAAAAAAAAAAAAAAAA", // 18 bytes
    "dGhlIHNhbXBsZSBub25jZQ", // no padding
    "dGhlIHNhbXBsZSBub25jZQ=",
    "dGhlIHNhbXBsZSBub25jZQ===",
    "dGhlIHNhbXBsZSBub25jZQ==.",
    "dGhlIHNhbXBsZSBub25j ZQ==",
    "dGhlIHNhbXBsZSBub25j\tZQ=",
    "-_-_-_-_-_-_-_-_-_-_-w==", // the alphabet for URLs
    "dGhlIHNhbXBsZSBub25jZ===",
    "========================",
    "!!!!!!!!!!!!!!!!!!!!!!==",
    '"dGhlIHNhbXBsZSBub25jZQ=="',
    `${KEY},`,
    `${KEY}, ${KEY}`,
    utf8("dGhlIHNhbXBsZSBub25jé=="),
    "x",
    KIB8,
    `${"A".repeat(8190)}==`,
    `${KEY}${" ".repeat(7000)}x`,
  ].map((key) => row(`key ${brief(key)}`, 400, { "Sec-WebSocket-Key": key })),
  row("the same key twice", 400, { "Sec-WebSocket-Key": [KEY, KEY] }),
  row("two keys", 400, { "Sec-WebSocket-Key": [KEY, "AAAAAAAAAAAAAAAAAAAAAA=="] }),
  row("an empty key line before the key", 400, { "Sec-WebSocket-Key": ["", KEY] }),
];

const bodies: readonly Handshake[] = [
  row("a body of 5 bytes", 400, { "Content-Length": "5" }, { after: "hello" }),
  row("a body in chunks", 400, { "Transfer-Encoding": "chunked" }, {
    after: "5\r\nhello\r\n0\r\n\r\n",
  }),
  row("an empty body in chunks", 400, { "Transfer-Encoding": "chunked" }, {
    after: "0\r\n\r\n",
  }),
  row("a body that is a request", 400, { "Content-Length": "43" }, {
    after: "GET /smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
  }),
  row("a body in chunks that is a request", 400, { "Transfer-Encoding": "chunked" }, {
    after: "2b\r\nGET /smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n\r\n0\r\n\r\n",
  }),
  row("Content-Length: 0 twice", 400, { "Content-Length": ["0", "0"] }),
  row("Content-Length: 0, 0", 400, { "Content-Length": "0, 0" }),
  row("Content-Length: 00", 400, { "Content-Length": "00" }),
  row("Content-Length: 0 and 5", 400, { "Content-Length": ["0", "5"] }, { after: "hello" }),
  row("Content-Length: +0", 400, { "Content-Length": "+0" }),
  row("Content-Length: -1", 400, { "Content-Length": "-1" }),
  row("Content-Length: five", 400, { "Content-Length": "five" }),
  row("an empty Content-Length", 400, { "Content-Length": "" }),
  row("a Content-Length of 20 digits", "4xx", { "Content-Length": "9".repeat(20) }),
  row("Content-Length and Transfer-Encoding", 400, {
    "Content-Length": "5",
    "Transfer-Encoding": "chunked",
  }, { after: "0\r\n\r\n" }),
  row("Transfer-Encoding: identity", 400, { "Transfer-Encoding": "identity" }),
  row("Transfer-Encoding: gzip, chunked", "4xx", { "Transfer-Encoding": "gzip, chunked" }, {
    after: "0\r\n\r\n",
  }),
];

const OTHER_HOST =
  "a `Host` that is written in another way than URLs write it (`x:`, `[0:0:0:0:0:0:0:1]`)";

const hosts: readonly Handshake[] = [
  ...[
    "example.com",
    "EXAMPLE.com.",
    "a_b:1",
    "[::1]:8000",
    "[::ffff:1.2.3.4]",
    "127.0.0.1:080",
  ]
    .map((host) => row(`Host ${brief(host)}`, 101, { Host: host })),
  row('Host "x:"', 101, { Host: "x:" }, { gap: OTHER_HOST }),
  ...[
    "",
    "a b",
    "a/b",
    "user@a",
    "user:password@a",
    "a#b",
    "a?b",
    "a, b",
    "a,a",
    "a\\b",
    "a:b",
    "a:99999",
    "a:80:80",
    "a%2eb",
    "::1",
    "[::1",
    "[1::2::3]",
    "[v1.a]",
    "999.999.999.999",
    "http://a",
    "xn--a",
    utf8("münchen.de"),
    "m\xfcnchen.de",
  ].map((host) => row(`Host ${brief(host)}`, 400, { Host: host })),
  row("Host twice", 400, { Host: ["127.0.0.1", "127.0.0.1"] }),
  row("two hosts", 400, { Host: ["127.0.0.1", "evil.example"] }),
  row("no Host", 400, { Host: null }, {
    gap: "no `Host`",
  }),
];

const NO_URL = "a target that is not a valid URL (`http://a:99999/`)";
const OTHER_HTTP = "HTTP/2.0, HTTP/0.9 as text";

const http: readonly Handshake[] = [
  ...["http://999.999.999.999/", "http://a:99999/", "http://xn--a/"].map((target) =>
    row(`target ${target}`, 400, {}, { line: `GET ${target} HTTP/1.1`, gap: NO_URL })
  ),
  row("HTTP/1.0", 400, {}, {
    line: "GET / HTTP/1.0",
    gap: "HTTP/1.0",
  }),
  row("HTTP/1.0 without Host", 400, { Host: null }, {
    line: "GET / HTTP/1.0",
    gap: "no `Host`",
  }),
  row("HTTP/2.0", "4xx", {}, { line: "GET / HTTP/2.0", gap: OTHER_HTTP }),
  row("HTTP/0.9", "4xx", {}, { line: "GET /", gap: OTHER_HTTP }),
  row("a target of *", "4xx", {}, { line: "GET * HTTP/1.1" }),
  row("NUL in a header", "4xx", { "X-Unknown": "a\0b" }),
  row("NUL in Origin", "4xx", { Origin: "http://127.0.0.1\0" }),
  row("a control character in a header", "4xx", { "X-Unknown": "a\x01b" }),
  row("a bare CR in a header", "4xx", { Origin: "http://127.0.0.1\rX-Evil: 1" }),
  row("a bare LF in a header", "4xx", { "X-Unknown": "a\nX-Evil: 1" }, {
    gap: "a bare LF inside a header",
  }),
  row("a header folded over two lines", "4xx", { "X-Unknown": "a\r\n b" }),
  row("white space before a colon", "4xx", {}, { lines: ["X-Unknown : 1"] }),
  row("white space in the name of a header", "4xx", {}, { lines: ["X Unknown: 1"] }),
  row("a header without a name", "4xx", {}, { lines: [": 1"] }),
  row("a header without a colon", "4xx", {}, { lines: ["garbage"] }),
  row("a header name that is not ASCII", "4xx", {}, { lines: [`${utf8("X-Grüße")}: 1`] }),
  row("a header of 17 KiB", 101, { "X-Unknown": "a".repeat(17_408) }, {
    gap: "more than 16 KiB of headers",
  }),
  row("a header of 1 MiB", "4xx", { "X-Unknown": "a".repeat(1_048_576) }),
  row("300 header lines", "4xx", { "X-Unknown": Array(300).fill("1") }),
  row("a frame in one packet with the handshake", 101, {}, {
    after: "\x81\x80\0\0\0\0",
  }),
];

/** A page of `origin` asks for `host`. */
function page(outcome: Outcome, host: string, origin: string, more: More = {}): Handshake {
  const { path = "/" } = more;
  const route = path === "/" ? "" : ` at ${path}`;
  return row(
    `Origin ${brief(origin)} for Host ${brief(host)}${route}`,
    outcome,
    { Host: host, Origin: origin },
    more,
  );
}

const HOST = "example.com";

const sameOrigin: readonly Handshake[] = [
  page(101, HOST, "http://example.com"),
  page(101, HOST, "https://example.com"),
  page(101, "EXAMPLE.com", "http://example.com"),
  page(101, "example.com:80", "http://example.com"),
  page(101, "example.com:443", "https://example.com"),
  page(101, "example.com:0443", "https://example.com"),
  page(101, "example.com:", "http://example.com", { gap: OTHER_HOST }),
  page(101, "example.com:8000", "http://example.com:8000"),
  page(101, "example.com:8443", "https://example.com:8443"),
  page(101, "localhost:3000", "http://localhost:3000"),
  page(101, "example.com.", "http://example.com."),
  page(101, "[::1]:8000", "http://[::1]:8000"),
  page(101, "[0:0:0:0:0:0:0:1]:8000", "http://[::1]:8000", { gap: OTHER_HOST }),
  page(101, "[2001:DB8::A]", "https://[2001:db8::a]"),
  page(101, "xn--mnchen-3ya.de", "https://xn--mnchen-3ya.de"),
  page(101, "a_b.example.com", "http://a_b.example.com"),
  page(403, "example.com:443", "http://example.com"),
  page(403, "example.com:80", "https://example.com"),
  page(403, "example.com:8000", "http://example.com"),
  page(403, "example.com:8000", "http://example.com:8001"),
  page(403, HOST, "http://example.com:8000"),
  page(403, HOST, "https://example.com:80"),
  page(403, "[::1]:8000", "http://[::2]:8000"),
  page(403, "[::1]:8000", "http://[0:0:0:0:0:0:0:1]:8000"),
  page(403, "[::1]", "http://::1"),
  page(403, "127.0.0.1", "http://localhost"),
  page(403, "localhost", "http://127.0.0.1"),
  page(403, "127.1", "http://127.0.0.1"),
  page(403, "127.0.0.1", "http://127.1"),
  page(403, "127.0.0.1", "http://0x7f.0.0.1"),
  page(403, "127.0.0.1", "http://2130706433"),
  page(403, "127.0.0.1", "http://[::ffff:127.0.0.1]"),
  page(403, HOST, "http://evil.example"),
  page(403, HOST, "http://www.example.com"),
  page(403, "www.example.com", "http://example.com"),
  page(403, HOST, "http://evilexample.com"),
  page(403, HOST, "http://example.com.evil.example"),
  page(403, HOST, "http://example.co"),
  page(403, HOST, "http://example.comm"),
  page(403, HOST, "http://example.com."),
  page(403, HOST, "http://.example.com"),
  page(403, HOST, "http://example..com"),
  page(403, "example.com.", "http://example.com"),
  page(403, HOST, "ws://example.com"),
  page(403, HOST, "wss://example.com"),
  page(403, HOST, "ftp://example.com"),
  page(403, HOST, "file://example.com"),
  page(403, HOST, "chrome-extension://example.com"),
];

const malformedOrigins: readonly Handshake[] = [
  "",
  "null",
  "NULL",
  "*",
  "example.com",
  "//example.com",
  "http:",
  "http://",
  "http:example.com",
  "http:/example.com",
  "http:///example.com",
  "://example.com",
  "http://example.com/",
  "http://example.com/path",
  "http://example.com?query",
  "http://example.com#fragment",
  "http://example.com:",
  "http://example.com:80",
  "https://example.com:443",
  "http://example.com:080",
  "http://example.com:-1",
  "http://example.com:99999",
  "http://example.com:80:80",
  "http://EXAMPLE.com",
  "HTTP://example.com",
  "http://user@example.com",
  "http://user:password@example.com",
  "http://@example.com",
  "http://:@example.com",
  "http://example.com@evil.example",
  "http://evil.example@example.com",
  "http://example.com:80@evil.example",
  "http://evil.example#@example.com",
  "http://evil.example?@example.com",
  "http://evil.example/@example.com",
  "http://evil.example\\@example.com",
  "http://evil.example\\.example.com",
  "http://example.com\\evil.example",
  "http:\\\\example.com",
  "http:/\\example.com",
  "http://exam\tple.com",
  "http://example.com\t.evil.example",
  "http://exam ple.com",
  "http://example.com http://evil.example",
  "http://example.com, http://evil.example",
  "http://evil.example,http://example.com",
  "http://example.com,",
  ",http://example.com",
  "http://example.com;http://evil.example",
  "null, http://example.com",
  "http://example.com%0d%0aX-Evil:%201",
  "http://example.com%00",
  "http://example%2ecom",
  "http://%65xample.com",
  "http://example.com%20",
  "http://example.com%2f.evil.example",
  '"http://example.com"',
  "<http://example.com>",
  "http://[example.com]",
  "http://[::1",
  "http://::1]",
  "http://example.com[",
  utf8("http://münchen.de"),
  "http://m\xfcnchen.de",
  utf8("http://example。com"),
  utf8("http://ｅxample.com"),
  utf8("http://example.com\u200b"),
  utf8("http://examp\u00adle.com"),
  utf8("http://exаmple.com"), // Cyrillic а
  "http://example.com\xa0",
  "http://xn--a",
  "http://xn--example.com",
  "blob:http://example.com/6f5b1f9c",
  "javascript:alert(1)",
  "data:text/html,x",
  "about:blank",
  "http*://example.com",
  "http://*",
  "http://*.com",
  `http://${KIB8}`,
  `http://example.com${"/".repeat(8192)}`,
  `http://${"a.".repeat(4096)}com`,
  `http://${"[".repeat(8192)}`,
  `http://example.com${" ".repeat(7000)}x`,
  `http://user${"@".repeat(8192)}example.com`,
].map((origin) => page(403, HOST, origin));

const originLines: readonly Handshake[] = [
  row("the same Origin twice", 403, {
    Host: HOST,
    Origin: ["http://example.com", "http://example.com"],
  }),
  row("Origin of this host and another", 403, {
    Host: HOST,
    Origin: ["http://example.com", "http://evil.example"],
  }),
  row("an empty Origin line before an origin", 403, {
    Host: HOST,
    Origin: ["", "http://example.com"],
  }),
  row("an empty Origin line after an origin", 403, {
    Host: HOST,
    Origin: ["http://example.com", ""],
  }),
  row("no Origin", 101, { Host: HOST }),
  row("a Sec-WebSocket-Origin, which means nothing", 101, {
    Host: HOST,
    "Sec-WebSocket-Origin": "http://evil.example",
  }),
  row("a Referer, which means nothing", 403, {
    Host: HOST,
    Origin: "http://evil.example",
    Referer: "http://example.com/",
  }),
  row("an absolute target of the page's origin and a Host of ours", 403, {
    Host: HOST,
    Origin: "http://evil.example",
  }, { line: "GET http://evil.example/ HTTP/1.1" }),
];

const at = (path: string, more: More = {}): More => ({ ...more, path });

const lists: readonly Handshake[] = [
  page(101, HOST, "https://app.example", at("/list")),
  page(101, HOST, "http://localhost:5173", at("/list")),
  page(101, HOST, "chrome-extension://abcdef", at("/list")),
  ...[
    "http://app.example",
    "https://app.example:8443",
    "https://APP.example",
    "https://app.example.",
    "https://app.example/",
    "https://app.example.evil.example",
    "https://evilapp.example",
    "https://a.app.example",
    "https://app.example@evil.example",
    "https://evil.example@app.example",
    "https://app.example, https://evil.example",
    "http://localhost",
    "http://localhost:51730",
    "https://localhost:5173",
    "chrome-extension://abcdefg",
    "chrome-extension://ABCDEF",
    "http://example.com",
    "null",
  ].map((origin) => page(403, HOST, origin, at("/list"))),
  page(101, HOST, "https://a.app.example", at("/wild")),
  page(101, HOST, "https://a.b.app.example", at("/wild")),
  page(101, HOST, "https://xn--mnchen-3ya.app.example", at("/wild")),
  page(101, HOST, "https://a_b-c.app.example", at("/wild")),
  page(101, HOST, "https://a.ports.example:8443", at("/wild")),
  ...[
    "https://app.example",
    "https://evilapp.example",
    "https://.app.example",
    "https://a..app.example",
    "https://..app.example",
    "https://*.app.example",
    "https://a.app.example.",
    "https://a.app.example:8443",
    "https://a.app.example.evil.example",
    "https://a.app.example@evil.example",
    "https://evil.example/.app.example",
    "https://evil.example#.app.example",
    "https://evil.example?.app.example",
    "https://evil.example\\.app.example",
    "https://evil.example:443.app.example",
    "https://evil.example%2f.app.example",
    "https://evil.example%00.app.example",
    "https://evil.example\t.app.example",
    "https://xn--a.app.example",
    "https://A.app.example",
    "http://a.app.example",
    "https://a.appxexample",
    "https://a.ports.example",
    "https://a.ports.example:443",
    `https://${"a.".repeat(4096)}evil.example`,
    utf8("https://evil.example／.app.example"),
  ].map((origin) => page(403, HOST, origin, at("/wild"))),
  page(101, HOST, `https://${"a.".repeat(4000)}app.example`, at("/wild")),
  page(101, HOST, "http://example.com", at("/both")),
  page(101, HOST, "https://app.example", at("/both")),
  page(403, HOST, "https://evil.example", at("/both")),
  page(403, HOST, "http://example.com", at("/nobody")),
  row("no Origin where no origin is allowed", 101, {}, at("/nobody")),
  page(101, HOST, "https://evil.example", at("/any")),
  page(101, HOST, "null", at("/any")),
  row("no Origin where one is required", 403, {}, at("/required")),
  page(101, HOST, "http://example.com", at("/required")),
  page(403, HOST, "null", at("/required")),
  page(101, HOST, "https://anything.example", at("/function")),
  page(403, HOST, "http://anything.example", at("/function")),
  page(403, HOST, "https://anything.example/", at("/function")),
];

/** A page of `origin`, with headers that a proxy may have set. */
function proxied(outcome: Outcome, path: string, origin: string, fields: Fields): Handshake {
  const shown = Object.entries(fields).map(([name, value]) => `${name}: ${value}`).join(", ");
  return row(
    `Origin "${origin}" at ${path} with ${shown}`,
    outcome,
    { Host: "10.0.0.1:8000", Origin: origin, ...fields },
    { path },
  );
}

const FORWARDED = { "X-Forwarded-Host": HOST, "X-Forwarded-Proto": "https" };

const proxies: readonly Handshake[] = [
  proxied(403, "/", "https://example.com", FORWARDED),
  proxied(101, "/", "http://10.0.0.1:8000", FORWARDED),
  proxied(101, "/proxy", "https://example.com", FORWARDED),
  proxied(403, "/proxy", "http://example.com", FORWARDED),
  proxied(403, "/proxy", "http://10.0.0.1:8000", FORWARDED),
  proxied(403, "/proxy", "https://example.com", { Forwarded: "host=example.com;proto=https" }),
  proxied(403, "/proxy", "https://example.com", { "X-Forwarded-Server": HOST, "X-Host": HOST }),
  proxied(403, "/proxy", "https://example.com", {
    "X-Original-Host": HOST,
    "X-Forwarded-For": HOST,
  }),
  proxied(101, "/proxy", "https://example.com", { "X-Forwarded-Host": `evil.example, ${HOST}` }),
  proxied(403, "/proxy", "https://evil.example", { "X-Forwarded-Host": `evil.example, ${HOST}` }),
  proxied(101, "/proxy", "http://example.com", { "X-Forwarded-Host": HOST }),
  proxied(101, "/proxy", "http://example.com", { ...FORWARDED, "X-Forwarded-Proto": "http" }),
  proxied(403, "/proxy", "http://example.com", { ...FORWARDED, "X-Forwarded-Proto": "http, WSS" }),
  proxied(101, "/proxy", "https://example.com", {
    ...FORWARDED,
    "X-Forwarded-Host": "example.com:443",
  }),
  proxied(403, "/proxy", "https://example.com", { "X-Forwarded-Host": "" }),
  proxied(403, "/proxy", "https://example.com", { "X-Forwarded-Host": "user@example.com" }),
  proxied(403, "/proxy", "https://example.com", { "X-Forwarded-Host": `${HOST},` }),
  proxied(101, "/proxy", "http://10.0.0.1:8000", { "X-Unknown": "1" }),
];

/** A client that offers subprotocols. */
function offers(
  outcome: Outcome,
  path: string,
  offered: string | readonly string[],
  more: More = {},
): Handshake {
  return row(
    `subprotocols ${brief([offered].flat().join(" | "))} at ${path}`,
    outcome,
    { "Sec-WebSocket-Protocol": offered },
    { ...more, path },
  );
}

const V1 = { protocol: "chat.v1" };
const V2 = { protocol: "chat.v2" };

const subprotocols: readonly Handshake[] = [
  row("no subprotocols at /protocols", 101, {}, at("/protocols")),
  offers(101, "/", "chat.v1"),
  offers(101, "/", "chat.v1, chat.v2"),
  offers(V1, "/protocols", "chat.v1"),
  offers(V2, "/protocols", "chat.v2"),
  offers(V2, "/protocols", "chat.v1, chat.v2"),
  offers(V2, "/protocols", "chat.v1,chat.v2"),
  offers(V2, "/protocols", "chat.v1 ,\tchat.v2"),
  offers(V2, "/protocols", ["chat.v1", "chat.v2"]),
  offers(V1, "/protocols", "other,chat.v1"),
  offers(V1, "/protocols", ",, chat.v1,"),
  offers(V1, "/protocols", `,${" ".repeat(7000)}chat.v1`),
  offers(V1, "/protocols", `chat.v1${",".repeat(7000)}`),
  offers(101, "/protocols", ""),
  offers(101, "/protocols", "CHAT.V1"),
  offers(101, "/protocols", "chat.v"),
  offers(101, "/protocols", "chat.v11"),
  offers(101, "/protocols", "!#$%&'*+-.^_`|~"),
  offers(101, "/protocols", KIB8),
  offers(V1, "/protocols", `${Array.from({ length: 1000 }, (_, i) => `p${i}`).join(",")},chat.v1`),
  ...[
    "chat.v1 chat.v2",
    "chat.v1, chat.v1",
    "chat.v1;q=1",
    "chat.v1/2",
    '"chat.v1"',
    "chat.v1, a b",
    "chat.v1, (comment)",
    "chat@v1",
    "chat.v1\ta",
    "chat.v1%0d%0aSet-Cookie: a=1",
    utf8("chat.v1, größer"),
    "chat.v1\xa0",
    `chat.v1${" ".repeat(7000)}x`,
    `${KIB8} ${KIB8.slice(1000)}`,
  ].map((offered) => offers(400, "/protocols", offered)),
  offers(400, "/protocols", ["chat.v1", "chat.v1"]),
  offers(400, "/", "a, a"),
  row("no subprotocols at /must-speak", 400, {}, at("/must-speak")),
  offers(400, "/must-speak", ""),
  offers(400, "/must-speak", "other"),
  offers(V1, "/must-speak", "other, chat.v1"),
  offers({ protocol: "b" }, "/last-protocol", "a,b"),
];

/** Every handshake, with the outcome that it must have on every runtime. */
export const handshakes: readonly Handshake[] = [
  ...wellFormed,
  ...noUpgrade,
  ...methods,
  ...connections,
  ...versions,
  ...keys,
  ...bodies,
  ...hosts,
  ...http,
  ...sameOrigin,
  ...malformedOrigins,
  ...originLines,
  ...lists,
  ...proxies,
  ...subprotocols,
];
