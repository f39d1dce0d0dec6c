import { assertEquals } from "@std/assert";
import type { Runtime } from "../support/runtimes.ts";
import { OPCODE, RawClient } from "../support/raw_client.ts";
import { TestServer } from "../support/server.ts";

/** What must hold on every runtime. */
export function conformance(runtime: Runtime): void {
  Deno.test(`${runtime.name}: echoes`, async () => {
    await using server = await TestServer.start(runtime);
    using client = await RawClient.open(server.port, "/echo");
    client.send(OPCODE.text, "hi");
    assertEquals(await client.text(), "hi");
    client.close(4000, "x");
    assertEquals(await client.closeFrame(), { code: 4000, reason: "x" });
    await server.settled();
  });
}
