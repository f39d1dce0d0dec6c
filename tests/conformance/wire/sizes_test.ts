/** Messages in fragments, and frames above all limits. */
import { assertEquals } from "@std/assert";
import { frame, OPCODE, RawClient } from "../../support/raw_client.ts";
import { type WireRuntime, wireRuntimes } from "../../support/runtimes.ts";
import { addCase, ends, route, suite, TOO_LARGE } from "../../support/suite.ts";

function sizesSuite(runtime: WireRuntime): void {
  const test = suite(runtime);

  test("closes with 1009 on a fragmented message above maxPayloadLength", async (server) => {
    using client = await RawClient.open(server.port, route({ maxPayloadLength: 1000 }));
    client.send(OPCODE.binary, new Uint8Array(600), { fin: false });
    client.send(OPCODE.continuation, new Uint8Array(600));
    assertEquals((await client.closeFrame())?.code, 1009);
    client.close(1009);
    await ends(server, TOO_LARGE);
    assertEquals(server.all({ on: "message" }), []);
  });

  test("closes with 1009 on one frame above the server's own limit", async (server) => {
    using client = await RawClient.open(server.port, route());
    client.write(frame(OPCODE.binary, new Uint8Array(17 * 1024 * 1024)));
    const close = await client.closeFrame();
    client.close(1009);
    await ends(server, TOO_LARGE);
    assertEquals(close?.code, 1009);
  });

  const taken = runtime.gap("a message in 300,000 fragments") !== undefined;
  addCase(runtime, `gap: 300,000 fragments are ${taken ? "taken" : "refused"}`, async () => {
    await using server = await runtime.start();
    using client = await RawClient.open(server.port, "/echo");
    client.send(OPCODE.text, "x", { fin: false });
    const one = frame(OPCODE.continuation, "x", { fin: false });
    const many = new Uint8Array(one.length * 299_998);
    for (let at = 0; at < many.length; at += one.length) many.set(one, at);
    client.write(many);
    client.send(OPCODE.continuation, "x");
    if (taken) assertEquals((await client.text())?.length, 300_000);
    else assertEquals((await client.closeFrame())?.code, 1008);
    using other = await RawClient.open(server.port, "/echo");
    other.send(OPCODE.text, "still serves");
    assertEquals(await other.text(), "still serves");
  });

  const whole = runtime.gap("messages above `maxPayloadLength`") === "refused when whole";
  const when = whole ? "after" : "before";
  addCase(
    runtime,
    `gap: fragments above maxPayloadLength are refused ${when} the last one`,
    async () => {
      await using server = await runtime.start({ MAX_PAYLOAD: "1000" });
      using client = await RawClient.open(server.port, route({ maxPayloadLength: 1000 }));
      client.send(OPCODE.binary, new Uint8Array(600), { fin: false });
      for (let i = 0; i < 100; i++) {
        client.send(OPCODE.continuation, new Uint8Array(600), { fin: false });
      }
      if (whole) {
        client.send(OPCODE.ping, "still reading?");
        assertEquals((await client.frame())?.opcode, OPCODE.pong);
        client.send(OPCODE.continuation);
      }
      assertEquals((await client.closeFrame())?.code, 1009);
      client.close(1009);
      assertEquals((await server.until({ on: "close" })).cause, "payload-too-large");
    },
  );
}

for (const runtime of wireRuntimes) sizesSuite(runtime);
