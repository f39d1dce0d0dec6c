import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Hono } from "hono";
import { upgradeWebSocket } from "../../src/hono.ts";
import { connect } from "../../src/testing/connect.ts";
import { HandshakeRefused } from "../../src/testing/handshake_refused.ts";
import { createTestServer } from "../../src/testing/test_server.ts";

const app = new Hono();
app.get(
  "/ws",
  upgradeWebSocket((c) => ({
    onOpen(_, connection) {
      const { host, origin, cookie } = c.req.header();
      connection.send(JSON.stringify([connection.url.href, host, origin, cookie]));
    },
    onMessage: (event, connection) => connection.send(event.data),
  }), { protocols: ["chat"], origin: ["http://localhost", "https://app.example"] }),
);
app.get("/page", (c) => c.html("<h1>not found</h1>", 404));
app.get("/endless", () => {
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode("first\nsecond")),
  });
  return new Response(body, { headers: { "content-type": "text/plain" } });
});
app.get("/empty", () => new Response(null, { headers: { "content-type": "text/plain" } }));
app.get("/no-type", () => new Response(null, { status: 401 }));
const inner = new Hono();
inner.get("/ws", upgradeWebSocket(() => ({})));
app.mount("/mounted", inner.fetch);
app.mount("/mounted-without-context", (request: Request) => inner.fetch(request));
app.onError(({ message }, c) => c.text(message, 500));
inner.onError(({ message }, c) => c.text(message, 500));

app.get("/long", (c) => c.text(`${"x".repeat(1_000)}\nsecond`, 500));

/** What `connect` rejects with. */
async function refusal(path: string, options = {}): Promise<HandshakeRefused> {
  const server = createTestServer(app.fetch);
  const error = await assertRejects(() => connect(server, path, options), HandshakeRefused);
  await server.shutdown();
  return error;
}

Deno.test("a client is on localhost, or wherever its URL says", async () => {
  await using server = createTestServer(app.fetch);
  const client = await connect(server, "/ws?room=1");
  assertEquals(JSON.parse(`${await client.message()}`), [
    "http://localhost/ws?room=1",
    "localhost",
    null,
    null,
  ]);
  const page = await connect(server, "wss://app.example/ws", {
    origin: "https://app.example",
    protocols: ["other", "chat"],
    headers: { cookie: "a=1" },
  });
  assertEquals(JSON.parse(`${await page.message()}`), [
    "https://app.example/ws",
    "app.example",
    "https://app.example",
    "a=1",
  ]);
  assertEquals([client.protocol, page.protocol], ["", "chat"]);
  assertEquals(page.response.headers.get("sec-websocket-protocol"), "chat");
  assertEquals([client.response.status, server.connections], [101, 2]);
});

Deno.test("a refusal is an error with its response, whose body is still to be read", async () => {
  const error = await refusal("/ws", { origin: "https://evil.example" });
  assertEquals(error.status, 403);
  const text = await error.response.text();
  assertStringIncludes(text, "expected an origin");
  assertEquals(error.message, `Cannot connect: expected 101, got 403: ${text.trim()}`);
});

Deno.test("whatever else is answered is a refusal, too", async () => {
  const says = async (path: string) => (await refusal(path)).message;
  assertEquals(await says("/nowhere"), "Cannot connect: expected 101, got 404: 404 Not Found");
  assertEquals(await says("/page"), "Cannot connect: expected 101, got 404");
  assertEquals(await says("/endless"), "Cannot connect: expected 101, got 200: first");
  assertEquals(await says("/empty"), "Cannot connect: expected 101, got 200");
  assertEquals(await says("/no-type"), "Cannot connect: expected 101, got 401");
});

Deno.test("a sub-app behind app.mount cannot upgrade, and says why", async () => {
  for (const path of ["/mounted/ws", "/mounted-without-context/ws"]) {
    const { status, message } = await refusal(path);
    assertEquals(status, 500, path);
    assertStringIncludes(message, "a copy of it, as app.mount makes one");
  }
});

Deno.test("the server, the path and the options have to be what they should be", async () => {
  const server = createTestServer(app.fetch);
  const wrong = { fetch: app.fetch } as never;
  await assertRejects(() => connect(wrong, "/ws"), TypeError, "a server of createTestServer");
  const misspelt = { protocol: "chat" } as never;
  await assertRejects(() => connect(server, "/ws", misspelt), TypeError, "options of connect");
  await assertRejects(() => connect(server, "http://[", {}), TypeError);
  assert(await connect(server, "ws"));
  await server.shutdown();
});

Deno.test("a Host of one's own takes the place of that of the path", async () => {
  const server = createTestServer(app.fetch);
  const options = { headers: { host: "app.example" }, origin: "https://app.example" };
  const client = await connect(server, "/ws", options);
  const [, host] = JSON.parse(await client.message() as string);
  assertEquals(host, "app.example");
  client.close();
  await server.shutdown();
});

Deno.test("a long reason is shown in part", async () => {
  const { message } = await refusal("/long");
  assertEquals(message, `Cannot connect: expected 101, got 500: ${"x".repeat(200)}`);
});
