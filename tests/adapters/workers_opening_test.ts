import { assertEquals } from "@std/assert";
import { addressOf, workersOpening } from "../../src/adapters/workers_opening.ts";
import { handshakeRules, judge } from "../../src/handshake/rules.ts";
import { edgeRequest } from "../support/workers_stage.ts";

const RULES = handshakeRules({});
const verdictOn = (request: Request) => judge(workersOpening(request)!, RULES).kind;

Deno.test("a handshake over a network is judged as everywhere", () => {
  assertEquals(verdictOn(edgeRequest()), "accepted");
  for (const name of ["connection", "sec-websocket-key", "sec-websocket-version"]) {
    assertEquals(verdictOn(edgeRequest("/", { [name]: "wrong" })), "refused", name);
    const without = edgeRequest();
    without.headers.delete(name);
    // Between two hops only, so that an edge may leave it out.
    assertEquals(verdictOn(without), name === "connection" ? "accepted" : "refused", name);
  }
  assertEquals(verdictOn(edgeRequest("/", { origin: "https://evil.example" })), "refused");
});

Deno.test("a handshake that a Worker makes has no key, and needs none", () => {
  const made = (headers: Record<string, string> = {}) =>
    new Request("https://room/ws?a=1", { headers: { upgrade: "websocket", ...headers } });
  assertEquals(verdictOn(made()), "accepted");
  const opening = workersOpening(made({ "cf-connecting-ip": "192.0.2.7" }))!;
  assertEquals([opening.method, opening.url, opening.httpVersion, opening.fault], [
    "GET",
    "https://room/ws?a=1",
    1,
    undefined,
  ]);
  assertEquals([opening.authority, opening.remoteAddress, opening.checked], [
    { hostname: "room", port: "" },
    "192.0.2.7",
    true,
  ]);
  // The rules on pages hold for it all the same, and so does what is wrong with where it goes.
  assertEquals(verdictOn(made({ origin: "https://evil.example" })), "refused");
  assertEquals(verdictOn(made({ host: "a,b" })), "refused");
});

Deno.test("a URL that is too long to be kept is refused", () => {
  const request = edgeRequest(`/${"x".repeat(100)}`);
  const { length } = request.url;
  assertEquals(workersOpening(request, length)?.fault, undefined);
  const { status, message } = workersOpening(request, length - 1)!.fault!;
  assertEquals([status, message], [
    400,
    `expected a URL of ${length - 1} characters at most, got ${length}`,
  ]);
});

Deno.test("what asks for no WebSocket is none, and the edge says who asks", () => {
  assertEquals(workersOpening(new Request("https://room/")), undefined);
  for (const [upgrade, asks] of [["WebSocket", true], ["h2c, websocket", false]] as const) {
    assertEquals(workersOpening(edgeRequest("/", { upgrade })) !== undefined, asks);
  }
  assertEquals(addressOf(new Request("https://room/")), "");
  assertEquals(workersOpening(edgeRequest())?.remoteAddress, "192.0.2.1");
});
