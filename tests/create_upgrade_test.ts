/** `createUpgradeWebSocket` of both entries: what holds for all routes, and what one of them says. */
import { assertEquals, assertThrows } from "@std/assert";
import { Hono } from "hono";
import { createUpgradeWebSocket } from "../mod.ts";
import { createUpgradeWebSocket as createRoutes } from "../src/hono.ts";
import { handshakeRequest, memoryServer } from "./support/memory.ts";

const defaults = { origin: ["https://app.example"], protocols: ["chat"], maxPayloadLength: 100 };
const strict = createUpgradeWebSocket(defaults);
const strictRoute = createRoutes(defaults);
/** What routes say themselves, by path. */
const own = { "/open": { origin: ["https://b.example"] }, "/given": { origin: undefined } };

const app = new Hono();
for (const [path, options] of [["/ws", undefined], ...Object.entries(own)] as const) {
  app.get(path, strictRoute(() => ({}), options));
  app.get(`/handler${path}`, (c) => strictRoute(c, {}, options));
}

/** By entry: the whole pipeline. */
const pipelines = {
  ".": (request: Request) =>
    strict(request, {}, own[new URL(request.url).pathname as keyof typeof own]),
  "./hono": app.fetch,
};

for (const prefix of ["", "/handler"]) {
  for (const [entry, fetch] of Object.entries(pipelines)) {
    if (entry === "." && prefix) continue;
    Deno.test(`${entry}${prefix}: defaults hold, unless a route says otherwise`, async () => {
      const { connect } = memoryServer(fetch);
      const status = async (path: string, origin: string) => {
        const headers = { origin, "sec-websocket-protocol": "chat" };
        const { response } = await connect(handshakeRequest(prefix + path, headers));
        return [response.status, response.headers.get("sec-websocket-protocol")];
      };
      assertEquals(await status("/ws", "https://app.example"), [101, "chat"]);
      assertEquals(await status("/ws", "https://b.example"), [403, null]);
      assertEquals(await status("/open", "https://b.example"), [101, "chat"]);
      assertEquals(await status("/open", "https://app.example"), [403, null]);
      // What is undefined is not given.
      assertEquals(await status("/given", "https://app.example"), [101, "chat"]);
      assertEquals(await status("/given", "https://b.example"), [403, null]);
    });
  }
}

Deno.test("a route that names pages does not mean every page", async () => {
  const open = createUpgradeWebSocket({ dangerouslyAllowAnyOrigin: true });
  const admin = { origin: ["https://admin.example"] };
  const { connect } = memoryServer((request: Request) =>
    open(request, {}, new URL(request.url).pathname === "/admin" ? admin : undefined)
  );
  const status = async (path: string, origin: string) =>
    (await connect(handshakeRequest(path, { origin }))).response.status;
  assertEquals(await status("/ws", "https://any.example"), 101);
  assertEquals(await status("/admin", "https://any.example"), 403);
  assertEquals(await status("/admin", "https://admin.example"), 101);
  const both = { dangerouslyAllowAnyOrigin: true, origin: ["https://admin.example"] };
  assertThrows(() => createUpgradeWebSocket(both), TypeError, "expected no origin beside it");
});

Deno.test("options may come from a class, with getters and from a parent", async () => {
  class Strict {
    get requireOrigin() {
      return true;
    }
  }
  class Stricter extends Strict {
    readonly protocols = ["chat"];
  }
  const options = new Stricter();
  const { connect } = memoryServer((request: Request) =>
    createUpgradeWebSocket({})(request, {}, options)
  );
  assertEquals((await connect()).response.status, 403);
  const fitting = { origin: "http://self.example", "sec-websocket-protocol": "chat" };
  const { response } = await connect(handshakeRequest("/ws", fitting));
  assertEquals([response.status, response.headers.get("sec-websocket-protocol")], [101, "chat"]);
  assertThrows(() => createUpgradeWebSocket(Object.create({ requireOrgin: true })), TypeError);
  assertThrows(() => createUpgradeWebSocket([] as object), TypeError, "an object, got a list");
});

Deno.test("defaults that are wrong are refused at setup", () => {
  for (const create of [createUpgradeWebSocket, createRoutes]) {
    assertThrows(() => create({ idleTimeout: -1 }), RangeError, "idleTimeout");
    assertThrows(() => create({ requireOrgin: true } as object), TypeError, "requireOrigin");
    assertThrows(() => create(null as never), TypeError, "an object");
  }
});
