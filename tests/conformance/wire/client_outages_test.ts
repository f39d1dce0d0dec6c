/** Our client goes through two outages of two seconds: each call runs once, each event comes once. */
import { ProcessAgent } from "../../support/agent.ts";
import { losesNothing } from "../../support/outages.ts";
import { bun, deno, node } from "../../support/runtimes.ts";
import { suite } from "../../support/suite.ts";

const CLIENTS = [deno, bun, node];

for (const runtime of [deno, bun, node]) {
  const test = suite(runtime, { APP: "client" });
  test("two outages of two seconds, clients on Deno, Bun and Node", async (server) => {
    // All at once: most of it is waiting.
    await Promise.all(
      CLIENTS.map((client) =>
        losesNothing(server, client.name, (url) => ProcessAgent.start(client, url))
      ),
    );
  });
}
