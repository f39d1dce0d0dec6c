/** Where a server listens, and where its clients come from. */
import { assertEquals } from "@std/assert";
import { handshake, OPCODE, RawClient } from "../../support/raw_client.ts";
import { type WireRuntime, wireRuntimes } from "../../support/runtimes.ts";
import { addCase } from "../../support/suite.ts";

function addressSuite(runtime: WireRuntime): void {
  addCase(runtime, "a server on an address of IPv6 says so, and knows its clients", async () => {
    await using server = await runtime.start({ LISTEN: "::1" });
    const { url, hostname } = await server.until({ on: "onListen" });
    assertEquals([url, hostname], [`http://[::1]:${server.port}/`, "::1"]);
    const host = `[::1]:${server.port}`;
    using client = await RawClient.connect(server.port, "::1");
    client.write(handshake("/ws", { Host: host, Origin: `http://${host}` }));
    assertEquals((await client.head()).status, 101);
    client.send(OPCODE.text, "!request");
    assertEquals(JSON.parse((await client.text())!), {
      url: `http://${host}/ws`,
      remoteAddress: "::1",
      path: "/ws",
      binaryType: "arraybuffer",
    });
    using stranger = await RawClient.connect(server.port, "::1");
    stranger.write(handshake("/ws", { Host: host, Origin: `http://[::2]:${server.port}` }));
    assertEquals((await stranger.head()).status, 403);
    client.reset();
  }, "IPv6");

  addCase(runtime, "a server on an address of IPv4 says so", async () => {
    await using server = await runtime.start();
    const { url, hostname } = await server.until({ on: "onListen" });
    assertEquals([url, hostname], [`http://127.0.0.1:${server.port}/`, "127.0.0.1"]);
  });
}

for (const runtime of wireRuntimes) addressSuite(runtime);
