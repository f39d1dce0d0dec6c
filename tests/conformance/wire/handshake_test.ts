/** The opening handshake, byte by byte. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { frame, handshake, type Head, OPCODE, RawClient } from "../../support/raw_client.ts";
import type { ProcessServer } from "../../support/process_server.ts";
import { type WireRuntime, wireRuntimes } from "../../support/runtimes.ts";
import { addCase, suite } from "../../support/suite.ts";
import { type Handshake, handshakes, type Outcome } from "./handshake_table.ts";

/** Origins that the app is configured with, and that no refusal may name. */
const CONFIGURED = ["app.example", "localhost:5173", "chrome-extension", "ports.example"];

const APP = { APP: "handshake" };

function handshakeSuite(runtime: WireRuntime): void {
  let server: ProcessServer;
  Deno.test.beforeAll(async () => {
    server = await runtime.start(APP);
  });
  Deno.test.afterAll(() => server[Symbol.asyncDispose]());

  for (const handshake of handshakes) {
    const { title, outcome, gap } = handshake;
    const actual = gap && runtime.gap(gap);
    addCase(runtime, `handshake: ${actual ? "gap: " : ""}${title}`, async () => {
      await check(server.port, handshake, actual ?? outcome);
      using next = await RawClient.open(server.port, "/");
      next.send(OPCODE.text, "still serves");
      assertEquals(await next.text(), "|still serves");
      assertEquals(server.errors, "");
    });
  }

  addCase(runtime, "handshakes leave no connection behind, and nothing in the log", async () => {
    using _open = await RawClient.open(server.port, "/");
    await server.settled(1);
    _open.reset();
    await server.settled();
    const reports = server.reports.map(({ on }) => on).filter((on) => on !== "onListen");
    assertEquals(new Set(reports), new Set(["listening", "report"]));
    // Each refusal made its route anew; those are told apart up to a bound.
    assert(reports.length < 50, `${reports.length}`);
    assertEquals(server.errors, "");
  });

  addCase(runtime, "no handshake makes a Hono route answer 500", async () => {
    for (const { title, bytes, outcome, gap } of handshakes) {
      using client = await RawClient.connect(server.port);
      client.write(bytes.toString("latin1").replace("GET / ", "GET /hono/page "));
      const status = await client.head().then((head) => head.status, () => undefined);
      // Where HTTP itself is broken there may be no answer at all.
      const expected = gap && runtime.gap(gap) || outcome;
      const silent = expected === "4xx" || expected === "closed";
      if (status === undefined) assert(silent, `${title}: no answer`);
      else assert(status < 500 || status === 505, `${title}: ${status}`);
    }
    assertEquals(server.errors, "");
  });

  addCase(runtime, "a refused version and method name what is accepted", async () => {
    using old = await server.connect("/", { "Sec-WebSocket-Version": "8" });
    assertEquals(old.all("sec-websocket-version"), ["13"]);
    using client = await RawClient.connect(server.port);
    client.write(handshake("/").replace("GET", "PUT"));
    const refused = await client.head();
    assertEquals([refused.status, refused.all("allow")], [405, ["GET"]]);
  });

  for (const mode of runtime.modes) {
    suite(runtime, { ...APP, MODE: mode })(
      `${mode}: what comes before the 101, while the route waits`,
      async (own) => {
        using client = await RawClient.connect(own.port);
        client.write(handshake("/hono/waiting"));
        await own.until({ on: "waiting" });
        await new Promise<unknown>((sent) =>
          client.socket.write(frame(OPCODE.text, "early"), sent)
        );
        await (await own.request("/release")).body?.cancel();
        const { status } = await client.head();
        // RFC 6455 §4.1 tells clients to wait.
        assertEquals(status, runtime.gap("data before the 101, while the route awaits") ?? 101);
        if (status === 101) assertEquals(await client.text(), "|early");
      },
    );
  }

  if (!runtime.modes.includes("bare")) return;
  addCase(
    runtime,
    "gap: bare: a Host that makes no URL reaches user code, where new URL() throws",
    async () => {
      const bare = runtime.gap("a `Host` that is not valid in a URL");
      for (const [mode, status] of [["bare", bare], ["handler", 400]] as const) {
        await using own = await runtime.start({ ...APP, MODE: mode });
        using client = await RawClient.connect(own.port);
        client.write(handshake("/", { Host: "a b" }));
        assertEquals((await client.head()).status, status);
        if (status === 500) await own.untilError(/Invalid URL|cannot be parsed as a URL/);
        else assertEquals(own.errors, "");
      }
    },
  );
}

/** Sends one handshake, and holds what comes against the outcome. */
async function check(port: number, { bytes }: Handshake, outcome: Outcome): Promise<void> {
  using client = await RawClient.connect(port);
  client.write(bytes);
  const head = await client.head().catch(() => undefined);
  if (outcome === "closed") return assertEquals(head, undefined);
  if (outcome === "4xx") return assert(head === undefined || isFault(head), `${head?.status}`);
  assert(head !== undefined, `expected ${JSON.stringify(outcome)}, got the end`);
  if (outcome === "no socket") return await assertNoSocket(client, head);
  if (typeof outcome === "object") return await assertAccepted(client, head, outcome.protocol);
  if (outcome === 101) return await assertAccepted(client, head, "");
  assertEquals(head.status, outcome);
  if (outcome === 405) assertEquals(head.all("allow"), ["GET"]);
  if (outcome === 426) assertEquals(head.all("upgrade"), ["websocket"]);
  client.fin();
  const body = (await client.end()).toString("latin1");
  // What has another type is the runtime's own answer.
  const ours = isFault(head) && head.all("content-type")[0] === "text/plain; charset=utf-8";
  if (!ours || bytes.subarray(0, 4).toString() === "HEAD") return;
  assertMatch(body, /^expected [\x20-\x7e]{1,150}\n$/);
  const told = CONFIGURED.filter((origin) => body.includes(origin) && !bytes.includes(origin));
  assertEquals(told, [], body);
}

/** The 101 is whole, and there is a socket behind it that knows what was agreed on. */
async function assertAccepted(client: RawClient, head: Head, protocol: string): Promise<void> {
  assertEquals(head.status, 101);
  assertEquals(head.all("upgrade").map((value) => value.toLowerCase()), ["websocket"]);
  assertEquals(head.all("connection").map((value) => value.toLowerCase()), ["upgrade"]);
  assertEquals(head.all("sec-websocket-accept").length, 1);
  assertEquals(head.all("sec-websocket-extensions"), []);
  assertEquals(head.all("sec-websocket-protocol"), protocol === "" ? [] : [protocol]);
  client.send(OPCODE.text, "hello");
  const first = await client.text();
  // A handshake may bring an empty message along.
  assertEquals(first === `${protocol}|` ? await client.text() : first, `${protocol}|hello`);
  client.close(1000);
  assertEquals(await client.closeFrame(), { code: 1000, reason: "" });
}

/** The runtime has answered 101 and goes on to read HTTP. */
async function assertNoSocket(client: RawClient, head: Head): Promise<void> {
  assertEquals(head.status, 101);
  client.send(OPCODE.text, "hello");
  assertMatch((await client.end()).toString("latin1"), /^HTTP\/1\.1 400 /);
}

function isFault({ status }: Head): boolean {
  return status >= 400 && status < 500;
}

for (const runtime of wireRuntimes) handshakeSuite(runtime);

/** A server and a client that has sent all but the last line of its request. */
async function unfinished(runtime: WireRuntime) {
  const server = await runtime.start();
  const client = await RawClient.connect(server.port);
  client.write(handshake("/echo").slice(0, -2));
  return { server, client };
}

const waiting = new Map<WireRuntime, Awaited<ReturnType<typeof unfinished>>>();
// It may take twelve seconds: they begin before the other tests of this file.
Deno.test.beforeAll(async () => {
  for (const runtime of wireRuntimes) waiting.set(runtime, await unfinished(runtime));
});
Deno.test.afterAll(async () => {
  for (const { server, client } of waiting.values()) {
    client[Symbol.dispose]();
    await server[Symbol.asyncDispose]();
  }
});

function unfinishedSuite(runtime: WireRuntime): void {
  const closed = runtime.gap("a request that is never finished") === "closed";
  const title = closed ? "is given up" : "is waited for";
  addCase(runtime, `gap: a request that is never finished ${title}`, async () => {
    const { client } = waiting.get(runtime)!;
    if (closed) {
      await client.end();
      return;
    }
    // As long as those need that give up.
    for (const other of wireRuntimes) {
      const { client } = waiting.get(other)!;
      if (other.gap("a request that is never finished") === "closed") await client.end();
    }
    client.write("\r\n");
    assertEquals((await client.head()).status, 101);
  });
}

for (const runtime of wireRuntimes) unfinishedSuite(runtime);
