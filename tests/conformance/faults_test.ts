/** Many clients that end in whatever way. What happens to processes: wire/faults_test.ts. */
import { assertEquals } from "@std/assert";
import type { Client } from "../support/client.ts";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import { BROKEN, closedByClient, ends, route, suite } from "../support/suite.ts";

/** Ways to end a connection. */
const ENDS: readonly ((client: Client) => void)[] = [
  (client) => client.close(1000),
  (client) => client.close(4321, "bye"),
  (client) => client.close(),
  (client) => client.vanish(),
  (client) => client.breakRules(),
  (client) => client.send("!close 4000 bye"),
  (client) => client.send("!terminate"),
  (client) => client.send("!throw"),
  (client) => client.send("!reject"),
  (client) => client.send(new Uint8Array(2_000)),
  (client) => {
    client.mute();
    client.send("!close 4000 bye");
  },
];

function faultsSuite(runtime: Runtime): void {
  const test = suite(runtime);

  test("counts each of many connections once, in whatever way they end", async (server) => {
    const options = { maxPayloadLength: 1_000, closeTimeout: 0.5 };
    const clients = await Promise.all(
      Array.from({ length: 50 }, (_, i) => server.open(route(options, `${i}`))),
    );
    await server.settled(50);
    for (const [i, client] of clients.entries()) ENDS[i % ENDS.length]!(client);
    await server.settled();
    await server.until({ on: "closed" }, 50);
    for (const id of clients.keys()) {
      assertEquals(server.all({ on: "closed", id: `${id}` }).length, 1);
    }
    for (const client of clients) client[Symbol.dispose]();
  });

  test("ends the connection of a client that breaks the rules, and no other", async (server) => {
    using client = await server.open(route({}, "a"));
    using other = await server.open(route({}, "b"));
    client.breakRules();
    await ends(server, BROKEN);
    other.send("still here");
    assertEquals(await other.message(), "still here");
    other.close(1000);
    await ends(server, closedByClient(1000), "b");
  });
}

for (const runtime of runtimes) faultsSuite(runtime);
