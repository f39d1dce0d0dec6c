/** What happens to servers in the world: clients that vanish, floods, too few descriptors. */
import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { root } from "../../support/command.ts";
import { Network } from "../../support/network.ts";
import { handshake, KEY, OPCODE, RawClient } from "../../support/raw_client.ts";
import type { ProcessServer } from "../../support/process_server.ts";
import { deno, type WireRuntime, wireRuntimes } from "../../support/runtimes.ts";
import type { Env } from "../../support/server.ts";
import { addCase, ends, hasProc, IDLE, route, suite } from "../../support/suite.ts";
import { within } from "../../support/within.ts";

const CLIENT = new URL("tests/fixtures/client.ts", root).pathname;

/** Connections that the soak test opens and ends; the whole command stays under two minutes. */
const SOAK = Number(Deno.env.get("SOAK") ?? 6_000);

function faultsSuite(runtime: WireRuntime): void {
  const test = suite(runtime);

  test("reports a client whose process is stopped, within the tolerance", async (server) => {
    await using client = await startClient(server.url(route({ idleTimeout: 1 })));
    await server.until({ on: "open" });
    await sleep(1_500);
    assertEquals(server.all({ on: "close" }), [], "a client that answers pings lives");
    client.kill("SIGSTOP");
    const stopped = performance.now();
    await ends(server, IDLE);
    assertLess(performance.now() - stopped, 2_500);
  });

  addCase(runtime, "reports a client whose packets are lost, within the tolerance", async () => {
    using network = new Network();
    await using server = await runtime.start({ LISTEN: network.host });
    const url = server.url(route({ idleTimeout: 1 })).replace("127.0.0.1", network.host);
    await using _client = await startClient(url, network.inside);
    await server.until({ on: "open" });
    network.cut();
    const cut = performance.now();
    await ends(server, IDLE);
    assertLess(performance.now() - cut, 2_500);
  }, "network namespaces");

  const limited = (env?: Env) =>
    runtime.start(env, undefined, ["sh", "-c", 'ulimit -Sn 100; ulimit -Hn 300; exec "$@"', "sh"]);
  // What ends the listener of some runtimes; we start another one then.
  const gap = runtime.gap("a process that is out of open files");
  const deaf = gap === "deaf";
  const ended = deaf ? undefined : gap;

  addCase(
    runtime,
    "refuses connections with 503 before the process is out of file descriptors",
    async () => {
      await using server = await limited();
      const clients = await Promise.all(
        Array.from({ length: 230 }, async () => {
          const client = await RawClient.connect(server.port);
          client.write(handshake("/echo"));
          return { client, status: (await client.head()).status };
        }),
      );
      const count = (status: number) => clients.filter((client) => client.status === status).length;
      // 0.9 * 300 - 64
      assertEquals([count(101), count(503)], [206, 24]);
      for (const { client } of clients) client[Symbol.dispose]();
      await server.settled();
    },
    "/proc",
  );

  addCase(runtime, "serves on after the process was out of file descriptors", async () => {
    await using server = await limited({ MAX_CONNECTIONS: "100000" });
    const clients = await Promise.allSettled(
      Array.from({ length: 350 }, () => RawClient.connect(server.port)),
    );
    // Otherwise nothing was put to the test.
    if (descriptorsOf(server) !== undefined) {
      await eventually(() => {
        assertGreater(descriptorsOf(server)!, 290);
        return Promise.resolve();
      });
    }
    if (ended) await server.until({ on: "reported" });
    for (const client of clients) {
      if (client.status === "fulfilled") client.value[Symbol.dispose]();
    }
    if (deaf) {
      using client = await RawClient.connect(server.port);
      client.write(handshake("/echo"));
      const answer = client.head().then(() => "answered", () => "ended");
      const silence = new Promise((resolve) => setTimeout(() => resolve("nothing"), 2_000));
      return assertEquals(await Promise.race([answer, silence]), "nothing");
    }
    await eventually(async () => {
      using client = await RawClient.open(server.port, "/echo");
      client.send(OPCODE.text, "x");
      assertEquals(await client.text(), "x");
    });
  });

  addCase(
    runtime,
    "serves on after a handler froze its request, which may end the listener",
    async () => {
      await using server = await runtime.start();
      using visitor = await RawClient.connect(server.port);
      visitor.write(handshake("/freeze"));
      // It ends the listener of the same runtimes, as long as nobody has read a request's signal.
      if (ended) await server.until({ on: "reported", message: ended });
      await eventually(async () => {
        using client = await RawClient.open(server.port, "/echo");
        client.send(OPCODE.text, "x");
        assertEquals(await client.text(), "x");
      });
    },
  );

  test(`leaves nothing behind after ${SOAK} connections ended in mixed ways`, async (server) => {
    using witness = await RawClient.open(server.port, route({ idleTimeout: 0 }));
    await soak(server.port, SOAK / 6);
    await server.settled(1);
    const before = await server.heap();
    await soak(server.port, SOAK);
    await server.settled(1);
    // A connection kept by mistake would take a kilobyte and more. Deno's idle timer holds on to
    // broken sockets until it fires, so that they are given a moment.
    await eventually(async () => {
      const growth = (await server.heap()) - before;
      assertLess(growth / SOAK, 200, `${growth} bytes more after ${SOAK} connections`);
    });
    witness.reset();
  }, { env: { QUIET: "1" } });
}

/** Files that a process has open; `undefined` where the system does not say. */
function descriptorsOf({ pid }: ProcessServer): number | undefined {
  return hasProc ? [...Deno.readDirSync(`/proc/${pid}/fd`)].length : undefined;
}

/** Ways to end a connection, some of which wait for the answer. */
const ENDS: readonly ((client: RawClient) => unknown)[] = [
  (client) => client.close(1000),
  (client) => {
    client.close(4321, "bye");
    return client.closeFrame();
  },
  (client) => {
    client.send(OPCODE.close);
    return client.end();
  },
  (client) => client.fin(),
  (client) => client.reset(),
  (client) => client.send(OPCODE.text, "!close 4000 bye"),
  (client) => {
    client.send(OPCODE.text, "!close 4000 bye");
    return client.closeFrame().then(() => client.close(4000));
  },
  (client) => client.send(OPCODE.text, "!terminate"),
  (client) => {
    client.send(OPCODE.text, "!throw");
    return client.closeFrame();
  },
  (client) => client.send(OPCODE.text, "!reject"),
  (client) => client.send(OPCODE.text, "x", { rsv: 4 }),
  (client) => client.send(OPCODE.binary, new Uint8Array(2_000)),
  (client) => client.write(new Uint8Array([0x81, 0x85, 0, 0])),
];

async function soak(port: number, count: number): Promise<void> {
  const path = route({ maxPayloadLength: 1000, closeTimeout: 1, idleTimeout: 1 });
  let started = 0;
  const worker = async () => {
    while (started < count) {
      const end = ENDS[started++ % ENDS.length]!;
      using client = await RawClient.open(port, path, { "Sec-WebSocket-Key": KEY });
      client.send(OPCODE.text, "x");
      await client.frame();
      await end(client);
    }
  };
  await Promise.all(Array.from({ length: 50 }, worker));
}

/** A client process that is killed at the end of its scope. */
async function startClient(url: string, prefix: readonly string[] = []) {
  const [program, ...args] = [...prefix, ...deno.command, CLIENT, url];
  const child = new Deno.Command(program!, { args, stdout: "piped", stderr: "null" }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await within(reader.read(), "a word of the client");
  const said = new TextDecoder().decode(value);
  assertEquals(said.trim(), "open");
  return {
    kill: (signal: Deno.Signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await reader.cancel();
      await child.status;
    },
  };
}

/** Tries again until it succeeds: for servers that need a moment. */
async function eventually(task: () => Promise<void>): Promise<void> {
  const end = performance.now() + 10_000;
  for (;;) {
    try {
      return await task();
    } catch (error) {
      if (performance.now() > end) throw error;
      await sleep(200);
    }
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Without permission to read, the limit on open files cannot be known. */
function limitSuite(runtime: WireRuntime): void {
  const unknown = runtime.gap("the default of `maxConnections`");
  if (unknown === undefined) return;
  addCase(runtime, `gap: the default of maxConnections may be ${unknown}`, async () => {
    const adapter = new URL("src/adapters/deno.ts", root).href;
    const program =
      `import { denoAdapter } from "${adapter}"; console.log(denoAdapter.connectionLimit());`;
    const limit = async (flags: string) => {
      const command =
        `ulimit -n 1000; "$0" run --quiet --no-lock ${flags} "data:text/typescript,$1"`;
      const { stdout } = await new Deno.Command("sh", {
        args: ["-c", command, runtime.command[0]!, encodeURIComponent(program)],
      }).output();
      return Number(new TextDecoder().decode(stdout));
    };
    assertEquals(await limit("--allow-net --allow-import"), unknown);
    assertEquals(await limit("--allow-all"), 836);
  }, "/proc");
}

for (const runtime of wireRuntimes) {
  faultsSuite(runtime);
  limitSuite(runtime);
}
