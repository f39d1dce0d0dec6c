/** What Bun's sockets need beside those of `ws`, over those of `ws`: bun-node runs it on Bun. */
import { assert, assertEquals } from "@std/assert";
import { NodeBunSocket, tellingClass } from "../../src/adapters/node_bun_socket.ts";
import { openedSocket } from "../support/opened_socket.ts";
import { OPCODE } from "../support/raw_client.ts";
import { within } from "../support/within.ts";

/** What `ws` notes of a close frame. */
interface Noted {
  readonly _closeFrameReceived: boolean;
}

const opened = () => openedSocket(NodeBunSocket, tellingClass);

Deno.test("what is sent is sent at once, counted by the socket itself", async () => {
  await using server = await opened();
  using client = server.client;
  assertEquals([server.socket.send("x"), await client.text()], ["sent", "x"]);
  client.socket.pause();
  const large = new Uint8Array(10_000_000);
  assertEquals(server.socket.send(large), "queued");
  assertEquals(server.socket.bufferedAmount, server.raw.bufferedAmount);
  assert(server.socket.bufferedAmount > 0);
  client.socket.resume();
  assertEquals((await client.frame())?.payload.length, large.length);
});

Deno.test("a client that never ends its half of the connection does not keep it", async () => {
  for (const by of ["client", "server"]) {
    await using server = await opened();
    using client = server.client;
    if (by === "server") server.socket.close(4000, "bye");
    else client.close(4000, "bye");
    assertEquals(await client.closeFrame(), { code: 4000, reason: "bye" });
    if (by === "server") client.close(4000, "bye");
    await within(server.ended, "the end");
    // It is ws that closes behind both frames, and has to know of them.
    assertEquals((server.raw as unknown as Noted)._closeFrameReceived, true);
    assertEquals(server.told, ["ended 4000"]);
    assertEquals(server.socket.send("late"), "gone");
    // The client has not ended its half by itself.
    assertEquals(client.socket.writableEnded, false);
  }
});

Deno.test("a socket tells of no close frame before there is one", async () => {
  await using server = await opened();
  using client = server.client;
  client.send(OPCODE.text, "x");
  await within(
    new Promise<void>((resolve) => server.raw.on("message", () => resolve())),
    "a message",
  );
  assertEquals(
    (server.raw as unknown as Noted)._closeFrameReceived,
    false,
  );
  assertEquals(server.stream.destroyed, false);
});
