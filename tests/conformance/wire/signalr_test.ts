/** Microsoft's own client, on every runtime that has it, with a hub on every runtime. */
import { assertEquals } from "@std/assert";
// Whoever runs the scenario finds them in node_modules.
import "npm:@microsoft/signalr@10.0.11";
import "npm:@microsoft/signalr-protocol-msgpack@10.0.11";
import { bun, deno, node, type WireRuntime, wireRuntimes } from "../../support/runtimes.ts";
import { SCENARIO, scenarioResults } from "../../support/signalr.ts";
import { suite } from "../../support/suite.ts";

/** Milliseconds for all that a client does. */
const PATIENCE = 60_000;

/** What a client saw of the hub. */
async function seenBy(client: WireRuntime, url: string, ...how: string[]): Promise<unknown> {
  const [program, ...args] = [...client.command, SCENARIO.pathname, url, ...how];
  const process = new Deno.Command(program!, {
    args,
    stdin: "null",
    signal: AbortSignal.timeout(PATIENCE),
  });
  const { stdout, stderr } = await process.output();
  const decoder = new TextDecoder();
  const said = decoder.decode(stdout);
  if (!said.startsWith("{")) throw new Error(`${said}\n${decoder.decode(stderr)}`);
  return JSON.parse(said);
}

/** Where WebSockets do not pass. Deno has no `EventSource`. */
const BY_REQUESTS = [
  ["ServerSentEvents", "json", node],
  ["ServerSentEvents", "json", bun],
  ["LongPolling", "json", node],
  ["LongPolling", "messagepack", deno],
  ["LongPolling", "messagepack", bun],
] as const;

for (const runtime of wireRuntimes) {
  const test = suite(runtime, { APP: "signalr" });
  for (const client of [node, deno, bun]) {
    for (const encoding of ["json", "messagepack"]) {
      test(`Microsoft's client on ${client.name}, ${encoding}`, async (server) => {
        const seen = await seenBy(client, server.url("/hub", "http"), encoding);
        assertEquals(seen, scenarioResults);
        await server.until({ on: "disconnected" }, 3);
      });
    }
  }
  for (const [way, encoding, client] of BY_REQUESTS) {
    test(`Microsoft's client on ${client.name}, ${encoding}, ${way}`, async (server) => {
      const seen = await seenBy(client, server.url("/hub", "http"), encoding, way);
      assertEquals(seen, scenarioResults);
      await server.until({ on: "disconnected" }, 3);
    });
  }
}
