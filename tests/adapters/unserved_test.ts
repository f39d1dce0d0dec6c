/** Test requests are answered with a verdict where there is no server, and nowhere else. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Hono } from "hono";
import { upgradeWebSocket } from "../../src/hono.ts";
import { upgradeWebSocket as upgradeRequest } from "../../mod.ts";
import { placeholderHere } from "../../src/adapters/unserved.ts";
import { bareServer } from "../../src/adapters/bare.ts";
import { openingOf } from "../../src/handshake/opening.ts";
import { switchingProtocols } from "../../src/server/placeholder.ts";
import { handshake } from "../../src/testing/handshake.ts";

const app = new Hono();
app.onError(({ message }, c) => c.text(message, 500));
app.use(async (c, next) => {
  await next();
  c.header("x-after", "1");
});
let created = 0;
app.get(
  "/ws",
  upgradeWebSocket(() => {
    created++;
    return { onOpen: () => created = NaN };
  }, { protocols: ["chat"], headers: { "x-route": "1" } }),
);

/** What Deno, Bun, other frameworks on Bun, and Node pass to fetch beside a request. */
const CONTEXTS = {
  Deno: { remoteAddr: { hostname: "127.0.0.1" }, completed: Promise.resolve() },
  Bun: { requestIP: () => null, upgrade: () => true },
  "a framework on Bun": { server: { upgrade: () => true } },
  Node: { incoming: {}, outgoing: {} },
};

Deno.test("the verdict has the headers of the route and of middleware, and the subprotocol", async () => {
  created = 0;
  const response = await app.request("/ws", handshake({ protocols: ["b", "chat"] }));
  assertEquals(response.status, 101);
  assertEquals([...response.headers], [
    ["sec-websocket-protocol", "chat"],
    ["x-after", "1"],
    ["x-route", "1"],
  ]);
  assertEquals(
    (await app.request("/ws", handshake())).headers.has("sec-websocket-protocol"),
    false,
  );
  // Nothing is opened.
  assertEquals(created, 2);
});

Deno.test("a refusal is what it would be", async () => {
  const response = await app.request("/ws", handshake({ origin: "https://evil.example" }));
  assertEquals(response.status, 403);
  assertStringIncludes(await response.text(), "expected an origin");
});

Deno.test("a route without Hono answers the same way", () => {
  const request = new Request("http://localhost/", handshake());
  assertEquals(upgradeRequest(request, {}).status, 101);
});

Deno.test("bindings that a test brings along are no runtime's context", async () => {
  assertEquals((await app.request("/ws", handshake(), { DATABASE: "test" })).status, 101);
  assertEquals((await app.request("/ws", handshake(), null as never)).status, 101);
});

for (const [name, context] of Object.entries(CONTEXTS)) {
  Deno.test(`with the context of ${name}, a test request is a copy`, async () => {
    const response = await app.request("/ws", handshake(), context);
    assertEquals(response.status, 500);
    assertStringIncludes(await response.text(), "expected the Request that the server passed");
  });
}

Deno.test("the headers of a test request alone do not make one", async () => {
  const { headers } = handshake();
  for (const redirect of [undefined, "follow"] as const) {
    const request = new Request("http://localhost/ws", { headers: headers!, redirect: redirect! });
    const response = await app.request(request);
    assertEquals([response.status, response.headers.has("x-route")], [500, false]);
  }
});

Deno.test("a copy of a request to a server in memory is no test request", () => {
  const copy = new Request("http://localhost/", { ...handshake(), redirect: "manual" });
  assertThrows(() => bareServer(copy), TypeError, "a copy of it, as app.mount makes one");
});

Deno.test("where there is no server, a test request is the opening handshake that it looks like", () => {
  const request = new Request("http://localhost/ws", handshake({ protocols: ["chat"] }));
  const { adapter } = bareServer(request);
  assertEquals(adapter.opening(request, undefined), openingOf(request));
  assertEquals(adapter.opening(new Request("http://localhost/ws"), undefined), undefined);
});

Deno.test("the placeholder is a 101 here, and a 204 where there is neither Deno nor Bun", async () => {
  assertEquals(placeholderHere(), switchingProtocols);
  const script = `
    import { placeholderHere } from ${
    JSON.stringify(import.meta.resolve("../../src/adapters/unserved.ts"))
  };
    Deno.upgradeWebSocket = undefined;
    console.log(placeholderHere().make().init.status);`;
  const args = ["eval", "--no-lock", script];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
  assertEquals(new TextDecoder().decode(stdout), "204\n");
});

Deno.test("a verdict takes no place, however many are asked for", () => {
  for (let i = 0; i < 10_100; i++) {
    const { status } = upgradeRequest(new Request("http://localhost/", handshake()), {});
    if (status !== 101) assertEquals([i, status], [i, 101]);
  }
});
