/** What limits of a server are asked, and are told afterwards, whatever becomes of a handshake. */
import { assertEquals } from "@std/assert";
import { MemoryAdapter } from "../src/adapters/memory.ts";
import type { ServerConnection } from "../src/connection/server_connection.ts";
import { refusal } from "../src/handshake/verdict.ts";
import type { UpgradeRequest } from "../src/server/adapter.ts";
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

Deno.test("an adapter that takes its time with an upgrade gives back no place of its connection", async () => {
  const { log, limit } = recorder();
  const inner = new MemoryAdapter();
  const adapter = Object.assign(new MemoryAdapter(), {
    async upgrade(upgrade: UpgradeRequest, connection: ServerConnection) {
      await nextTurn();
      return inner.upgrade(upgrade, connection);
    },
  });
  const route = new Route({}, () => {
    throw new Error("expected a wrapped server");
  });
  const server = memoryServer((request, context) => route.answer(request, {}, context), {
    adapter,
    limits: limit,
  });
  const { client } = await server.connect();
  for (let turn = 0; turn < 5; turn++) await nextTurn();
  assertEquals(log, ["asked /ws 127.0.0.1", "answered"]);
  client!.close(1000);
  await client!.closed;
  for (let turn = 0; turn < 5; turn++) await nextTurn();
  assertEquals(log.at(-1), "ended");
});

for (const holdPipeline of [false, true]) {
  const how = holdPipeline ? "of a held pipeline" : "of a pipeline";

  for (const name of ["onOpen", "onClose"]) {
    Deno.test(`an ${name} ${how} that never ends gives the place of its connection back`, async () => {
      const { log, limit } = recorder();
      const route = new Route({}, () => {
        throw new Error("expected a wrapped server");
      });
      const events = { [name]: () => new Promise<void>(() => {}) };
      const server = memoryServer(
        async (request, context) => await route.answer(request, events, context),
        { limits: limit, holdPipeline },
      );
      const { client } = await server.connect();
      client!.close(1000);
      await client!.closed;
      for (let turn = 0; turn < 5; turn++) await nextTurn();
      assertEquals(log, ["asked /ws 127.0.0.1", "answered", "ended"]);
    });
  }

  Deno.test(`the faults of a limit ${how} are reported, and do no harm`, async () => {
    const { log, limit } = recorder();
    const fault = (): never => {
      throw new Error("a fault of the limit");
    };
    const faulty: HandshakeLimit = { admit: () => ({ answered: fault, ended: fault }) };
    const { connect, gate, reported, state } = setUp([faulty, limit], {
      holdPipeline,
      maxConnections: 1,
    });
    gate.resolve();
    for (let i = 0; i < 2; i++) {
      const { client } = await connect();
      assertEquals(log.splice(0), ["asked /ws 127.0.0.1", "answered"]);
      client!.close(1000);
      await client!.closed;
      for (let turn = 0; turn < 5; turn++) await nextTurn();
      assertEquals(log.splice(0), ["ended"]);
    }
    assertEquals(reported.map(String), Array(4).fill("Error: a fault of the limit"));
    assertEquals([state.registry.size, state.held.size], [0, 0]);
  });

  Deno.test(`a limit of a route that fails refuses the upgrade ${how}, and keeps no place`, async () => {
    const { log, limit } = recorder();
    const meter = () => {
      throw new Error("no meter");
    };
    const route = new Route({ limits: { meter } }, () => {
      throw new Error("expected a wrapped server");
    });
    const server = memoryServer(
      async (request, context) => await route.answer(request, {}, context),
      { limits: limit, maxConnections: 1, holdPipeline },
    );
    for (let i = 0; i < 2; i++) {
      assertEquals((await server.connect()).response.status, 500);
      for (let turn = 0; turn < 5; turn++) await nextTurn();
      // It may be told twice.
      assertEquals([...new Set(log.splice(0))], ["asked /ws 127.0.0.1", "answered", "ended"]);
    }
    assertEquals(server.reported.map(String), Array(2).fill("Error: no meter"));
    assertEquals([server.state.registry.size, server.state.held.size], [0, 0]);
  });
}

Deno.test("a limit that throws refuses, and those before it are told of the end", async () => {
  const { log, limit } = recorder();
  const broken: HandshakeLimit = {
    admit() {
      throw new Error("broken");
    },
  };
  const { connect, reported, calls } = setUp([limit, broken]);
  assertEquals((await connect()).response.status, 500);
  assertEquals([log, calls], [["asked /ws 127.0.0.1", "ended"], []]);
  assertEquals(reported.map(String), ["Error: broken"]);
});
