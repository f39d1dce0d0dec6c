/** Pings. Tolerance: a quarter of idleTimeout or 1 s, whichever is larger. */
import { assert, assertEquals } from "@std/assert";
import { frame, OPCODE, RawClient } from "../../support/raw_client.ts";
import { type WireRuntime, wireRuntimes } from "../../support/runtimes.ts";
import { addCase, closedByClient, ends, IDLE, route, suite } from "../../support/suite.ts";

function idleSuite(runtime: WireRuntime): void {
  const test = suite(runtime);

  test("pings after half of idleTimeout and drops after all of it", async (server) => {
    const started = performance.now();
    using client = await RawClient.open(server.port, route({ idleTimeout: 1.2 }));
    const ping = await client.frame();
    const pinged = performance.now() - started;
    assertEquals(ping?.opcode, OPCODE.ping);
    const reason = runtime.gap("the close frame that an idle client gets") ?? "Idle timeout";
    assertEquals(await client.closeFrame(), { code: 1001, reason });
    const dropped = performance.now() - started;
    await ends(server, IDLE);
    assert(pinged > 550 && pinged < 1600, `pinged after ${pinged} ms`);
    assert(dropped > 1150 && dropped < 2200, `dropped after ${dropped} ms`);
  });

  test("pings again and again while pongs come", async (server) => {
    using client = await RawClient.open(server.port, route({ idleTimeout: 1 }));
    for (let i = 0; i < 5; i++) {
      const ping = await client.frame();
      assertEquals(ping?.opcode, OPCODE.ping);
      client.send(OPCODE.pong, ping!.payload);
    }
    client.close(1000);
    await ends(server, closedByClient(1000));
  });

  test("sends no ping with idleTimeout 0", async (server) => {
    using client = await RawClient.open(server.port, route({ idleTimeout: 0 }));
    using pinged = await RawClient.open(server.port, route({ idleTimeout: 0.4 }, "b"));
    await ends(server, IDLE, "b");
    await pinged.end();
    client.send(OPCODE.text, "x");
    assertEquals(await client.text(), "x");
    client.close(1000);
    await ends(server, closedByClient(1000));
  });

  const drops = runtime.gap("a process that was paused") !== undefined;
  const kept = drops ? "are dropped" : "are kept";
  addCase(
    runtime,
    `gap: clients whose pongs were under way while the process was paused ${kept}`,
    async () => {
      await using server = await runtime.start();
      using clients = new DisposableStack();
      const open = async (id: string) =>
        clients.use(await RawClient.open(server.port, route({ idleTimeout: 1 }, id)));
      const healthy = await Promise.all(Array.from({ length: 50 }, () => open("healthy")));
      await open("gone");
      const pings = await Promise.all(healthy.map((client) => client.frame()));
      server.signal("SIGSTOP");
      const answering = healthy.map(async (client, i) => {
        client.send(OPCODE.pong, pings[i]!.payload);
        for await (const { opcode, payload } of client.frames()) {
          if (opcode === OPCODE.ping) client.send(OPCODE.pong, payload);
          if (opcode === OPCODE.close) client.write(frame(opcode, payload));
        }
      });
      // Nobody can tell how long a process sleeps that is stopped.
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      server.signal("SIGCONT");
      // Whoever is really gone is dropped, and nobody else is by then.
      assertEquals((await server.until({ on: "close", id: "gone" })).cause, "idle-timeout");
      if (drops) {
        assertEquals((await server.until({ on: "close", id: "healthy" })).wasClean, false);
      } else {
        await server.settled(50);
        assertEquals(server.all({ on: "close", id: "healthy" }), []);
      }
      for (const client of healthy) client.reset();
      await Promise.all(answering);
    },
  );

  const silence = runtime.gap("one large frame that comes slowly");
  const counts = silence === undefined ? "is a sign of life" : "counts as silence";
  addCase(
    runtime,
    `gap: a frame that takes longer than idleTimeout ${counts}`,
    async () => {
      await using server = await runtime.start();
      using client = await RawClient.open(server.port, route({ idleTimeout: 1 }));
      const bytes = frame(OPCODE.binary, new Uint8Array(20));
      let sent = 0;
      const timer = setInterval(() => client.write(bytes.subarray(sent, ++sent)), 100);
      try {
        if (silence === undefined) return void await server.until({ on: "message" });
        const { cause } = await server.until({ on: "close" });
        assertEquals(cause, silence);
        assert(sent > 5 && sent < bytes.length, `${sent}`);
      } finally {
        clearInterval(timer);
      }
    },
  );

  const cause = runtime.gap("a client that pings but does not answer pings");
  const title = cause === undefined ? "count" : "do not count";
  addCase(runtime, `gap: pings of the client ${title} as a sign of life`, async () => {
    await using server = await runtime.start();
    using client = await RawClient.open(server.port, route({ idleTimeout: 1 }));
    let sent = 0;
    const timer = setInterval(() => client.send(OPCODE.ping, `${++sent}`), 200);
    try {
      if (cause !== undefined) {
        assertEquals((await server.until({ on: "close" })).cause, cause);
        return;
      }
      for (let pongs = 0; pongs < 15;) {
        const { opcode } = (await client.frame())!;
        if (opcode === OPCODE.pong) pongs++;
        else assertEquals(opcode, OPCODE.ping);
      }
    } finally {
      clearInterval(timer);
    }
  });
}

for (const runtime of wireRuntimes) idleSuite(runtime);
