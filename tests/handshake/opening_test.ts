import { assertEquals } from "@std/assert";
import { type Opening, openingOf } from "../../src/handshake/opening.ts";
import { handshakeRules, judge } from "../../src/handshake/rules.ts";
import { handshakeRequest } from "../support/memory.ts";

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
  assertEquals(judged, { kind: "accepted", protocol: "chat" });
  const stranger = judge(overHTTP2("https://evil.example"), rules);
  assertEquals(stranger.kind === "refused" && stranger.status, 403);
});
