import { assertEquals } from "@std/assert";
import { OPCODE, RawClient } from "../support/raw_client.ts";
import type { ProcessServer } from "../support/process_server.ts";

/** Talks to both routes of `fixtures/server.ts`. */
export async function echoes(server: ProcessServer): Promise<void> {
  for (const path of ["/hono", "/plain"]) {
    using client = await RawClient.open(server.port, path, { Host: "a", Origin: "http://a" });
    client.send(OPCODE.text, "grüße");
    assertEquals(await client.text(), "grüße", path);
    client.send(OPCODE.binary, new Uint8Array([0, 255]));
    assertEquals([...(await client.frame())!.payload], [0, 255], path);
    client.close(4321, "app");
    assertEquals(await client.closeFrame(), { code: 4321, reason: "app" }, path);
  }
  assertEquals(await (await fetch(server.url("/kind", "http"))).text(), "not-an-upgrade");
}
