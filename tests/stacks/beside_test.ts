// Installed for Bun and Node, too.
import "npm:socket.io@4.8.4";
import "npm:socket.io-client@4.8.4";
import { assertEquals } from "@std/assert";
import { bun, deno, node } from "../support/runtimes.ts";
import { seenBy, unharmed } from "../support/stacks.ts";
import { addCase } from "../support/suite.ts";

const SERVER = new URL("../fixtures/stack_beside_server.ts", import.meta.url);
const CLIENT = new URL("../fixtures/stack_beside_client.ts", import.meta.url);

for (const runtime of [deno, bun, node]) {
  addCase(runtime, "socket.io's own server beside our routes", async () => {
    await using server = await runtime.start({}, SERVER);
    const seen = await seenBy("beside", server.url(""), CLIENT);
    const lengths = [3, 100_000];
    assertEquals(seen, ["a page", "polling", "websocket", lengths, lengths]);
    await unharmed(server);
  });
}
