/** Clients that leave in the middle of their handshake: descriptors and places come back. */
import { assert, assertEquals, assertLess } from "@std/assert";
import type { ProcessServer } from "../../support/process_server.ts";
import { handshake, OPCODE, RawClient } from "../../support/raw_client.ts";
import { type WireRuntime, wireRuntimes } from "../../support/runtimes.ts";
import { suite } from "../../support/suite.ts";

/** Descriptors more than before that are none of the clients': files, pipes, timers. */
const HANDFUL = 10;

/** Milliseconds after which a place is given back whose socket never opened, and some more. */
const GIVEN_BACK = 5_000;

const LEFT = "expected a client that waits for the 101, got one that did not";

/** Sockets that the server's process has open. */
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

/** Looks until it holds, for a while. */
async function eventually(holds: () => boolean, ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (!holds() && performance.now() < end) {
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
  for (const mode of ["serve", "handler"] as const) {
    const test = suite(runtime, { APP: "lifecycle", MODE: mode });

    test(
      `${mode}: 500 clients that leave while the route waits cost no descriptor`,
      async (server) => {
        await echoes(server);
        const before = descriptors(server);
        await wave(server, 500, "/wait?id=left", "fin");
        await server.until({ on: "refused", status: 400, message: LEFT }, 500);
        await eventually(() => descriptors(server) <= before + HANDFUL, 2_000);
        assertLess(descriptors(server) - before, HANDFUL);
        assertEquals(server.all({ id: "left" }), []);
        await server.settled();
        await echoes(server);
      },
      { env: { MAX_CONNECTIONS: "600" } },
    );
  }

  const leaks = runtime.gap("a client that leaves in the middle of its handshake") !== undefined;
  const first = leaks ? "may cost descriptors, the next ones next to none" : "cost no descriptor";

  for (const mode of ["serve", "handler"] as const) {
    const test = suite(runtime, { APP: "lifecycle", MODE: mode });

    test(`gap: ${mode}: clients that reset during their handshake ${first}`, async (server) => {
      await echoes(server);
      const before = descriptors(server);
      await wave(server, 500, "/assign?id=left", "reset");
      // What was taken for sockets that never opened comes back: places, not descriptors.
      await server.settled();
      await eventually(() => descriptors(server) <= before + HANDFUL, leaks ? 0 : GIVEN_BACK);
      const between = descriptors(server);
      if (!leaks) assertLess(between - before, HANDFUL);
      await wave(server, 300, "/assign?id=left", "reset");
      await server.settled();
      await eventually(() => descriptors(server) - between < 30, 2_000);
      assertLess(descriptors(server) - between, 30);
      await echoes(server);
    }, { env: { MAX_CONNECTIONS: "2000" } });
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
