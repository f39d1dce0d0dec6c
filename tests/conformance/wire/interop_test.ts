/** Connections in other clothes leave nothing behind, however they end. */
import { assertLess } from "@std/assert";
import type { ProcessServer } from "../../support/process_server.ts";
import { type WireRuntime, wireRuntimes } from "../../support/runtimes.ts";
import { suite } from "../../support/suite.ts";

/** Ways to end a connection: words to say, or none for a client that is gone. */
const ENDS = ["!throw", "!reject", "!close", "!destroy", "!pause", "", "leaves"];

/** Connections of each kind and each end. */
const EACH = 20;

/** Bytes for each of them that a heap may have grown: one that is kept takes several times that. */
const ALLOWED = 400;

/** Milliseconds until what is kept for a moment is gone. */
const SOON = 10_000;

async function visit(server: ProcessServer, kinds: readonly string[]): Promise<number> {
  let count = 0;
  for (const kind of kinds) {
    for (const end of ENDS) {
      // Streams of the web have no listeners that could fail, and only ws can pause.
      if (/throw|reject/.test(end) && kind === "streams") continue;
      if (end === "!pause" && kind !== "ws") continue;
      await Promise.all(Array.from({ length: EACH }, async () => {
        count++;
        const options = encodeURIComponent(JSON.stringify({ idleTimeout: 0 }));
        using client = await server.open(`/${kind}?options=${options}`);
        client.send("hi");
        await client.message();
        if (end === "") return client.vanish();
        if (end.startsWith("!")) client.send(end);
        if (end === "leaves" || end === "!pause") client.close(4000);
        await client.closed;
      }));
    }
  }
  await server.settled();
  return count;
}

function leftovers(runtime: WireRuntime): void {
  const test = suite(runtime, { APP: "interop", QUIET: "1" });
  test("connections in other clothes leave nothing behind", async (server) => {
    const kinds = ["web-socket", "ws", "duplex", "streams"];
    for (let i = 0; i < 2; i++) await visit(server, kinds);
    const before = await server.heap();
    const count = await visit(server, kinds);
    const end = performance.now() + SOON;
    for (;;) {
      const grown = (await server.heap() - before) / count;
      if (grown < ALLOWED) return;
      assertLess(performance.now(), end, `${grown} bytes more for each of ${count} connections`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  });
}

for (const runtime of wireRuntimes) leftovers(runtime);
