/** What `serve` does beside its connections, on the memory adapter. */
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { MemoryAdapter } from "../../src/adapters/memory.ts";
import type { ListenOptions } from "../../src/server/adapter.ts";
import { type ServeOptions, startServer } from "../../src/server/serve.ts";

const adapter = () => new MemoryAdapter();

/** A signal that counts who listens to it. */
class CountedSignal extends EventTarget {
  aborted = false;
  reason: unknown;
  onabort = null;
  readonly listeners = new Set<unknown>();

  override addEventListener(type: string, listener: EventListener): void {
    this.listeners.add(listener);
    super.addEventListener(type, listener);
  }

  override removeEventListener(type: string, listener: EventListener): void {
    this.listeners.delete(listener);
    super.removeEventListener(type, listener);
  }

  throwIfAborted(): void {}

  abort(): void {
    this.aborted = true;
    this.dispatchEvent(new Event("abort"));
  }
}

const fetch = () => new Response("page");

Deno.test("a signal that outlives its servers does not keep them", async () => {
  const signal = new CountedSignal();
  for (let i = 0; i < 100; i++) {
    const server = startServer({ fetch, signal, onListen() {} }, adapter);
    assertEquals(signal.listeners.size, 1);
    await server.shutdown();
    assertEquals(signal.listeners.size, 0);
  }
  // Nobody is left who would hear it.
  signal.abort();
});

Deno.test("a signal shuts down every server that still runs, and is let go", async () => {
  const signal = new CountedSignal();
  const servers = [1, 2].map(() => startServer({ fetch, signal, onListen() {} }, adapter));
  assertEquals(signal.listeners.size, 2);
  signal.abort();
  await Promise.all(servers.map(({ finished }) => finished));
  assertEquals(signal.listeners.size, 0);
});

Deno.test("a signal that has aborted shuts a server down at once, and is not listened to", async () => {
  const signal = new CountedSignal();
  signal.abort();
  await startServer({ fetch, signal, onListen() {} }, adapter).finished;
  assertEquals(signal.listeners.size, 0);
});

/** What `serve` says of options that are wrong. */
function refusal(options: Record<string, unknown>): string {
  return assertThrows(() => startServer({ fetch, ...options } as ServeOptions, adapter)).message;
}

Deno.test("options that nobody reads are refused, with what was meant", () => {
  for (
    const [wrong, meant] of [
      ["prot", "port"],
      ["hostName", "hostname"],
      ["maxPayloadLenght", "maxPayloadLength"],
      ["onerror", "onError"],
    ]
  ) {
    const expected = `expected ${meant} (did you mean that?), got ${wrong}`;
    assertEquals(refusal({ [wrong!]: 1 }), `Cannot use options of serve: ${expected}`);
  }
});

Deno.test("options of routes are refused, with where they belong", () => {
  for (const name of ["origin", "trustProxy", "protocols", "idleTimeout", "data"]) {
    assertEquals(
      refusal({ [name]: 1 }),
      `Cannot use options of serve: expected ${name} in those of upgradeWebSocket, or of createUpgradeWebSocket for all routes, got ${name}`,
    );
  }
});

Deno.test("options of the wrong type are refused, undefined is not given", async () => {
  for (const name of ["port", "shutdownTimeout", "maxConnections", "maxPayloadLength"]) {
    for (const wrong of ["10", true, null, {}]) {
      const got = wrong === null ? "null" : typeof wrong;
      assertMatch(refusal({ [name]: wrong }), new RegExp(`^Cannot use option ${name}: .*${got}$`));
    }
  }
  for (const name of ["onListen", "onError", "onRefuse", "onReport"]) {
    assertMatch(refusal({ [name]: "log" }), /expected a function, got string$/);
  }
  for (const name of ["hostname", "cert"]) {
    assertMatch(refusal({ [name]: 1, key: "x" }), /expected a string, got number$/);
  }
  assertMatch(refusal({ holdPipeline: "yes" }), /expected true or false, got string$/);
  for (const wrong of [null, "", false, 0, "app.example", {}]) {
    assertMatch(
      refusal({ hosts: wrong }),
      /^Cannot use option hosts: expected a list of hosts, got/,
    );
  }
  assertMatch(refusal({ deno: [] }), /expected an object, got a list$/);
  assertMatch(refusal({ signal: {} }), /expected an AbortSignal, got object$/);
  assertMatch(refusal({ fetch: undefined }), /expected fetch to be a function/);
  const given = { port: undefined, hostname: undefined, cert: undefined, key: undefined };
  const none = { onError: undefined, onReport: undefined, hosts: undefined, signal: undefined };
  await startServer({ fetch, ...given, ...none, onListen: () => {} }, adapter).shutdown();
});

Deno.test("options of the runtime are handed on, but for those that serve sees to", async () => {
  const handed: unknown[] = [];
  const native = () =>
    Object.assign(adapter(), {
      listen(options: ListenOptions) {
        handed.push(options.native);
        return { port: 1, native: "the runtime's own", stop: () => Promise.resolve() };
      },
    });
  const server = startServer(
    { fetch, deno: { reusePort: true }, bun: { development: false }, onListen: () => {} },
    native,
  );
  assertEquals([server.native, handed], ["the runtime's own", [{ reusePort: true }]]);
  await server.shutdown();
  assertEquals(
    refusal({ bun: { port: 1 } }),
    "Cannot use option bun: expected port beside it, as serve sees to that itself, got port",
  );
  assertMatch(
    refusal({ deno: { path: "/run/x.sock" } }),
    /expected a TCP port \(for a unix socket/,
  );
  assertMatch(refusal({ bun: { unix: "/run/x.sock" } }), /expected a TCP port \(for a unix socket/);
  assertMatch(refusal({ deno: null }), /expected an object, got null$/);
});

Deno.test("says where it listens, unless somebody is told", async () => {
  const said: unknown[] = [];
  const { log } = console;
  console.log = (...words: unknown[]) => void said.push(...words);
  try {
    await startServer({ fetch }, adapter).shutdown();
    let told = "";
    await startServer({ fetch, onListen: ({ url }) => void (told = url) }, adapter).shutdown();
    assertEquals([said, told], [["Listening on http://localhost:0/"], "http://localhost:0/"]);
  } finally {
    console.log = log;
  }
});
