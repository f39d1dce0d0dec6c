/** Loops that do not keep up: those that hang end, those that are slow do not. */
import { assertEquals } from "@std/assert";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import { closedByClient, ends, route, suite } from "../support/suite.ts";

const STUCK = {
  code: 1013,
  reason: "Messages come faster than they are read",
  wasClean: false,
  cause: "backpressure",
};

const KIB = 1024;
const message = () => new Uint8Array(100 * KIB);

function stuckSuite(runtime: Runtime): void {
  const test = suite(runtime, { APP: "lifecycle", MAX_CONNECTIONS: "100" });

  for (const leave of [true, false]) {
    const title = leave ? "leave" : "stay";
    test(`ends the connections of loops that hang, whose clients ${title}`, async (server) => {
      const path = route({ maxQueue: 64 * KIB, backpressureTimeout: 0.5 }, "hung");
      const clients = await Promise.all(
        Array.from({ length: 100 }, () => server.open(path.replace("/ws", "/hang"))),
      );
      await server.until({ on: "open", id: "hung" }, 100);
      for (const client of clients) {
        for (let i = 0; i < 13; i++) client.send(message());
        if (leave) client.close(1000);
      }
      await server.until({ on: "close" }, 100);
      for (const { code, reason, wasClean, cause } of server.all({ on: "close" })) {
        assertEquals({ code, reason, wasClean, cause }, STUCK);
      }
      for (const client of clients) client[Symbol.dispose]();
      await server.settled();
      // And all of their places are there again.
      using next = await server.open(route({}, "next"));
      next.send("x");
      assertEquals(await next.message(), "x");
      next.close(1000);
      await ends(server, closedByClient(1000), "next");
    });
  }

  for (
    const [title, options, needs] of [
      // The pause is longer than idleTimeout.
      [
        "has paused its client",
        { maxQueue: 1_000 * KIB, idleTimeout: 0.5 },
        "a runtime that can stop reading",
      ],
      ["has more than 1 MiB waiting", {}, undefined],
    ] as const
  ) {
    test(`keeps a slow loop that moves and ${title}`, async (server) => {
      const path = route({ backpressureTimeout: 1, idleTimeout: 1, ...options });
      using client = await server.open(path.replace("/ws", "/slow"));
      for (let i = 0; i < 15; i++) client.send(message());
      for (let i = 0; i < 15; i++) assertEquals(await client.message(), `${100 * KIB}`, `${i}`);
      assertEquals(server.all({ on: "close" }), []);
      client.close(4000, "bye");
      const { code, cause } = await server.until({ on: "close" });
      assertEquals([code, cause], [4000, "peer"]);
    }, needs ? { needs } : {});
  }
}

for (const runtime of runtimes) stuckSuite(runtime);
