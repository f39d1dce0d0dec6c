/** Calls of hubs are a part of the traces of their clients. */
import { assertEquals, assertMatch } from "@std/assert";
// Whoever runs the server finds them in node_modules.
import "npm:@opentelemetry/context-async-hooks@2.12.0";
import "npm:@opentelemetry/core@2.12.0";
import "npm:@opentelemetry/sdk-trace-base@2.12.0";
import { root } from "../../support/command.ts";
import { HubClient } from "../../support/hub_client.ts";
import { wireRuntimes } from "../../support/runtimes.ts";
import { addCase } from "../../support/suite.ts";

const SCRIPT = new URL("tests/fixtures/traced_server.ts", root);

const traceOf = (client: number) => `${client}`.repeat(32);
const parentOf = (client: number) => `${client}`.repeat(16);

for (const runtime of wireRuntimes) {
  addCase(runtime, "handlers run in the trace of their client, whatever else runs", async () => {
    await using server = await runtime.start({}, SCRIPT);
    using client = await HubClient.open(server);
    const call = (type: 1 | 4, target: string, from?: number) =>
      client.send({
        type,
        invocationId: target,
        target,
        arguments: [],
        ...from === undefined
          ? undefined
          : { headers: { traceparent: `00-${traceOf(from)}-${parentOf(from)}-01` } },
      });
    // In one line, so that one begins where the other has ended.
    call(1, "later", 1);
    call(1, "now", 2);
    call(1, "later", 3);
    call(1, "now");
    assertEquals((await client.next())?.result, traceOf(1));
    assertEquals((await client.next())?.result, traceOf(2));
    assertEquals((await client.next())?.result, traceOf(3));
    const own = `${(await client.next())?.result}`;
    assertMatch(own, /^[0-9a-f]{32}$/);
    call(4, "items", 4);
    assertEquals([(await client.next())?.item, (await client.next())?.item], [
      traceOf(4),
      traceOf(4),
    ]);
    assertEquals((await client.next())?.type, 3);
    const spans = await (await server.request("/spans")).json();
    assertEquals(spans, [
      { name: "later", trace: traceOf(1), parent: parentOf(1) },
      { name: "now", trace: traceOf(2), parent: parentOf(2) },
      { name: "later", trace: traceOf(3), parent: parentOf(3) },
      { name: "now", trace: own },
      { name: "items", trace: traceOf(4), parent: parentOf(4) },
    ]);
    assertEquals(server.errors, "");
  });
}
