/** Routes of Hono in memory. On real sockets: tests/conformance/upgrade_test.ts. */
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { type Context, Hono } from "hono";
import { setCookie } from "hono/cookie";
import type { Connection } from "../../src/connection/connection.ts";
import { createUpgradeWebSocket, upgradeWebSocket } from "../../src/hono/upgrade.ts";
import { handshake } from "../../src/testing/handshake.ts";
import { RawClient } from "../support/raw_client.ts";
import { handshakeRequest, type MemoryOptions, memoryServer } from "../support/memory.ts";

/** An app in memory. */
function serving(app: Hono, options: MemoryOptions = {}) {
  return memoryServer((request, context) => app.fetch(request, context), options);
}

const echo = () => ({
  onMessage: ({ data }: { data: string | ArrayBuffer }, connection: Connection) =>
    void connection.send(data),
});

Deno.test("a route upgrades, with what its context makes of data", async () => {
  const app = new Hono();
  const seen: unknown[] = [];
  let asked: Context | undefined;
  app.get(
    "/ws",
    upgradeWebSocket((c) => {
      asked = c as unknown as Context;
      return { ...echo(), onOpen: (_, { data }) => seen.push(data) };
    }, { data: (c: Context) => c.req.query("name") }),
  );
  const { client } = await serving(app).connect(handshakeRequest("/ws?name=x"));
  client!.send("hello");
  assertEquals([await client!.message(), seen, asked?.req.path], ["hello", ["x"], "/ws"]);
});

Deno.test("events may come later, and a fault in making them is the app's own", async () => {
  const app = new Hono();
  const faults: unknown[] = [];
  app.onError((error, c) => {
    faults.push(error);
    return c.text("mine", 418);
  });
  app.get("/later", upgradeWebSocket(async () => await Promise.resolve(echo())));
  const fault = new Error("fault");
  app.get("/fails", upgradeWebSocket(() => Promise.reject(fault)));
  const server = serving(app);
  const { client } = await server.connect(handshakeRequest("/later"));
  client!.send("x");
  assertEquals(await client!.message(), "x");
  const { response } = await server.connect(handshakeRequest("/fails"));
  assertEquals([response.status, faults, server.state.registry.size], [418, [fault], 1]);
});

Deno.test("events are made for accepted handshakes only, and others go on or are refused", async () => {
  const app = new Hono();
  let made = 0;
  app.get("/ws", upgradeWebSocket(() => (made++, echo())), (c) => c.text("page"));
  const server = serving(app);
  const page = await server.fetch(new Request("http://self.example/ws"));
  assertEquals([page.status, await page.text()], [200, "page"]);
  const evil = await server.connect(handshakeRequest("/ws", { origin: "https://evil.example" }));
  assertEquals([evil.response.status, made], [403, 0]);
  await server.connect();
  assertEquals(made, 1);
});

Deno.test("a handler upgrades in its own time; what asks for no WebSocket gets 426, or a refusal", async () => {
  const app = new Hono();
  app.get("/ws", async (c) => {
    await Promise.resolve();
    return upgradeWebSocket(c, echo(), { requireOrigin: c.req.query("strict") !== undefined });
  });
  const server = serving(app);
  const { client } = await server.connect();
  client!.send("x");
  assertEquals(await client!.message(), "x");
  const page = await server.fetch(new Request("http://self.example/ws"));
  assertEquals([page.status, page.headers.get("upgrade")], [426, "websocket"]);
  assertEquals((await server.connect(handshakeRequest("/ws?strict"))).response.status, 403);
});

Deno.test("what middleware sets, before or after, is on the 101, each cookie once", async () => {
  for (const inHandler of [true, false]) {
    const app = new Hono();
    app.use(async (c, next) => {
      setCookie(c, "before", "1");
      c.header("x-before", "1");
      await next();
      setCookie(c, "after", "2");
      c.header("x-after", "2");
    });
    const options = { headers: [["set-cookie", "route=0"], ["x-route", "0"]] } as const;
    if (inHandler) app.get("/ws", (c) => upgradeWebSocket(c, echo(), options));
    else app.get("/ws", upgradeWebSocket(echo, options));
    const { response } = await serving(app).connect();
    assertEquals(response.status, 101);
    const { headers } = response;
    assertEquals(headers.getSetCookie().toSorted(), [
      "after=2; Path=/",
      "before=1; Path=/",
      "route=0",
    ]);
    const names = ["x-before", "x-after", "x-route"];
    assertEquals(names.map((name) => headers.get(name)), ["1", "2", "0"]);
  }
});

Deno.test("what middleware sets on the response so far is on the 101, beside cookies of the route", async () => {
  const app = new Hono();
  app.use(async (c, next) => {
    c.res.headers.append("set-cookie", "early=1");
    await next();
  });
  app.get("/ws", upgradeWebSocket(echo, { headers: { "set-cookie": "route=0" } }));
  const { response } = await serving(app).connect();
  assertEquals(response.headers.getSetCookie().toSorted(), ["early=1", "route=0"]);
});

Deno.test("wrong options throw when a route is made, and reject in a handler", async () => {
  const wrong = { idleTimeout: -1 };
  assertThrows(() => upgradeWebSocket(echo, wrong), RangeError, "idleTimeout");
  const app = new Hono();
  let rejected: Promise<unknown> | undefined;
  app.get("/ws", (c) => {
    const upgraded = upgradeWebSocket(c, echo(), wrong);
    rejected = assertRejects(() => upgraded, RangeError, "idleTimeout");
    return c.text("handled");
  });
  await serving(app).connect();
  await rejected!;
});

Deno.test("defaults are checked at once, and hold for routes and handlers", async () => {
  assertThrows(() => createUpgradeWebSocket({ idleTimeout: -1 }), RangeError, "idleTimeout");
  const upgrade = createUpgradeWebSocket({ requireOrigin: true, headers: { "x-default": "1" } });
  const app = new Hono();
  app.get("/route", upgrade(echo));
  app.get("/own", upgrade(echo, { requireOrigin: false }));
  app.get("/handler", (c) => upgrade(c, echo()));
  app.get("/own-handler", (c) => upgrade(c, echo(), { requireOrigin: false }));
  const server = serving(app);
  const status = async (path: string) =>
    (await server.connect(handshakeRequest(path))).response.status;
  assertEquals(
    [
      await status("/route"),
      await status("/own"),
      await status("/handler"),
      await status("/own-handler"),
    ],
    [403, 101, 403, 101],
  );
  const { response } = await server.connect(handshakeRequest("/own"));
  assertEquals(response.headers.get("x-default"), "1");
});

Deno.test("the response is the context's own, so that later middleware sees it", async () => {
  const app = new Hono();
  let seen: Response | undefined;
  let returned: Response | undefined;
  app.use(async (c, next) => {
    await next();
    seen = c.res;
  });
  app.get("/ws", async (c) => returned = await upgradeWebSocket(c, echo()));
  await serving(app).connect();
  assert(seen !== undefined);
  assertStrictEquals(seen, returned);
});

Deno.test("a route answers a handshake of a test, without any server", async () => {
  const app = new Hono();
  app.get("/ws", upgradeWebSocket(echo));
  assertEquals((await app.request("/ws", handshake())).status, 101);
});

Deno.test("what the runtime passed gets to a server that nobody wrapped", async () => {
  const app = new Hono();
  const addresses: string[] = [];
  app.get(
    "/ws",
    upgradeWebSocket(() => ({
      onOpen(_, connection) {
        addresses.push(connection.request.remoteAddress);
        connection.send("open");
      },
    })),
  );
  const options = { port: 0, hostname: "127.0.0.1", onListen() {} };
  const server = Deno.serve(options, (request, info) => app.fetch(request, info));
  using client = await RawClient.open(server.addr.port, "/ws");
  assertEquals([await client.text(), addresses], ["open", ["127.0.0.1"]]);
  client.close(1000);
  await client.closeFrame();
  await server.shutdown();
});
