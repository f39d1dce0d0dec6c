import { assertEquals } from "@std/assert";
import { handshakeRules, judge } from "../../src/handshake/rules.ts";
import { handshakeRequest } from "../support/memory.ts";
import { malformed, type Opening, openingOf, plainOpening } from "../../src/handshake/opening.ts";

Deno.test("a request is an opening handshake if it asks for a WebSocket, well or badly", () => {
  for (const upgrade of ["websocket", "WebSocket", "h2c, websocket", ", ,websocket,"]) {
    assertEquals(openingOf(handshakeRequest("/", { upgrade }))?.httpVersion, 1, upgrade);
  }
  for (const upgrade of ["h2c", "websockets", "web socket", '"websocket"', "websocket/13"]) {
    assertEquals(openingOf(handshakeRequest("/", { upgrade })), undefined, upgrade);
  }
});

Deno.test("an opening says where it goes, and what is wrong with that", () => {
  const opening = openingOf(handshakeRequest("/ws", { host: "Self.Example:08000" }))!;
  assertEquals(opening.authority, { hostname: "self.example", port: "8000" });
  assertEquals([opening.fault, opening.url], [undefined, "http://self.example/ws"]);
  assertEquals(openingOf(handshakeRequest("/", { host: "a, b" }))!.fault?.status, 400);
});

Deno.test("the address of the peer is asked for only when somebody wants it", () => {
  let asked = 0;
  const opening = openingOf(handshakeRequest(), () => `address ${++asked}`)!;
  assertEquals(judge(opening, handshakeRules({})).kind, "accepted");
  assertEquals([asked, opening.remoteAddress], [0, "address 1"]);
});

/** What a runtime would make of a WebSocket over HTTP/2: no `Upgrade`, no key (RFC 8441 §5). */
function overHTTP2(origin: string): Opening {
  const url = "https://self.example/ws";
  const headers = new Headers({ origin, "sec-websocket-protocol": "chat" });
  return {
    request: new Request(url, { headers }),
    method: "CONNECT",
    url,
    headers,
    authority: { hostname: "self.example", port: "" },
    httpVersion: 2,
    remoteAddress: "",
    checked: true,
    fault: undefined,
  };
}

Deno.test("the rules of a route hold over HTTP/2, where there is neither Upgrade nor key", () => {
  const rules = handshakeRules({ protocols: ["chat"] });
  const judged = judge(overHTTP2("https://self.example"), rules);
  assertEquals(judged, { kind: "accepted", protocol: "chat", offered: undefined });
  const stranger = judge(overHTTP2("https://evil.example"), rules);
  assertEquals(stranger.kind === "refused" && stranger.status, 403);
});

/** The headers of a well-formed handshake. */
const HANDSHAKE = Object.fromEntries(handshakeRequest().headers);

/** The verdict on a handshake in which one header is another, or missing. */
function faultOf(headers: Record<string, string | undefined>) {
  const all = Object.entries({ ...HANDSHAKE, ...headers }).filter(([, value]) =>
    value !== undefined
  );
  return malformed(
    openingOf(new Request("http://self.example/ws", { headers: all as [string, string][] }))!,
  );
}

Deno.test("a well-formed handshake has no fault", () => {
  assertEquals(faultOf({}), undefined);
  for (
    const headers of [
      { connection: "keep-alive, Upgrade" },
      { connection: "UPGRADE" },
      { "content-length": "0" },
      { "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==" },
      { "sec-websocket-key": "abc+/zABC9012345678901==" },
    ]
  ) assertEquals(faultOf(headers), undefined, JSON.stringify(headers));
});

Deno.test("a fault says what was expected, with the status for it", () => {
  const version = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
  };
  const key = "expected one Sec-WebSocket-Key of 16 bytes in base64";
  const body = "expected a request without a body, got one with a body";
  for (
    const [headers, status, message, own] of [
      [{ connection: undefined }, 400, "expected Connection: Upgrade, got none", {}],
      [{ connection: "close" }, 400, 'expected Connection: Upgrade, got "close"', {}],
      [{ connection: "upgraded" }, 400, 'expected Connection: Upgrade, got "upgraded"', {}],
      [
        { "sec-websocket-version": "8" },
        426,
        'expected Sec-WebSocket-Version: 13, got "8"',
        version,
      ],
      [
        { "sec-websocket-version": "13, 13" },
        426,
        'expected Sec-WebSocket-Version: 13, got "13, 13"',
        version,
      ],
      [{ "sec-websocket-key": undefined }, 400, `${key}, got none`, {}],
      [{ "sec-websocket-key": "short" }, 400, `${key}, got "short"`, {}],
      [{ "sec-websocket-key": "A".repeat(24) }, 400, `${key}, got "${"A".repeat(24)}"`, {}],
      [{ "sec-websocket-key": "AAAA==" }, 400, `${key}, got "AAAA=="`, {}],
      [
        { "sec-websocket-key": `${"A".repeat(22)}==,B` },
        400,
        `${key}, got "${"A".repeat(22)}==,B"`,
        {},
      ],
      [
        { "sec-websocket-key": `B,${"A".repeat(22)}==` },
        400,
        `${key}, got "B,${"A".repeat(22)}=="`,
        {},
      ],
      [{ "content-length": "1" }, 400, body, {}],
      [{ "content-length": "00" }, 400, body, {}],
      [{ "transfer-encoding": "chunked" }, 400, body, {}],
      [{ host: "a b" }, 400, 'expected one host in Host, got "a b"', {}],
    ] as const
  ) {
    assertEquals(faultOf(headers), { kind: "refused", status, headers: own, message });
  }
});

/** An opening handshake of which a runtime made this. */
function odd(request: Partial<Request>): Opening {
  const headers = new Headers(HANDSHAKE);
  return openingOf(
    { method: "GET", url: "http://self.example/ws", headers, ...request } as Request,
  )!;
}

Deno.test("another method than GET is 405, in whatever case, and that comes first", () => {
  for (const method of ["POST", "get", "CONNECT"]) {
    for (const url of ["http://self.example/ws", "http://a:99999/"]) {
      const opening = odd({ method, url });
      assertEquals(malformed(opening), {
        kind: "refused",
        status: 405,
        headers: { allow: "GET" },
        message: `expected method GET, got "${method}"`,
      });
      assertEquals(opening.fault?.status, url.includes("99999") ? 405 : undefined);
    }
  }
});

Deno.test("a target that makes no URL is a fault, whatever Host says", () => {
  const { fault } = odd({ url: "http://a:99999/" });
  assertEquals([fault?.status, fault?.message], [
    400,
    "expected a target that makes a URL, got one that does not",
  ]);
});

Deno.test("an opening keeps what callbacks and rules want of its request, and is unchecked", () => {
  const request = handshakeRequest("/ws");
  const opening = openingOf(request)!;
  assertEquals(
    [opening.request, opening.method, opening.checked, opening.remoteAddress],
    [request, "GET", false, ""],
  );
  assertEquals(openingOf(new Request("http://self.example/")), undefined);
});

Deno.test("of what a runtime has checked only the target is judged", () => {
  const { fault } = odd({ url: "http://a:99999/" });
  const checked = { ...overHTTP2("https://self.example"), fault };
  assertEquals([malformed(checked), malformed({ ...checked, fault: undefined })], [
    fault,
    undefined,
  ]);
});

Deno.test("any request has an origin and a host that can be judged", () => {
  const headers = { host: "self.example:8000", origin: "https://app.example" };
  const request = new Request("http://self.example/negotiate", { method: "POST", headers });
  const opening = plainOpening(request);
  assertEquals(
    [opening.request, opening.authority, opening.headers.get("origin"), opening.remoteAddress],
    [request, { hostname: "self.example", port: "8000" }, "https://app.example", ""],
  );
});
