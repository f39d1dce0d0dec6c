/** Clients that break the rules of RFC 6455 §5. */
import { assertEquals } from "@std/assert";
import { frame, OPCODE, RawClient } from "../../support/raw_client.ts";
import { type WireRuntime, wireRuntimes } from "../../support/runtimes.ts";
import { addCase, BROKEN, ends, route, suite } from "../../support/suite.ts";

function framesSuite(runtime: WireRuntime): void {
  const test = suite(runtime);

  for (
    const [fault, bytes] of [
      ["a reserved bit", frame(OPCODE.text, "x", { rsv: 4 })],
      ["an unknown opcode", frame(3, "x")],
      ["text that is not UTF-8", frame(OPCODE.text, new Uint8Array([0xc3, 0x28]))],
      ["a fragmented ping", frame(OPCODE.ping, "x", { fin: false })],
      ["a ping of 126 bytes", frame(OPCODE.ping, "x".repeat(126))],
      ["a continuation of nothing", frame(OPCODE.continuation, "x")],
    ] as const
  ) {
    test(`ends the connection on ${fault}`, async (server) => {
      using client = await RawClient.open(server.port, route());
      client.write(bytes);
      await ends(server, BROKEN);
      await client.end();
    });
  }

  const accepted = runtime.gap("unmasked frames") === "accepted";
  addCase(runtime, `gap: unmasked frames are ${accepted ? "accepted" : "refused"}`, async () => {
    await using server = await runtime.start();
    using client = await RawClient.open(server.port, "/echo");
    client.send(OPCODE.text, "x", { mask: false });
    if (accepted) assertEquals(await client.text(), "x");
    else assertEquals((await client.closeFrame())?.code, 1002);
  });

  const none = runtime.gap("close frames for protocol violations") === "none";
  const title = none ? "no close frame" : "1002 or 1007";
  addCase(runtime, `gap: protocol violations get ${title}`, async () => {
    await using server = await runtime.start();
    for (
      const [code, bytes] of [
        [1002, frame(OPCODE.text, "x", { rsv: 4 })],
        [1002, frame(3, "x")],
        [1007, frame(OPCODE.text, new Uint8Array([0xc3, 0x28]))],
      ] as const
    ) {
      using client = await RawClient.open(server.port, "/echo");
      client.write(bytes);
      assertEquals((await client.closeFrame())?.code, none ? undefined : code);
    }
    using client = await RawClient.open(server.port, "/echo");
    client.close(999);
    assertEquals((await client.closeFrame())?.code, 1002);
  });
}

for (const runtime of wireRuntimes) framesSuite(runtime);
