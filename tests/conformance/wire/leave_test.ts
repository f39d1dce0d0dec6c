/** Clients that leave in the middle of their handshake: descriptors and places come back. */
import { assert, assertEquals, assertLess } from "@std/assert";
import type { ProcessServer } from "../../support/process_server.ts";
import { handshake, OPCODE, RawClient } from "../../support/raw_client.ts";
import { type WireRuntime, wireRuntimes } from "../../support/runtimes.ts";
import { suite } from "../../support/suite.ts";

/** Descriptors more than before that are none of the clients': files, pipes, timers. */
const HANDFUL = 10;

/** Milliseconds after which the server gives up a socket that never opened, and some more. */
const GIVEN_UP = 3_500;

const LEFT = "expected a client that waits for the 101, got one that did not";

/** Files that the server's process has open. */
function descriptors({ pid }: ProcessServer): number {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
}

/** Shakes hands again and again, and leaves each time before there is an answer. */
async function wave(
  { port }: ProcessServer,
  count: number,
  path: string,
  how: "fin" | "reset",
): Promise<void> {
  for (let left = count; left > 0; left -= 50) {
    await Promise.all(
      Array.from({ length: Math.min(50, left) }, async () => {
        using client = await RawClient.connect(port);
        const { socket } = client;
        const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
        socket.write(handshake(path), () => how === "fin" ? socket.destroy() : client.reset());
        await closed;
      }),
    );
  }
}

/** Waits until there are as many descriptors as before, but no longer: nobody says so. */
async function settled(server: ProcessServer, before: number, ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (descriptors(server) - before >= HANDFUL && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The server is there, and has room. */
async function echoes({ port }: ProcessServer): Promise<void> {
  using client = await RawClient.open(port, "/assign?id=echo");
  client.send(OPCODE.text, "x");
  assertEquals(await client.text(), "x");
  client.close(1000);
  await client.closeFrame();
}

function leaveSuite(runtime: WireRuntime): void {
  const late = runtime.gap("a client that leaves while its route waits") !== undefined;
  for (const mode of ["serve", "handler"] as const) {
    const test = suite(runtime, { APP: "lifecycle", MODE: mode });

    test(
      `${mode}: 500 clients that leave while the route waits cost no descriptor`,
      async (server) => {
        await echoes(server);
        const before = descriptors(server);
        // Long enough for Deno to hear of it, also on a machine that is busy.
        await wave(server, 500, "/wait?ms=400&id=left", "fin");
        await server.until({ on: "asked" }, 500);
        await settled(server, before, 2_000);
        assertLess(descriptors(server) - before, HANDFUL);
        // Where this process was slow to leave, the connection opened, and its end was seen.
        await server.settled();
        const opened = server.all({ on: "open", id: "left" }).length;
        if (!late) assertLess(opened, 100);
        await server.until({ on: "refused", status: 400, message: LEFT }, 500 - opened);
        await echoes(server);
      },
      { env: { MAX_CONNECTIONS: "600" }, needs: "/proc" },
    );
  }

  const leaks = runtime.gap("a client that leaves in the middle of its handshake") !== undefined;
  const first = leaks ? "may cost descriptors, the next ones next to none" : "cost no descriptor";

  for (const mode of ["serve", "handler"] as const) {
    const test = suite(runtime, { APP: "lifecycle", MODE: mode });

    test(`gap: ${mode}: clients that reset during their handshake ${first}`, async (server) => {
      await echoes(server);
      const before = descriptors(server);
      // Where it costs nothing, once is enough to see it.
      for (let waves = 0; waves < 3 && descriptors(server) - before < HANDFUL; waves++) {
        await wave(server, 500, "/assign?id=left", "reset");
        await settled(server, before, leaks ? GIVEN_UP : 2_000);
        if (!leaks) break;
      }
      const between = descriptors(server);
      if (!leaks) assertLess(between - before, HANDFUL);
      // What cannot be cured is counted.
      if (between - before >= HANDFUL) await server.until({ on: "report", kind: "lost" });
      await wave(server, 300, "/assign?id=left", "reset");
      await settled(server, between, 2_000);
      assertLess(descriptors(server) - between, 30);
      await echoes(server);
    }, { env: { MAX_CONNECTIONS: "2000" }, needs: "/proc" });
  }

  const full = suite(runtime, { APP: "lifecycle", MAX_CONNECTIONS: "20" });

  full("no place stays taken by clients that reset during their handshake", async (server) => {
    await wave(server, 500, "/assign?id=left", "reset");
    await server.settled();
    // All of them are there again: as many connections as there is room for.
    const clients = await Promise.all(
      Array.from({ length: 20 }, () => RawClient.open(server.port, "/assign?id=kept")),
    );
    for (const client of clients) {
      client.send(OPCODE.text, "x");
      assertEquals(await client.text(), "x");
      client.close(1000);
      await client.closeFrame();
    }
    assert(server.all({ on: "refused", status: 503 }).length < 500);
  });
}

for (const runtime of wireRuntimes) leaveSuite(runtime);
