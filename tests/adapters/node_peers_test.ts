/** The packages that users install beside ours. */
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { findPeers } from "../../src/adapters/node_peers.ts";

Deno.test("the packages are found, with what we use of them", async () => {
  const peers = await findPeers();
  assertEquals(typeof peers.WebSocketServer.prototype.handleUpgrade, "function");
  assertEquals(typeof peers.WebSocket.prototype.terminate, "function");
  assertEquals(
    typeof peers.getRequestListener(() => new Response(), {
      overrideGlobalObjects: false,
      errorHandler: () => new Response(),
    }),
    "function",
  );
  assert(peers.RESPONSE_ALREADY_SENT instanceof Response);
});

Deno.test("what is missing is named, with the command that installs it", async () => {
  const missing = Object.assign(new Error("Cannot find package 'ws'\nRequire stack:\n- a"), {
    code: "ERR_MODULE_NOT_FOUND",
  });
  const error = await assertRejects(() => findPeers(() => Promise.reject(missing)), Error);
  assertEquals(
    error.message,
    "Cannot serve WebSockets on Node: expected the packages ws, @hono/node-server and hono, got " +
      "none of that name (Cannot find package 'ws'): npm install ws @hono/node-server hono",
  );
  assertStrictEquals(error.cause, missing);
});

Deno.test("another fault in loading them is told as it is", async () => {
  const fault = new SyntaxError("Unexpected token");
  assertStrictEquals(await findPeers(() => Promise.reject(fault)).catch((error) => error), fault);
});
