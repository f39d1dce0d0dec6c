/** Limits of the entry for them: the attack that each one stops, and the client that it leaves alone. */
import { assert, assertEquals } from "@std/assert";
import { BURSTS, numbered } from "../support/bursts.ts";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import { closedByClient, ends, suite } from "../support/suite.ts";
import type { Report } from "../support/server.ts";

/** How a connection ends that sends too often. */
const TOO_OFTEN: Report = {
  code: 1008,
  reason: "Too many messages",
  wasClean: true,
  cause: "rate-limit",
};

/** What docs/limits.md proposes for clients in browsers. */
const PROPOSED = { messages: 1_000, bytes: 4_000_000 };

const rated = (rate: object, id = "a") =>
  `/ws?id=${id}&rate=${encodeURIComponent(JSON.stringify(rate))}`;

function limitsSuite(runtime: Runtime): void {
  const test = suite(runtime, { APP: "limits" });

  for (
    const [what, rate] of [
      ["messages", { messages: 20, burst: 1 }],
      ["bytes", { bytes: 40, burst: 1 }],
    ] as const
  ) {
    test(`a flood of ${what} ends with 1008, a report, and what was in time`, async (server) => {
      using attacker = await server.open(rated(rate));
      using neighbour = await server.open(rated(rate, "b"));
      for (let i = 0; i < 1_000; i++) attacker.send("ab");
      const { code, reason } = await attacker.closed;
      // What is on its way when we close may cost the client our code.
      const resets = runtime.gap("messages under way when we close") !== undefined;
      if (!(resets && code === 1006)) {
        assertEquals({ code, reason }, { code: 1008, reason: "Too many messages" });
      }
      const { wasClean } = await server.until({ on: "closed", id: "a" });
      await ends(server, { ...TOO_OFTEN, wasClean } as Report);
      const count = server.all({ on: "message", id: "a" }).length;
      assert(count >= 20 && count < 100, `${count}`);
      const report = await server.until({ on: "report", cause: "rate-limit" });
      assertEquals([report.kind, report.message, report.count], ["closed", "Too many messages", 1]);
      // Everybody has a bucket of their own.
      neighbour.send("hi");
      assertEquals(await neighbour.message(), "hi");
      neighbour.close(1000);
      await ends(server, closedByClient(1000), "b");
    });
  }

  test("a client that sends as often as it may is left alone", async (server) => {
    using client = await server.open(rated({ messages: 50, burst: 1 }));
    for (let i = 0; i < 50; i++) client.send(`${i}`);
    for (let i = 0; i < 50; i++) assertEquals(await client.message(), `${i}`);
    client.close(1000);
    await ends(server, closedByClient(1000));
  });

  for (const { count, size } of BURSTS) {
    test(
      `the limits that the docs propose let a healthy burst through: ${count} of ${size} bytes`,
      async (server) => {
        using client = await server.open(rated(PROPOSED));
        for (let i = 0; i < count; i++) client.send(numbered(i, size));
        for (let i = 0; i < count; i++) {
          const echoed = await client.message();
          if (echoed !== numbered(i, size)) throw new Error(`message ${i} is not the next`);
        }
        client.close(1000);
        assertEquals((await client.closed).code, 1000);
      },
      { env: { QUIET: "1" } },
    );
  }

  test("an address has so many connections, and gets their places back", async (server) => {
    using first = await server.open("/ws?id=a");
    using second = await server.connect("/ws?id=b");
    assertEquals([second.status, second.all("retry-after")], [429, ["5"]]);
    assertEquals(second.body, "too many connections from this address\n");
    assertEquals((await server.request("/no-such")).status, 404);
    first.close(1000);
    await ends(server, closedByClient(1000));
    for (let tries = 1;; tries++) {
      using third = await server.connect("/ws?id=c");
      if (third.status === 101) {
        third.close(1000);
        break;
      }
      assert(tries < 100, "the place was not given back");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { cause, count } = await server.until({ on: "report", kind: "refused" });
    assertEquals([cause, count], ["429", 1]);
  }, { env: { PER_ADDRESS: JSON.stringify({ connections: 1 }) } });

  test("an address that floods handshakes is refused, and may come again later", async (server) => {
    const statuses: number[] = [];
    for (let i = 0; i < 20; i++) {
      using client = await server.connect("/ws");
      statuses.push(client.status);
      if (client.status === 101) client.close(1000);
      else assert(Number(client.all("retry-after")[0]) >= 1);
    }
    // A few more may come in while this takes its time.
    const open = statuses.filter((status) => status === 101).length;
    assertEquals(statuses.slice(0, 3), [101, 101, 101]);
    assert(open < 20 && statuses.every((status) => status === 101 || status === 429));
  }, { env: { PER_ADDRESS: JSON.stringify({ handshakes: 1, burst: 3 }) } });

  test("handshakes that nobody answers are bounded", async (server) => {
    const never = server.connect("/never").catch(() => {});
    await server.until({ on: "never" });
    using second = await server.connect("/ws");
    assertEquals(second.status, 429);
    assertEquals(second.body, "too many pending handshakes from this address\n");
    never.then((client) => client?.vanish());
  }, { env: { PER_ADDRESS: JSON.stringify({ pending: 1 }) } });

  test("addresses that a proxy has forwarded are counted one by one", async (server) => {
    const from = (address: string) => server.connect("/ws", { "x-forwarded-for": address });
    using first = await from("203.0.113.1, 192.0.2.1");
    using second = await from("203.0.113.1, 192.0.2.2");
    using third = await from("203.0.113.3, 192.0.2.1");
    assertEquals([first.status, second.status, third.status], [101, 101, 429]);
    for (const client of [first, second]) client.close(1000);
  }, { env: { PER_ADDRESS: JSON.stringify({ connections: 1, trustProxy: true }) } });
}

for (const runtime of runtimes) limitsSuite(runtime);
