import { assertStrictEquals } from "@std/assert";
import { websocket } from "../../src/adapters/bun_websocket.ts";
import { createBunWebSocket } from "../../src/hono/bun_websocket.ts";
import { upgradeWebSocket } from "../../src/hono/upgrade.ts";

Deno.test("both halves are those that are exported by themselves", () => {
  const both = createBunWebSocket();
  assertStrictEquals(both.upgradeWebSocket, upgradeWebSocket);
  assertStrictEquals(both.websocket, websocket);
});
