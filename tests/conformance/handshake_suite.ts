import { assert, assertEquals, assertMatch } from "@std/assert";
import { frame, handshake, type Head, OPCODE, RawClient } from "../support/raw_client.ts";
import type { Runtime } from "../support/runtimes.ts";
import { TestServer } from "../support/server.ts";
import { type Handshake, handshakes, type Outcome } from "./handshake_table.ts";

const FIXTURE = new URL("../fixtures/handshake_server.ts", import.meta.url);

/** Origins that the fixture is configured with, and that no refusal may name. */
const CONFIGURED = ["client.com", "localhost:5173", "chrome-extension", "ports.example"];

/** The verdict on the opening handshake, on the wire. */
export function handshakeSuite(runtime: Runtime): void {
  const start = (env: Record<string, string> = {}) => TestServer.start(runtime, env, FIXTURE);
  let server: TestServer;
  Deno.test.beforeAll(async () => {
    server = await start();
  });
  Deno.test.afterAll(() => server[Symbol.asyncDispose]());

  for (const handshake of handshakes) {
    const { title, outcome, gaps } = handshake;
    const gap = gaps[runtime.name];
    const name = `${runtime.name}: handshake: ${gap ? "gap: " : ""}${title}`;
    Deno.test(name, async () => {
      await check(server.port, handshake, gap ? gap[0] : outcome);
      using next = await RawClient.open(server.port, "/");
      next.send(OPCODE.text, "still serves");
      assertEquals(await next.text(), "|still serves");
      assertEquals(server.errors, "");
    });
  }

  Deno.test(`${runtime.name}: handshakes leave no connection behind, and nothing in the log`, async () => {
    await server.settled();
    assertEquals([server.reports.length, server.errors], [1, ""]);
  });

  Deno.test(`${runtime.name}: no handshake makes a Hono route answer 500`, async () => {
    for (const { title, bytes } of handshakes) {
      using client = await RawClient.connect(server.port);
      client.write(bytes.toString("latin1").replace("GET / ", "GET /hono/page "));
      const status = await client.head().then((head) => head.status, () => 0);
      assert(status < 500 || status === 505, `${title}: ${status}`);
    }
    assertEquals(server.errors, "");
  });

  const answer = async (port: number, path: string, headers: Record<string, string> = {}) => {
    using client = await RawClient.connect(port);
    client.write(handshake(path, headers));
    const head = await client.head();
    const length = Number(head.all("content-length")[0] ?? 0);
    return { head, body: length > 0 ? (await client.bytes(length)).toString() : "" };
  };

  Deno.test(`${runtime.name}: a refusal says in one line what was expected, and no origin`, async () => {
    for (
      const [path, headers, status] of [
        ["/list", { Origin: "https://evil.example" }, 403],
        ["/wild", { Origin: "null" }, 403],
        ["/", { "Sec-WebSocket-Version": "8" }, 426],
        ["/", { "Sec-WebSocket-Key": "short" }, 400],
      ] as const
    ) {
      const { head, body } = await answer(server.port, path, headers);
      assertEquals([head.status, head.all("content-type")], [status, [
        "text/plain; charset=utf-8",
      ]]);
      assertEquals([body.endsWith("\n"), body.trim().split("\n").length], [true, 1]);
      assert(/expected|allowed/.test(body) && !body.includes("client.com"), body);
    }
  });

  Deno.test(`${runtime.name}: a refused version and method name what is accepted`, async () => {
    const { head } = await answer(server.port, "/", { "Sec-WebSocket-Version": "8" });
    assertEquals(head.all("sec-websocket-version"), ["13"]);
    using client = await RawClient.connect(server.port);
    client.write(handshake("/").replace("GET", "PUT"));
    const refused = await client.head();
    assertEquals([refused.status, refused.all("allow")], [405, ["GET"]]);
  });

  for (const mode of ["serve", "handler"]) {
    Deno.test(`${runtime.name}: ${mode}: onRefuse is told of each refusal, once`, async () => {
      await using telling = await start({ MODE: mode, REFUSALS: "report" });
      await answer(telling.port, "/list", { Origin: "https://evil.example" });
      await answer(telling.port, "/throwing-origin", { Origin: "https://client.com" });
      await telling.until({ on: "refused", status: 403, path: "/list" });
      await telling.until({ on: "refused", status: 500, error: "thrown in origin" });
      await telling.until({ on: "error", message: "thrown in origin" });
      assertEquals([telling.all({ on: "refused" }).length, telling.all({ on: "error" }).length], [
        2,
        1,
      ]);
    });

    Deno.test(`${runtime.name}: ${mode}: an error in the user's own callbacks is 500 there and reported once`, async () => {
      await using telling = await start({ MODE: mode, REFUSALS: "report" });
      const origin = { Origin: "https://a.example" };
      const protocol = { "Sec-WebSocket-Protocol": "a" };
      for (
        const [path, headers] of [
          ["throwing-origin", origin],
          ["promising-origin", origin],
          ["hono/throwing-origin", origin],
          ["throwing-protocols", protocol],
          ["promising-protocols", protocol],
          ["unoffered-protocol", protocol],
        ] as const
      ) {
        assertEquals((await answer(telling.port, `/${path}`, headers)).head.status, 500, path);
      }
      await telling.until({ on: "error" }, 6);
      using next = await RawClient.open(telling.port, "/");
      next.send(OPCODE.text, "x");
      assertEquals(await next.text(), "|x");
      assertEquals(telling.all({ on: "error" }).length, 6);
    });

    Deno.test(`${runtime.name}: ${mode}: control characters in a header of the pipeline are 500, reported once`, async () => {
      await using telling = await start({ MODE: mode, REFUSALS: "report" });
      assertEquals((await answer(telling.port, "/hono/control")).head.status, 500);
      await telling.until({ on: "error" });
      using next = await RawClient.open(telling.port, "/");
      next.send(OPCODE.text, "x");
      assertEquals(await next.text(), "|x");
      assertEquals(telling.all({ on: "error" }).length, 1);
    });

    for (const refusals of ["throw", "reject"]) {
      Deno.test(`${runtime.name}: ${mode}: an onRefuse that ${refusals}s changes no answer`, async () => {
        await using telling = await start({ MODE: mode, REFUSALS: refusals });
        const { head } = await answer(telling.port, "/list", { Origin: "https://evil.example" });
        assertEquals(head.status, 403);
        await telling.until({ on: "error" });
      });
    }
  }

  for (const mode of ["serve", "handler", "bare"]) {
    const test = (title: string, body: (port: TestServer) => Promise<void>) =>
      Deno.test(`${runtime.name}: ${mode}: ${title}`, async () => {
        await using own = await start({ MODE: mode });
        await body(own);
      });

    test("errors in createEvents are the app's own", async (own) => {
      for (const path of ["throwing-events", "rejecting-events"]) {
        assertEquals((await answer(own.port, `/hono/${path}`)).head.status, 500);
      }
      assertEquals((await answer(own.port, "/hono/unauthorized")).head.status, 401);
      assertEquals(own.all({ on: "hono" }).length, 3);
      assertEquals(own.errors, "");
    });

    test("what comes before the 101, while the route waits", async (own) => {
      using client = await RawClient.connect(own.port);
      client.write(handshake("/hono/waiting"));
      await own.until({ on: "waiting" });
      await new Promise<unknown>((sent) => client.socket.write(frame(OPCODE.text, "early"), sent));
      await (await fetch(own.url("/release", "http"))).body?.cancel();
      const { status } = await client.head();
      // Gap "data before the 101, while the route awaits": RFC 6455 §4.1 tells clients to wait.
      assertEquals(status, runtime.name === "bun" ? 400 : 101);
      if (status === 101) assertEquals(await client.text(), "|early");
    });

    test("middleware before the route can refuse", async (own) => {
      assertEquals((await answer(own.port, "/hono/members")).head.status, 401);
      const { head } = await answer(own.port, "/hono/members", { Cookie: "session=ok" });
      assertEquals(head.status, 101);
    });

    test("several cookies stay several", async (own) => {
      const { head } = await answer(own.port, "/hono/headers");
      const lost = mode === "bare" && runtime.name === "bun";
      const cookies = ["a=1", "b=2", "before=1; Path=/", "before-too=2; Path=/"];
      if (!lost) cookies.push("after=3; Path=/");
      assertEquals(head.all("set-cookie").toSorted(), cookies.toSorted());
      assertEquals([head.all("x-route"), head.all("x-before")], [["yes"], ["1"]]);
      assertEquals(head.all("x-after"), lost ? [] : ["1"]);
    });

    test("headers of the handshake cannot be overridden by the pipeline", async (own) => {
      const { head } = await answer(own.port, "/hono/forged", {
        "Sec-WebSocket-Protocol": "chat.v1",
      });
      assertEquals(head.status, 101);
      // Gap "headers of the handshake that middleware sets after `next()`": they go into Deno's own
      // response there.
      if (mode === "bare" && runtime.name === "deno") {
        return assertEquals(head.all("sec-websocket-accept"), ["forged"]);
      }
      assertEquals(head.all("connection").map((value) => value.toLowerCase()), ["upgrade"]);
      assertEquals(head.all("upgrade").map((value) => value.toLowerCase()), ["websocket"]);
      assertEquals(head.all("sec-websocket-accept"), ["s3pPLMBiTxaQ9kYGzzhZRbK+xOo="]);
      assertEquals(head.all("sec-websocket-protocol"), ["chat.v1"]);
      const none = ["sec-websocket-extensions", "content-length", "transfer-encoding"];
      assertEquals(none.flatMap((name) => head.all(name)), []);
    });

    test("CR, LF and NUL cannot split headers", async (own) => {
      const { head } = await answer(own.port, "/hono/split");
      assertEquals([head.status, head.all("x-evil")], [101, []]);
      await own.until({ on: "header" }, 4);
      assertEquals(own.all({ on: "header", threw: "TypeError" }).length, 4);
    });
  }
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
