/** Closing behind what waits for a client that reads slowly. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { OPCODE, RawClient } from "../../support/raw_client.ts";
import { type WireRuntime, wireRuntimes } from "../../support/runtimes.ts";
import { addCase, route, suite } from "../../support/suite.ts";

const SIZE = 65_536;
const MIB = 1_048_576;

/** Reads no faster than this. */
function readSlowly({ socket }: RawClient, bytesPerSecond: number): void {
  socket.on("data", ({ length }: { length: number }) => {
    socket.pause();
    setTimeout(() => socket.resume(), 1_000 * length / bytesPerSecond);
  });
}

/** Bytes of binary messages until the close frame, and what that says. */
async function readAll(client: RawClient): Promise<{ bytes: number; code: number | undefined }> {
  let bytes = 0;
  for (;;) {
    const next = await client.frame();
    if (next === undefined) return { bytes, code: undefined };
    if (next.opcode === OPCODE.binary) bytes += next.payload.length;
    if (next.opcode === OPCODE.ping) client.send(OPCODE.pong, next.payload);
    if (next.opcode !== OPCODE.close) continue;
    const code = next.payload.readUInt16BE();
    client.close(code);
    return { bytes, code };
  }
}

function backlogSuite(runtime: WireRuntime): void {
  const test = suite(runtime, { APP: "lifecycle" });

  const uncounted = runtime.gap("empty messages to a client that does not read");
  const counted = uncounted === undefined ? "are counted" : "are not counted";
  addCase(runtime, `gap: empty messages behind what waits ${counted}`, async () => {
    await using server = await runtime.start();
    using client = await RawClient.open(server.port, route());
    client.socket.pause();
    client.send(OPCODE.text, "!empties");
    const { waiting, more } = await server.until({ on: "empties" });
    assertEquals(waiting, true);
    if (uncounted === undefined) assertGreater(more as number, 0);
    else assertEquals(more, uncounted);
    client.reset();
  });

  test("closeTimeout counts from the last progress of a client that reads slowly", async (server) => {
    const path = route({ closeTimeout: 1 }).replace("/ws", "/backlog");
    using client = await RawClient.open(server.port, path);
    readSlowly(client, 3 * MIB);
    const started = performance.now();
    client.send(OPCODE.text, `${12 * MIB / SIZE} ${SIZE} close 4000 bye`);
    assertEquals(await readAll(client), { bytes: 12 * MIB, code: 4000 });
    const took = performance.now() - started;
    // Part of that is the system's own buffers, from which the server sees no progress.
    assertGreater(took, 3_000);
    const { code, cause } = await server.until({ on: "close" });
    assertEquals([code, cause], [4000, "local"]);
  });

  const cuts = runtime.abilities.terminate === "cut";
  const end = cuts ? "is cut off" : "is told 1013 when it reads on";
  addCase(runtime, `a client that does not read ${end}`, async () => {
    await using server = await runtime.start();
    const path = route({ maxBackpressure: MIB });
    using client = await RawClient.open(server.port, path);
    client.socket.pause();
    client.send(OPCODE.text, "!flood 1000 65536");
    assertEquals((await server.until({ on: "close" })).code, 1013);
    client.socket.resume();
    const told = cuts ? undefined : { code: 1013, reason: "Messages are not read" };
    assertEquals(await client.closeFrame(), told);
  });

  // Not by `suite`: the server has ended, so that it cannot be asked for its connections.
  addCase(runtime, "shutdown() lets a client that reads slowly have what waits", async () => {
    await using server = await runtime.start({ APP: "lifecycle" });
    const path = route({ closeTimeout: 0.5 }).replace("/ws", "/backlog");
    using client = await RawClient.open(server.port, path);
    readSlowly(client, 8 * MIB);
    client.send(OPCODE.text, `${10 * MIB / SIZE} ${SIZE}`);
    await server.until({ on: "backlog", sent: 10 * MIB / SIZE });
    const started = performance.now();
    server.shutDown("signal");
    assertEquals(await readAll(client), { bytes: 10 * MIB, code: 1001 });
    await server.until({ on: "finished" });
    const took = performance.now() - started;
    assert(took > 500 && took < 2_500, `shut down after ${took} ms`);
  });
}

for (const runtime of wireRuntimes) backlogSuite(runtime);
