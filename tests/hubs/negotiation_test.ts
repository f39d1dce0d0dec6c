import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { originRule } from "../../src/handshake/origin.ts";
import {
  corsHeaders,
  judgeOrigin,
  negotiate,
  preflight,
  type Respond,
} from "../../src/hubs/negotiation.ts";
import { Tokens } from "../../src/hubs/tokens.ts";
import { FakeClock } from "../support/fake_clock.ts";

const respond: Respond = (body, init) => new Response(body, init);
const clock = new FakeClock();
const wanted = (version: string | null) => ({ version, statefulReconnect: false });

function request(headers: Record<string, string> = {}): Request {
  return new Request("http://self.example/hub/negotiate", { method: "POST", headers });
}

Deno.test("pages are judged as those that open a WebSocket", () => {
  const rule = originRule({});
  assertEquals(judgeOrigin(rule, request()), undefined);
  assertEquals(judgeOrigin(rule, request({ origin: "http://self.example" })), undefined);
  const refused = judgeOrigin(rule, request({ origin: "https://evil.example" }));
  assertEquals(refused?.status, 403);
  assertMatch(refused!.message, /expected an origin that may connect here/);
});

Deno.test("a function of the option that throws is an error of ours", () => {
  const error = new Error("thrown in origin");
  const rule = originRule({
    origin() {
      throw error;
    },
  });
  const refused = judgeOrigin(rule, request({ origin: "https://app.example" }));
  assertEquals([refused?.status, refused?.error], [500, error]);
});

Deno.test("the origin of a page is named, with its cookies; without one nothing is said", () => {
  assertEquals([...corsHeaders(request({ origin: "https://app.example" }))], [
    ["access-control-allow-credentials", "true"],
    ["access-control-allow-origin", "https://app.example"],
    ["vary", "Origin"],
  ]);
  assertEquals([...corsHeaders(request())], []);
});

Deno.test("a browser that asks is told what may be sent", async () => {
  const asked = preflight(
    request({ origin: "https://app.example", "access-control-request-headers": "x-a,x-b" }),
    respond,
  );
  assertEquals([asked.status, await asked.text()], [204, ""]);
  const names = ["methods", "headers", "origin"];
  assertEquals(names.map((name) => asked.headers.get(`access-control-allow-${name}`)), [
    "GET, POST, DELETE",
    "x-a,x-b",
    "https://app.example",
  ]);
  assertEquals(asked.headers.get("access-control-max-age"), "7200");
  assertEquals(preflight(request(), respond).headers.has("access-control-allow-headers"), false);
});

Deno.test("a client is told its token, and the ways that there are", async () => {
  const tokens = new Tokens(10);
  const response = await negotiate(request(), wanted("1"), tokens, { clock }, respond);
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("content-type"), "application/json");
  assertEquals(response.headers.get("cache-control"), "no-store");
  const { connectionId, connectionToken, ...rest } = await response.json();
  assertEquals(rest, {
    negotiateVersion: 1,
    availableTransports: [
      { transport: "WebSockets", transferFormats: ["Text", "Binary"] },
      { transport: "ServerSentEvents", transferFormats: ["Text"] },
      { transport: "LongPolling", transferFormats: ["Text", "Binary"] },
    ],
  });
  assertEquals(tokens.find(clock, connectionToken)?.id, connectionId);
  const zero = await (await negotiate(request(), wanted(null), tokens, { clock }, respond)).json();
  assert(tokens.find(clock, zero.connectionId));
  assertEquals([zero.negotiateVersion, "connectionToken" in zero], [0, false]);
});

Deno.test("a version that there is not is an error that clients read, and costs no token", async () => {
  const tokens = new Tokens(10);
  const response = await negotiate(request(), wanted("x"), tokens, { clock }, respond);
  assertEquals([response.status, tokens.size], [200, 0]);
  assertMatch((await response.json()).error, /protocol version/);
});

Deno.test("an error that is not the client's is none of its business", async () => {
  const broken = new FakeClock();
  broken.now = () => {
    throw new RangeError("a fault of ours");
  };
  await assertRejects(
    () => negotiate(request(), wanted("1"), new Tokens(10), { clock: broken }, respond),
    RangeError,
    "a fault of ours",
  );
});

Deno.test("what a framework has staged is in the response", async () => {
  const staging: Respond = (body, { status, headers }) => {
    headers!.set("x-staged", "1");
    return new Response(body, { status, headers: headers! });
  };
  const tokens = new Tokens(10);
  for (
    const { headers } of [
      await negotiate(request(), wanted("1"), tokens, { clock }, staging),
      preflight(request(), staging),
    ]
  ) assertEquals(headers.get("x-staged"), "1");
});

Deno.test("where no server of ours sees the other requests, there are WebSockets only", async () => {
  const tokens = new Tokens(10);
  const response = await negotiate(request(), wanted("1"), tokens, undefined, respond);
  const { availableTransports } = await response.json();
  assertEquals(availableTransports, [
    { transport: "WebSockets", transferFormats: ["Text", "Binary"] },
  ]);
  assertEquals(tokens.size, 1);
});

Deno.test("a client that may come back after a cut is told so", async () => {
  const tokens = new Tokens(10);
  const asked = { version: "1", statefulReconnect: true };
  const answer = await (await negotiate(request(), asked, tokens, { clock }, respond)).json();
  assertEquals(answer.useStatefulReconnect, true);
  assertEquals(tokens.find(clock, answer.connectionToken)?.resumable, true);
});
