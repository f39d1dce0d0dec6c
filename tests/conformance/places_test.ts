/** Places on the server: who takes one, and when it is given back. */
import { assert, assertEquals } from "@std/assert";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import type { TestServer } from "../support/server.ts";
import { addCase, route, suite } from "../support/suite.ts";
import { PATIENCE } from "../support/within.ts";

const APP = { APP: "lifecycle" };

/** The status of one handshake, whose client leaves again. */
async function asks(server: TestServer): Promise<number> {
  using client = await server.connect(route({}, "asks"));
  if (client.status === 101) {
    client.close(1000);
    await client.closed;
  }
  return client.status;
}

/** The place is given back: a runtime may need a moment for it. */
async function roomAgain(
  server: TestServer,
  visit: () => Promise<boolean> = async () => await asks(server) === 101,
): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (!await visit()) {
    assert(Date.now() < end, "no place was given back");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function placesSuite(runtime: Runtime): void {
  const cuts = runtime.abilities.terminate === "cut";
  const one = suite(runtime, { ...APP, MAX_CONNECTIONS: "1" });
  const options = { closeTimeout: 0.5, maxPayloadLength: 1_000 };

  for (
    const [end, message, code, cause] of [
      ["close()", "!close 4000 bye", 4000, "local"],
      ["a message that is too large", "x".repeat(1_001), 1009, "payload-too-large"],
      ["terminate()", "!terminate", 1006, "local"],
    ] as const
  ) {
    const when = cuts ? "at once" : "when it has left";
    one(`a mute client's place is given back after ${end} ${when}`, async (server) => {
      using client = await server.open(route(options));
      client.mute();
      client.send(message);
      const close = await server.until({ on: "close", id: "a" });
      assertEquals([close.code, close.cause], [code, cause]);
      assertEquals(await asks(server), cuts ? 101 : 503);
      client.vanish();
      await roomAgain(server);
    });
  }

  one("a client's place that answers is given back as soon as it is closed", async (server) => {
    for (const message of ["!close 4000 bye", "x".repeat(1_001)]) {
      // Whoever asked whether there is room may have left a moment ago.
      await roomAgain(server, async () => {
        using client = await server.connect(route(options));
        if (client.status !== 101) return false;
        client.send(message);
        await client.closed;
        return true;
      });
      await roomAgain(server);
    }
  });

  const uncounted = runtime.gap("`maxConnections` of `handler`") !== undefined;
  if (uncounted) {
    const handled = suite(runtime, { ...APP, MAX_CONNECTIONS: "2", MODE: "handler" });
    handled("gap: nobody counts the connections of different requests", async (server) => {
      for (let i = 0; i < 3; i++) {
        using client = await server.open(route({}, "many"));
        client.close(1000);
      }
    });
  }

  for (const mode of uncounted ? ["serve"] : ["serve", "handler"]) {
    const ten = suite(runtime, { ...APP, MAX_CONNECTIONS: "10", MODE: mode });

    ten(
      `${mode}: opens as many connections as there are places, while routes wait`,
      async (server) => {
        const path = route({}, "many").replace("/ws", "/wait");
        for (let round = 0; round < 2; round++) {
          const clients = await Promise.all(
            Array.from({ length: 200 }, () => server.connect(path)),
          );
          const count = (status: number) =>
            clients.filter((client) => client.status === status).length;
          assertEquals([count(101), count(503)], [10, 190]);
          await server.until({ on: "open", id: "many" }, 10 * (round + 1));
          await server.settled(10);
          for (const client of clients) {
            if (client.status === 101) client.close(1000);
            else client[Symbol.dispose]();
          }
          await server.settled();
        }
        assertEquals(server.all({ on: "refused", status: 503 }).length, 380);
      },
    );
  }

  // Not by `suite`: the server has ended, so that it cannot be asked for its connections.
  addCase(runtime, "a handshake accepted before shutdown() does not open after it", async () => {
    await using server = await runtime.start(APP);
    // When it is closed, the route goes on that waits behind the handshake.
    using witness = await server.open("/witness?id=witness");
    const late = server.connect("/gated?id=late");
    assertEquals((await server.until({ on: "gated" })).accepted, true);
    server.shutDown("signal");
    assertEquals((await witness.closed).code, 1001);
    using client = await late;
    assertEquals(client.status, 503);
    await server.until({ on: "finished" });
    assertEquals(server.all({ on: "open" }).map(({ id }) => id), ["witness"]);
  });
}

for (const runtime of runtimes) placesSuite(runtime);
