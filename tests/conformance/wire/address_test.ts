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

  addCase(
    runtime,
    "of all that was forwarded, the last element of the last line counts",
    async () => {
      const limits = { connections: 1, trustProxy: true };
      await using server = await runtime.start({
        APP: "limits",
        PER_ADDRESS: JSON.stringify(limits),
      });
      const from = async (...lines: readonly string[]) => {
        const client = await RawClient.connect(server.port);
        const fields = lines.map((line) => `X-Forwarded-For: ${line}\r\n`).join("");
        client.write(handshake("/ws", { "X-Mark": "1" }).replace("X-Mark: 1\r\n", fields));
        return client;
      };
      const status = async (...lines: readonly string[]) => {
        using client = await from(...lines);
        return (await client.head()).status;
      };
      using first = await from("203.0.113.1", "192.0.2.1");
      assertEquals((await first.head()).status, 101);
      for (
        const lines of [
          ["192.0.2.1"],
          ["203.0.113.2", "192.0.2.1"],
          ["203.0.113.2, 203.0.113.3", "203.0.113.4", "203.0.113.5,192.0.2.1"],
          ["x".repeat(4_000), "::ffff:192.0.2.1"],
          ["unknown", "[::ffff:192.0.2.1]:50123"],
          ['for="[2001:db8::1]"', "192.0.2.1:50123"],
          [",,,", "192.0.2.1 "],
        ]
      ) assertEquals(await status(...lines), 429, `${lines}`);
      assertEquals(await status("192.0.2.1", "203.0.113.9"), 101);
    },
  );
}

for (const runtime of wireRuntimes) addressSuite(runtime);
