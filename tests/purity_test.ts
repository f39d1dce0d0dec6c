/**
 * What clients choose becomes no label of a metric, and the query of a URL, where they put tokens,
 * gets into no event of diagnostics. And who imports the core gets neither metrics nor limits.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import { upgradeWebSocket } from "../mod.ts";
import { defineHub } from "../src/hubs.ts";
import { perAddress, rateLimit } from "../src/limits.ts";
import { startTelemetry } from "../src/telemetry.ts";
import { connect, createTestServer, type TestClient } from "../src/testing.ts";
import { createTopics } from "../src/topics.ts";
import { text } from "./fixtures/schemas.ts";
import { root } from "./support/command.ts";
import { type Key, Listening } from "./support/diagnostics.ts";
import { nextTurn } from "./support/memory.ts";
import { Metrics } from "./support/metrics.ts";

/** All channels but the three that need an engine, or a client that is silent or slow. */
const KEYS: readonly Key[] = [
  "handshake",
  "open",
  "received",
  "sent",
  "limit",
  "close",
  "error",
  "topic",
  "call",
];

/** What is in each text that the clients of these tests choose, and in each query of theirs. */
const CHOSEN = "chosen-by-a-client";
const SECRET = "secret-in-the-query";

/** A name that a client makes up. */
const name = fc.stringMatching(/^[a-zA-Z0-9]{0,12}$/).map((own) => CHOSEN + own);
const reason = fc.string({ maxLength: 20 }).map((own) => CHOSEN + own);
const query = fc.tuple(
  fc.constantFrom("?", "?a=1&token=", "?/", "?%3f", "??", "?#", "?:@"),
  fc.string({ maxLength: 20 }),
).map(([begin, rest]) => begin + SECRET + encodeURIComponent(rest.toWellFormed()));

/** What one client chooses. */
const choices = fc.record({ path: name, protocol: name, host: name, topic: name, reason, query });
type Choices = typeof choices extends fc.Arbitrary<infer T> ? T : never;

/** An app whose clients come to all that is told of: what they choose is handed on everywhere. */
function app() {
  const topics = createTopics();
  const hub = defineHub()({ client: {} });
  const calls = hub.create({ known: hub.method([text], (_context, said) => said) });
  const limits = rateLimit({ messages: 5, burst: 1 });
  return createTestServer((request) => {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/hub")) return calls.handle(request);
    return upgradeWebSocket(request, {
      onMessage({ data }, connection) {
        const said = `${data}`;
        if (said.startsWith("throw ")) {
          throw Object.assign(new Error(pathname), { name: said });
        }
        if (said.startsWith("join ")) topics.subscribe(connection, said.slice(5));
        connection.send(data);
      },
    }, { protocols: (offered) => offered[0], maxPayloadLength: 1_000, limits });
  }, {
    limits: perAddress({ connections: 100 }),
    hosts: ["localhost"],
    onError() {},
  });
}

/** What clients do in one round: each end, each refusal, with names of their own. */
async function round(server: ReturnType<typeof app>, chosen: Choices): Promise<void> {
  const url = `/${chosen.path}${chosen.query}`;
  const protocols = [chosen.protocol];
  const ends: readonly ((client: TestClient) => void)[] = [
    (client) => client.close(4321, chosen.reason),
    (client) => client.close(),
    (client) => client.vanish(),
    (client) => client.breakRules(),
    (client) => client.send(`throw ${chosen.reason}`),
    (client) => client.send("x".repeat(1_001)),
    (client) => {
      for (let i = 0; i < 10; i++) client.send(chosen.reason);
    },
  ];
  for (const end of ends) {
    const client = await connect(server, url, { protocols });
    assertEquals(client.protocol, chosen.protocol);
    client.send(`join ${chosen.topic}`);
    await client.message();
    end(client);
    await client.closed;
  }
  for (
    const refused of [
      connect(server, url, { origin: `https://${chosen.host}.example` }),
      connect(server, `http://${chosen.host}.example${url}`),
      connect(server, url, { headers: { "sec-websocket-version": chosen.path } }),
      connect(server, url, { headers: { "sec-websocket-key": chosen.path } }),
    ]
  ) await refused.then(() => assert(false, "was let in"), () => {});
  const client = await connect(server, `/hub/${chosen.path}${chosen.query}`);
  const call = (target: string, ...args: unknown[]) =>
    JSON.stringify({ type: 1, invocationId: chosen.path, target, arguments: args }) + "\x1e";
  client.send('{"protocol":"json","version":1}\x1e');
  await client.message();
  for (const message of [call("known", chosen.reason), call("known", 5), call(chosen.path)]) {
    client.send(message);
    await client.message();
  }
  client.close(1000);
  await client.closed;
  for (let turn = 0; turn < 3; turn++) await nextTurn();
}

Deno.test("whatever clients choose, there are no more series than before", async () => {
  const metrics = new Metrics();
  const telemetry = startTelemetry({ meterProvider: metrics.provider });
  await using server = app();
  let first: string[] | undefined;
  try {
    await fc.assert(
      fc.asyncProperty(choices, async (chosen) => {
        await round(server, chosen);
        const all = Object.keys(await metrics.all());
        // That one is told by a timer.
        const series = all.filter((key) => !key.includes("event_loop")).sort();
        assertEquals(series, first ??= series);
        assert(!series.join().includes(CHOSEN), series.join("\n"));
        assert(!series.join().includes(SECRET), series.join("\n"));
      }),
      { numRuns: 30 },
    );
    assert(first!.length > 15, `${first}`);
    // Without it, nothing above would say much.
    assert(first!.includes("edgesocket.server.errors error.type=_OTHER"), first!.join("\n"));
  } finally {
    telemetry.stop();
  }
});

/** All that a listener can read of a message, errors too. */
function readable(message: unknown): string {
  return JSON.stringify(
    message,
    (_, value) => value instanceof Error ? `${value.name} ${value.stack} ${value.cause}` : value,
  );
}

Deno.test("no query of a URL gets into an event, whatever it is made of", async () => {
  using listening = new Listening(...KEYS);
  await using server = app();
  await fc.assert(
    fc.asyncProperty(choices, async (chosen) => {
      listening.told.length = 0;
      await round(server, chosen);
      const on = new Set(listening.told.map(({ on }) => on));
      for (const key of KEYS) if (key !== "call") assert(on.has(key), `nothing on ${key}`);
      for (const { on, message } of listening.told) {
        assert(!readable(message).includes(SECRET), `${on}: ${readable(message)}`);
      }
      // What is no query is told, so that this is no test that cannot fail.
      assert(readable(listening.told).includes(`"path":"/${chosen.path}"`));
    }),
    { numRuns: 30 },
  );
});

/** What a module of ours imports while a program begins, and what of that is not ours. */
function reachedFrom(entry: string) {
  const files = new Set([new URL(entry, root).href]);
  const outside = new Set<string>();
  for (const file of files) {
    const code = Deno.readTextFileSync(new URL(file)).replaceAll(/\/\*[^]*?\*\//g, "");
    for (
      const [, types, specifier] of code.matchAll(
        /^(?:import|export) (type )?[^;]*? from "([^"]+)";/gm,
      )
    ) {
      if (types !== undefined) continue;
      if (specifier!.startsWith(".")) files.add(new URL(specifier!, file).href);
      else outside.add(specifier!);
    }
  }
  const inside = [...files].map((file) => file.slice(root.href.length));
  return {
    folders: new Set(inside.flatMap((file) => file.match(/^src\/(\w+)\//)?.[1] ?? [])),
    outside,
  };
}

Deno.test("the core imports no package, and none of what costs extra", () => {
  const core = reachedFrom("mod.ts");
  assertEquals([...core.outside], []);
  assertEquals([...core.folders].sort(), [
    "adapters",
    "base",
    "connection",
    "handshake",
    "native",
    "server",
  ]);
  const limits = reachedFrom("src/limits.ts");
  assertEquals([[...limits.outside], limits.folders.has("telemetry")], [[], false]);
  const telemetry = reachedFrom("src/telemetry.ts");
  assertEquals([[...telemetry.outside], telemetry.folders.has("limits")], [
    ["@opentelemetry/api"],
    false,
  ]);
});
