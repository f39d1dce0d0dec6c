/** What limits of a server are asked, and are told afterwards, whatever becomes of a handshake. */
import { assertEquals } from "@std/assert";
import { refusal } from "../src/handshake/verdict.ts";
import type { HandshakeLimit } from "../src/server/admission.ts";
import { Route } from "../src/server/route.ts";
import { handshakeRequest, type MemoryOptions, memoryServer, nextTurn } from "./support/memory.ts";

/** A limit that lets everybody in, and what it was told. */
function recorder(name = "") {
  const log: string[] = [];
  const limit: HandshakeLimit = {
    admit(request, remoteAddress) {
      log.push(`${name}asked ${new URL(request.url).pathname} ${remoteAddress}`.trim());
      return {
        answered: () => void log.push(`${name}answered`),
        ended: () => void log.push(`${name}ended`),
      };
    },
  };
  return { log, limit };
}

/** A server with limits; `/ws` upgrades once `gate` opens. */
function setUp(limits: MemoryOptions["limits"], options: MemoryOptions = {}) {
  const route = new Route({}, () => {
    throw new Error("expected a wrapped server");
  });
  const gate = Promise.withResolvers<void>();
  const calls: string[] = [];
  const server = memoryServer(async (request, context) => {
    const { pathname } = new URL(request.url);
    calls.push(pathname);
    await gate.promise;
    if (pathname === "/throws") throw new Error("thrown by the pipeline");
    if (pathname === "/no") return new Response("no", { status: 404 });
    const response = route.answer(request, {}, context);
    return pathname === "/late-no" ? new Response("no", { status: 403 }) : await response;
  }, { limits, ...options });
  return { ...server, gate, calls };
}

for (const holdPipeline of [false, true]) {
  const how = holdPipeline ? "of a held pipeline" : "of a pipeline";

  Deno.test(`a limit follows a connection ${how} from the handshake to its end`, async () => {
    const { log, limit } = recorder();
    const { connect, gate } = setUp(limit, { holdPipeline });
    const connecting = connect();
    await nextTurn();
    assertEquals(log, ["asked /ws 127.0.0.1"]);
    gate.resolve();
    const { client } = await connecting;
    assertEquals(log, ["asked /ws 127.0.0.1", "answered"]);
    client!.close(1000);
    await client!.closed;
    for (let turn = 0; turn < 5; turn++) await nextTurn();
    assertEquals(log, ["asked /ws 127.0.0.1", "answered", "ended"]);
  });

  for (const path of ["/no", "/late-no", "/throws"]) {
    Deno.test(`a limit is told that a handshake ${how} has come to nothing: ${path}`, async () => {
      const { log, limit } = recorder();
      const { connect, gate } = setUp(limit, { holdPipeline });
      gate.resolve();
      const { client } = await connect(handshakeRequest(path));
      for (let turn = 0; turn < 5; turn++) await nextTurn();
      if (holdPipeline && path === "/late-no") return client!.close(1000);
      assertEquals([client, log.at(-1)], [undefined, "ended"]);
    });
  }
}

Deno.test("a limit is told of an upgrade for which there is no room, and of a fault at once", async () => {
  const { log, limit } = recorder();
  const { connect, gate } = setUp(limit, { maxConnections: 0 });
  gate.resolve();
  assertEquals((await connect()).response.status, 503);
  assertEquals(log.slice(1), ["answered", "ended"]);
  const fails = recorder();
  const server = memoryServer(() => {
    throw new Error("thrown at once");
  }, { limits: fails.limit });
  assertEquals((await server.connect()).response.status, 500);
  assertEquals(fails.log.slice(1), ["ended"]);
});

Deno.test("who is refused by a limit gets no further, and other limits get their places back", async () => {
  const { log, limit } = recorder();
  const no: HandshakeLimit = { admit: () => refusal(429, "too many", { "retry-after": "7" }) };
  const refused: number[] = [];
  const { connect, gate, calls } = setUp([limit, no], {
    onRefuse: (_, { status }) => void refused.push(status),
  });
  gate.resolve();
  const { response } = await connect();
  assertEquals([response.status, response.headers.get("retry-after")], [429, "7"]);
  assertEquals([await response.text(), calls], ["too many\n", []]);
  assertEquals(refused, [429]);
  assertEquals(log.slice(1), ["ended"]);
});

Deno.test("all limits are told, and a request for a page meets none", async () => {
  const [one, two] = [recorder("one "), recorder("two ")];
  const { connect, gate } = setUp([one.limit, two.limit]);
  gate.resolve();
  await connect(new Request("http://127.0.0.1/no"));
  assertEquals([one.log, two.log], [[], []]);
  await connect(handshakeRequest("/no"));
  assertEquals(one.log, ["one asked /no 127.0.0.1", "one answered", "one ended"]);
  assertEquals(two.log, ["two asked /no 127.0.0.1", "two answered", "two ended"]);
});

Deno.test("a limit that cannot tell lets in, and that is reported once", async () => {
  const told: unknown[] = [];
  const limits = { admit: () => "it cannot tell" };
  const { connect, gate } = setUp(limits, { onReport: ({ message }) => void told.push(message) });
  gate.resolve();
  for (let i = 0; i < 2; i++) (await connect()).client!.close(1000);
  assertEquals(told, ["it cannot tell"]);
});
