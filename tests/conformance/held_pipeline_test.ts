/** `holdPipeline`: what a middleware owns lives as long as the connection. */
import { assert, assertEquals } from "@std/assert";
import type { Client } from "../support/client.ts";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import type { TestServer } from "../support/server.ts";
import { addCase, suite } from "../support/suite.ts";

/** How many connections are cut. */
const CONNECTIONS = 1_000;
const AT_ONCE = 50;

/** Each way in which a connection can end. */
const ENDS: readonly ((client: Client) => void)[] = [
  (client) => client.close(1000, "done"),
  (client) => client.close(),
  (client) => client.vanish(),
  (client) => client.send("!close 4000 bye"),
  (client) => client.send("!terminate"),
  (client) => client.send("!throw"),
  (client) => client.send("!reject"),
  (client) => client.send("x".repeat(1_001)),
  (client) => {
    client.mute();
    client.send("!close 4001 unanswered");
  },
  (client) => {
    client.send("a last word");
    client.vanish();
  },
];

/** The places of what was reported of one connection. */
function order(server: TestServer, id: string): string[] {
  return server.all({ id }).map(({ on }) => `${on}`)
    .filter((on) => ["open", "close", "released"].includes(on));
}

function heldSuite(runtime: Runtime): void {
  const held = suite(runtime, { APP: "held", HOLD: "1" });
  const free = suite(runtime, { APP: "held" });

  for (const path of ["/hono", "/plain"]) {
    held(`${path}: what a middleware owns is released after onClose`, async (server) => {
      using first = await server.open(`${path}?id=first`);
      using second = await server.open(`${path}?id=second`);
      first.send("hi");
      assertEquals(await first.message(), "hi");
      first.close(1000);
      assertEquals((await server.until({ on: "released", id: "first" })).owned, 1);
      assertEquals(order(server, "first"), ["open", "close", "released"]);
      second.send("still here");
      assertEquals(await second.message(), "still here");
      assertEquals(order(server, "second"), ["open"]);
      second.close(1000);
      await server.until({ on: "released", id: "second" });
    });

    held(
      `${path}: ${CONNECTIONS} connections, each cut in another way, leave nothing open`,
      async (server) => {
        for (let from = 0; from < CONNECTIONS; from += AT_ONCE) {
          const ids = Array.from({ length: AT_ONCE }, (_, i) => from + i);
          await Promise.all(ids.map(async (id) => {
            const client = await server.open(`${path}?id=${id}`);
            ENDS[id % ENDS.length]!(client);
            await client.closed;
            client[Symbol.dispose]();
          }));
        }
        const last = await server.until({ on: "released" }, CONNECTIONS);
        assertEquals(last.owned, 0);
        for (const id of [0, 5, CONNECTIONS - 1]) {
          assertEquals(order(server, `${id}`), ["open", "close", "released"]);
        }
      },
    );

    held(`${path}: a refused handshake releases at once`, async (server) => {
      using client = await server.connect(`${path}?id=a`, { Origin: "https://evil.example" });
      assertEquals(client.status, 403);
      assertEquals((await server.until({ on: "released", id: "a" })).owned, 0);
    });

    held(`${path}: a request that is no upgrade is answered as ever`, async (server) => {
      const response = await server.request(`${path}?id=a`);
      await response.body?.cancel();
      assertEquals(response.status, 426);
      await server.until({ on: "released", id: "a" });
    });

    addCase(runtime, `${path}: shutdown() ends the connection, then the pipeline`, async () => {
      await using server = await runtime.start({ APP: "held", HOLD: "1" });
      using client = await server.open(`${path}?id=a&slow=200`);
      server.shutDown("shutdown");
      assertEquals((await client.closed).code, 1001);
      await server.until({ on: "shutdown" });
      // What releases takes its time, and shutdown() waits for it.
      assertEquals(server.all({ on: "released", id: "a" }).map(({ owned }) => owned), [0]);
    });

    free(`${path}: without the option, the pipeline ends at the upgrade`, async (server) => {
      using client = await server.open(`${path}?id=a`);
      await server.until({ on: "released", id: "a" });
      client.send("hi");
      assertEquals(await client.message(), "hi");
      assertEquals(order(server, "a").filter((on) => on === "close"), []);
      client.close(1000);
    });
  }

  held("headers that were set before are on the 101, later ones are told of", async (server) => {
    using client = await server.open("/hono?id=a&late=1");
    assertEquals([client.all("x-before"), client.all("x-late")], [["1"], []]);
    assertEquals(server.all({ on: "report" }), []);
    client.close(1000);
    const { message } = await server.until({ on: "report", cause: "holdPipeline" });
    assert(String(message).endsWith("header x-late"), String(message));
    // Once, however many connections: middleware sets the same header each time.
    using next = await server.open("/hono?id=b&late=1");
    next.close(1000);
    await server.until({ on: "released", id: "b" });
    assertEquals(server.all({ on: "report" }).length, 1);
  });

  held("cookies that were set before are no late headers", async (server) => {
    using client = await server.open("/hono?id=a&cookies=1");
    assertEquals(client.all("set-cookie"), ["a=1", "b=2"]);
    client.close(1000);
    await server.until({ on: "released", id: "a" });
    assertEquals(server.all({ on: "report" }), []);
  });

  held("an error that plain fetch throws after the connection goes to onError", async (server) => {
    using client = await server.open("/plain?id=a&throw=1");
    client.close(1000);
    await server.until({ on: "reported", message: "thrown after the connection" });
  });

  held("an error that comes after the connection is told of", async (server) => {
    using client = await server.open("/hono?id=a&throw=1");
    client.close(1000);
    const { message } = await server.until({ on: "report", cause: "holdPipeline" });
    assert(String(message).endsWith("status 500"), String(message));
  }, { complains: true });
}

for (const runtime of runtimes) heldSuite(runtime);
