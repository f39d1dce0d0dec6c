/** Microsoft's own client, whose connection is reset again and again, and which loses nothing. */
import { assertEquals } from "@std/assert";
import "npm:@microsoft/signalr@10.0.11";
import "npm:@microsoft/signalr-protocol-msgpack@10.0.11";
import { node, wireRuntimes } from "../../support/runtimes.ts";
import { suite } from "../../support/suite.ts";
import { TcpProxy } from "../../support/tcp_proxy.ts";

const CLIENT = new URL("../../fixtures/signalr_resume.mjs", import.meta.url).pathname;

/** Milliseconds for all that the client does. */
const PATIENCE = 60_000;

for (const runtime of wireRuntimes) {
  const test = suite(runtime, { APP: "signalr" });
  for (const encoding of ["json", "messagepack"]) {
    test(`Microsoft's client comes back after each cut, ${encoding}`, async (server) => {
      const { port } = new URL(server.url("/", "http"));
      await using proxy = new TcpProxy(Number(port));
      const [program, ...args] = node.command;
      const client = new Deno.Command(program!, {
        args: [...args, CLIENT, `http://127.0.0.1:${proxy.port}/hub`, encoding],
        stdin: "null",
        stdout: "piped",
        signal: AbortSignal.timeout(PATIENCE),
      }).spawn();
      const lines: string[] = [];
      let rest = "";
      for await (const text of client.stdout.pipeThrough(new TextDecoderStream())) {
        const parts = (rest + text).split("\n");
        rest = parts.pop()!;
        for (const line of parts) {
          if (line === "cut") proxy.cut();
          lines.push(line);
        }
      }
      await client.status;
      assertEquals(JSON.parse(lines.at(-1) ?? "null"), {
        reconnected: 0,
        closed: 1,
        answers: true,
        told: true,
        same: true,
      });
      assertEquals(lines.filter((line) => line === "cut").length, 4);
      await server.until({ on: "disconnected" });
      assertEquals(server.all({ on: "disconnected" }).length, 1);
    });
  }
}
