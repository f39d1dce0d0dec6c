import { assertEquals, assertRejects } from "@std/assert";
import { Hono } from "hono";
import { createUpgradeWebSocket, upgradeWebSocket } from "../../src/hono_workers.ts";
import { handler } from "../../src/workers/handler.ts";
import { nextTurn } from "../support/memory.ts";
import { edgeRequest, WorkersStage } from "../support/workers_stage.ts";

const echo = () => ({
  onMessage: (event: { data: unknown }, own: { send(data: string): unknown }) =>
    void own.send(`${event.data}`),
});

const other = { origin: "https://other.example" };

/** What a Worker makes of an app that it exports as it is. */
function exported(app: Hono) {
  const work: Promise<unknown>[] = [];
  const context = { waitUntil: (one: Promise<unknown>) => work.push(one) };
  return {
    work,
    fetch: async (request: Request) => await app.fetch(request, {}, context as never),
  };
}

Deno.test("a route of an app that is exported as it is upgrades, with the headers that are set", async () => {
  using stage = new WorkersStage();
  const app = new Hono();
  app.use(async (c, next) => {
    c.header("x-before", "1");
    c.header("set-cookie", "a=1", { append: true });
    c.header("set-cookie", "b=2", { append: true });
    await next();
  });
  app.get("/ws", upgradeWebSocket(echo));
  app.get("/inside", (c) => upgradeWebSocket(c, echo()));
  app.get("/closed", createUpgradeWebSocket({ origin: [] })(echo));
  app.get("/ws", (c) => c.text("page"));
  const { fetch } = exported(app);
  for (const path of ["/ws", "/inside"]) {
    const response = await fetch(edgeRequest(path));
    assertEquals(response.status, 101);
    assertEquals([...response.headers], [
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
      ["x-before", "1"],
    ]);
    await nextTurn();
    stage.last.emit("message", { data: "hi" });
    assertEquals(stage.last.sent, ["hi"]);
    stage.last.emit("close", { code: 1000, reason: "", wasClean: true });
  }
  const refused = [];
  for (const [path, headers] of [["/ws", other], ["/closed", { origin: "http://self.example" }]]) {
    refused.push((await fetch(edgeRequest(path as string, headers as typeof other))).status);
  }
  assertEquals([refused, stage.sockets.length], [[403, 403], 2]);
  assertEquals(await (await fetch(new Request("http://self.example/ws"))).text(), "page");
});

Deno.test("what a route throws is for its app to answer, and handlers may finish", async () => {
  using stage = new WorkersStage();
  const app = new Hono();
  app.onError((error, c) => c.text(error.message, 418));
  app.get("/throws", upgradeWebSocket(() => Promise.reject(new Error("no events"))));
  app.get("/ws", upgradeWebSocket(() => ({ onClose: () => Promise.resolve("saved") })));
  const { fetch, work } = exported(app);
  const response = await fetch(edgeRequest("/throws"));
  assertEquals([response.status, await response.text()], [418, "no events"]);
  await fetch(edgeRequest());
  await nextTurn();
  stage.last.emit("close", { code: 1000, reason: "", wasClean: true });
  await nextTurn();
  assertEquals((await Promise.all(work)).flat(), [
    { status: "fulfilled", value: "saved" },
  ]);
  // Somebody who tests the app passes no context.
  assertEquals((await app.fetch(edgeRequest())).status, 101);
  stage.last.emit("close", { code: 1000, reason: "", wasClean: true });
});

Deno.test("inside of a handler the handler sees to everything, with its options", async () => {
  using stage = new WorkersStage();
  const app = new Hono();
  app.get("/ws", upgradeWebSocket(echo));
  const { fetch } = handler(app.fetch, { hosts: ["self.example"], onReport() {} });
  assertEquals((await fetch(edgeRequest())).status, 101);
  assertEquals((await fetch(edgeRequest("/ws", { host: "other.example" }))).status, 421);
  assertEquals(stage.sockets.length, 1);
  stage.last.emit("close", { code: 1000, reason: "", wasClean: true });
});

Deno.test("options that are wrong are said at setup, or reject inside of a handler", async () => {
  let thrown: unknown;
  try {
    upgradeWebSocket(echo, { idleTimeout: "60" } as never);
  } catch (error) {
    thrown = error;
  }
  assertEquals(thrown instanceof TypeError, true);
  const c = { req: { raw: new Request("http://x/") }, env: {} };
  await assertRejects(
    () => upgradeWebSocket(c as never, {}, { idleTimeout: "60" } as never),
    TypeError,
  );
});

Deno.test("on other runtimes it is what it is there", async () => {
  const app = new Hono();
  const errors: string[] = [];
  app.onError((error, c) => {
    errors.push(error.message);
    return c.text("", 500);
  });
  app.get("/ws", upgradeWebSocket(echo));
  // Deno upgrades only what its own server has passed.
  assertEquals((await app.fetch(edgeRequest())).status, 500);
  assertEquals([errors.length, errors[0]?.includes("WebSocketPair")], [1, false]);
});
