import { assert, assertEquals, assertLess } from "@std/assert";
import { handshake, KEY, OPCODE, RawClient } from "../support/raw_client.ts";
import { deno, type Runtime } from "../support/runtimes.ts";
import { TestServer } from "../support/server.ts";

const CLIENT = new URL("../fixtures/client.ts", import.meta.url).pathname;

/** Connections that the soak test opens and ends; the whole command stays under two minutes. */
const SOAK = Number(Deno.env.get("SOAK") ?? 6_000);

const IDLE = { code: 1006, reason: "", wasClean: false, cause: "idle-timeout" };

/** What happens to servers in the world: clients that vanish, floods, too few descriptors. */
export function faultsSuite(runtime: Runtime): void {
  const test = (title: string, body: () => Promise<void>, ignore = false) =>
    Deno.test({ name: `${runtime.name}: ${title}`, ignore, fn: body });

  test("reports a client whose process is stopped, within the tolerance", async () => {
    await using server = await TestServer.start(runtime);
    await using client = await startClient(server.url(`/ws?id=a&options={"idleTimeout":1}`));
    await server.until({ on: "open" });
    await sleep(1_500);
    assertEquals(server.all({ on: "close" }), [], "a client that answers pings lives");
    client.kill("SIGSTOP");
    const stopped = performance.now();
    const { code, reason, wasClean, cause } = await server.until({ on: "close" });
    assertEquals({ code, reason, wasClean, cause } as never, IDLE);
    assertLess(performance.now() - stopped, 2_500);
    await server.settled();
  });

  const possible = Network.possible(runtime);
  if (!possible) {
    console.log(`${runtime.name}: lost packets: no network namespaces on this machine`);
  }
  test("reports a client whose packets are lost, within the tolerance", async () => {
    using network = new Network(runtime);
    await using server = await TestServer.start(runtime, { LISTEN: network.host });
    const url = server.url(`/ws?id=a&options={"idleTimeout":1}`).replace("127.0.0.1", network.host);
    await using _client = await startClient(url, network.inside);
    await server.until({ on: "open" });
    network.cut();
    const cut = performance.now();
    const { code, reason, wasClean, cause } = await server.until({ on: "close" });
    assertEquals({ code, reason, wasClean, cause } as never, IDLE);
    assertLess(performance.now() - cut, 2_500);
  }, !possible);

  const limited: Runtime = {
    name: runtime.name,
    command: ["sh", "-c", 'ulimit -Sn 100; ulimit -Hn 300; exec "$@"', "sh", ...runtime.command],
  };

  test("refuses connections with 503 before the process is out of file descriptors", async () => {
    await using server = await TestServer.start(limited);
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
  });

  test("serves on after the process was out of file descriptors", async () => {
    await using server = await TestServer.start(limited, { MAX_CONNECTIONS: "100000" });
    const clients = await Promise.allSettled(
      Array.from({ length: 350 }, () => RawClient.connect(server.port)),
    );
    // Gap "a process that is out of open files": Deno's listener ends, and we start another one.
    if (runtime.name === "deno") await server.until({ on: "reported" });
    for (const client of clients) {
      if (client.status === "fulfilled") client.value[Symbol.dispose]();
    }
    await eventually(async () => {
      using client = await RawClient.open(server.port, "/echo");
      client.send(OPCODE.text, "x");
      assertEquals(await client.text(), "x");
    });
  });

  test("serves on after a handler froze its request, at which Deno ends its listener", async () => {
    await using server = await TestServer.start(runtime);
    using witness = await RawClient.open(server.port, "/echo");
    using visitor = await RawClient.connect(server.port);
    visitor.write(handshake("/freeze"));
    if (runtime.name === "deno") {
      assertEquals((await server.until({ on: "reported" })).message, "Deno.serve ended by itself");
    }
    await eventually(async () => {
      using client = await RawClient.open(server.port, "/echo");
      client.send(OPCODE.text, "x");
      assertEquals(await client.text(), "x");
    });
    witness.send(OPCODE.text, "still here");
    assertEquals(await witness.text(), "still here");
  });

  test(`leaves nothing behind after ${SOAK} connections ended in mixed ways`, async () => {
    await using server = await TestServer.start(runtime, { QUIET: "1" });
    await soak(server.port, SOAK / 6);
    await server.settled();
    const before = await server.heap();
    await soak(server.port, SOAK);
    await server.settled();
    // A connection kept by mistake would take a kilobyte and more. Deno's idle timer holds on to
    // broken sockets until it fires, so that they are given a moment.
    await eventually(async () => {
      const growth = (await server.heap()) - before;
      assertLess(growth / SOAK, 200, `${growth} bytes more after ${SOAK} connections`);
    });
    assertEquals(server.errors, "");
  });
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
  const path = `/ws?options=${
    encodeURIComponent('{"maxPayloadLength":1000,"closeTimeout":1,"idleTimeout":1}')
  }`;
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
  const said = new TextDecoder().decode((await reader.read()).value);
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

/** A second host on this machine: a network namespace whose link can be cut. */
class Network implements Disposable {
  readonly #name: string;
  readonly #subnet: string;

  constructor({ name }: Runtime) {
    this.#name = `edgesocket-${name}`;
    this.#subnet = `10.231.${name === "deno" ? 1 : 2}`;
    const [here, there] = this.#links;
    this[Symbol.dispose]();
    for (
      const args of [
        `netns add ${this.#name}`,
        `link add ${here} type veth peer name ${there}`,
        `link set ${there} netns ${this.#name}`,
        `addr add ${this.host}/24 dev ${here}`,
        `link set ${here} up`,
        `-n ${this.#name} addr add ${this.#subnet}.2/24 dev ${there}`,
        `-n ${this.#name} link set ${there} up`,
      ]
    ) {
      assert(ip(args), `ip ${args}`);
    }
  }

  /** Whether this machine lets us make one. */
  static possible({ name }: Runtime): boolean {
    const probe = `edgesocket-probe-${name}`;
    return ip(`netns add ${probe}`) && ip(`netns del ${probe}`);
  }

  /** Our address on the link. */
  get host(): string {
    return `${this.#subnet}.1`;
  }

  /** What to put before a command that shall run on the other host. */
  get inside(): readonly string[] {
    return ["ip", "netns", "exec", this.#name];
  }

  /** The names of both ends, at most 15 characters. */
  get #links(): readonly [string, string] {
    return [`${this.#name.slice(0, 13)}-a`, `${this.#name.slice(0, 13)}-b`];
  }

  /** From now on every packet of the other host is lost, and nobody is told. */
  cut(): void {
    assert(ip(`-n ${this.#name} addr flush dev ${this.#links[1]}`));
  }

  [Symbol.dispose](): void {
    ip(`link del ${this.#links[0]}`);
    ip(`netns del ${this.#name}`);
  }
}

function ip(args: string): boolean {
  try {
    const options = { args: args.split(" "), stdout: "null", stderr: "null" } as const;
    return new Deno.Command("ip", options).outputSync().success;
  } catch {
    return false;
  }
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
