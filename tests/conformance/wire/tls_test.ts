/** wss. */
import { assertEquals } from "@std/assert";
import { selfSigned } from "../../support/certificate.ts";
import { handshake, OPCODE, RawClient } from "../../support/raw_client.ts";
import { type WireRuntime, wireRuntimes } from "../../support/runtimes.ts";
import { addCase } from "../../support/suite.ts";

function tlsSuite(runtime: WireRuntime): void {
  const start = () => {
    const { cert, key } = selfSigned()!;
    return runtime.start({ CERT: cert, KEY: key });
  };

  addCase(runtime, "serves wss with cert and key", async () => {
    await using server = await start();
    const { url } = await server.until({ on: "onListen" });
    assertEquals(url, `https://127.0.0.1:${server.port}/`);
    using client = await RawClient.secure(server.port);
    client.write(handshake("/echo", { Origin: "https://127.0.0.1" }));
    assertEquals((await client.head()).status, 101);
    client.send(OPCODE.text, "x");
    assertEquals(await client.text(), "x");
  }, "openssl");

  const believed = runtime.gap("an absolute `http://` target over TLS");
  const title = believed ? "is believed" : "changes nothing";
  addCase(runtime, `gap: an http target over TLS ${title}`, async () => {
    await using server = await start();
    const status = async (target: string, origin: string) => {
      using client = await RawClient.secure(server.port);
      const line = `GET ${target} HTTP`;
      client.write(handshake("/echo", { Origin: origin }).replace("GET /echo HTTP", line));
      return (await client.head()).status;
    };
    assertEquals(await status("/echo", "https://127.0.0.1"), 101);
    assertEquals(await status("/echo", "http://127.0.0.1"), 403);
    assertEquals(await status("https://127.0.0.1/echo", "http://127.0.0.1"), 403);
    assertEquals(await status("http://127.0.0.1/echo", "http://127.0.0.1"), believed ?? 403);
    // Whatever the target says, the page's host has to be the one in Host.
    assertEquals(await status("http://evil.example/echo", "http://evil.example"), 403);
  }, "openssl");
}

for (const runtime of wireRuntimes) tlsSuite(runtime);
