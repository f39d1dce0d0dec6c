/**
 * Who gets at the channel by which the playground's server tells what it sees: pages of its own, on
 * its own machine or with a token, and nobody else.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { probe } from "../examples/inspect/probe.ts";
import { type EchoApp, startApp } from "./support/echo_app.ts";
import { handshake, OPCODE, RawClient } from "./support/raw_client.ts";
import { nativeRuntimes } from "./support/runtimes.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";

/** What a handshake with these headers is answered: the status. */
async function knock(app: EchoApp, headers: Record<string, string>, path = "/inspect") {
  using client = await RawClient.connect(app.port);
  client.write(handshake(path, headers));
  return (await client.head()).status;
}

/** The headers of a page of this very server. */
const own = ({ port }: EchoApp, name = "127.0.0.1") => ({
  Host: `${name}:${port}`,
  Origin: `http://${name}:${port}`,
});

/** A page's channel, by hand. */
async function channel(app: EchoApp, headers: Record<string, string> = own(app)) {
  const client = await RawClient.open(app.port, "/inspect", headers);
  return {
    client,
    ask: (message: unknown) => client.send(OPCODE.text, JSON.stringify(message)),
    /** The next message of a type; others before it are passed over. */
    async next(type: string): Promise<Record<string, unknown>> {
      for (;;) {
        const message = JSON.parse((await client.text())!);
        if (message.type === type) return message;
      }
    },
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}

for (const runtime of nativeRuntimes) {
  const { name } = runtime;
  const start = (env: Record<string, string> = {}) => startApp(runtime, env);

  Deno.test(`${name}: inspect: is not there unless INSPECT is 1`, async () => {
    for (const env of [{}, { INSPECT: "0", INSPECT_TOKEN: TOKEN }]) {
      await using app = await start(env);
      assertEquals(await knock(app, own(app)), 404);
      const page = await (await fetch(`http://127.0.0.1:${app.port}/`)).text();
      assert(!page.includes("data-inspect"));
    }
  });

  Deno.test(`${name}: inspect: the page's own server tells it of its connection, and of no other`, async () => {
    await using app = await start({ INSPECT: "1" });
    using inspector = await channel(app);
    inspector.ask({ type: "hello", token: "" });
    assertStringIncludes(`${(await inspector.next("welcome")).runtime}`, " ");
    const before = Date.now();
    inspector.ask({ type: "time", sent: 5 });
    const { sent, now } = await inspector.next("time");
    assertEquals(sent, 5);
    assert(Math.abs(Number(now) - before) < 60_000);
    inspector.ask({ type: "connecting", id: 1, path: "/ws" });
    await inspector.next("watching");
    using client = await RawClient.open(app.port, "/ws");
    inspector.ask({ type: "opened", id: 1, protocol: "", at: 1e15 });
    await inspector.next("matched");
    const told = async () =>
      ((await inspector.next("told")).told as { event: string }[]).map(({ event }) => event).sort();
    assertEquals(await told(), ["handshake", "open"]);
    client.send(OPCODE.text, "hi");
    assertEquals(await client.text(), "hi");
    assertEquals(await inspector.next("traffic"), {
      type: "traffic",
      id: 1,
      received: [1, 2],
      sent: [1, 2],
    });
    using other = await RawClient.open(app.port, "/ws");
    other.close(4000);
    await other.closeFrame();
    client.close(4321, "mine");
    const close = (await inspector.next("told")).told as Record<string, unknown>[];
    assertEquals(close.map(({ event, code, reason, cause }) => [event, code, reason, cause]), [
      ["close", 4321, "mine", "peer"],
    ]);
  });

  Deno.test(`${name}: inspect: the page may have any name of this machine`, async () => {
    await using app = await start({ INSPECT: "1" });
    for (const host of ["127.0.0.1", "localhost", "[::1]"]) {
      assertEquals(await knock(app, own(app, host)), 101, host);
    }
  });

  Deno.test(`${name}: inspect: a foreign page, or a program that is none, gets nothing`, async () => {
    await using app = await start({ INSPECT: "1" });
    const { Host } = own(app);
    for (
      const [title, headers, status] of [
        ["another site", { Host, Origin: "https://evil.example" }, 403],
        ["another port of this machine", { Host, Origin: "http://127.0.0.1:1" }, 403],
        ["this port by another name", { Host, Origin: `http://localhost:${app.port}` }, 403],
        ["a sandboxed frame", { Host, Origin: "null" }, 403],
        ["no page at all", { Host }, 403],
        ["rebinding", own(app, "evil.example"), 421],
        ["rebinding to a look-alike", own(app, "127.0.0.1.evil.example"), 421],
        ["rebinding to another address", own(app, "0.0.0.0"), 421],
        ["a proxy", { ...own(app), "X-Forwarded-For": "203.0.113.1" }, 403],
        ["a proxy of the standard", { ...own(app), Forwarded: "for=203.0.113.1" }, 403],
        ["a proxy that says its name", { ...own(app), Via: "1.1 proxy" }, 403],
      ] as const
    ) assertEquals(await knock(app, headers), status, title);
    // A script of a foreign page that asks without a handshake learns no more.
    const asked = await fetch(`http://127.0.0.1:${app.port}/inspect`, {
      headers: { origin: "https://evil.example" },
    });
    await asked.body?.cancel();
    assertEquals([asked.status, asked.headers.get("access-control-allow-origin")], [404, null]);
    // Rebinding does not even get the page itself.
    using client = await RawClient.connect(app.port);
    client.write(`GET / HTTP/1.1\r\nHost: evil.example:${app.port}\r\n\r\n`);
    assertEquals((await client.head()).status, 421);
    // And who is at home is still let in.
    assertEquals(await knock(app, own(app)), 101);
  });

  Deno.test(`${name}: inspect: with a token, nobody is told anything without it`, async () => {
    await using app = await start({ INSPECT: "1", INSPECT_TOKEN: TOKEN, HOST: "0.0.0.0" });
    assertEquals(await knock(app, { ...own(app), Origin: "https://evil.example" }), 403);
    for (const token of ["", TOKEN.slice(1), `${TOKEN} `]) {
      using inspector = await channel(app);
      inspector.ask({ type: "hello", token });
      assertEquals(await inspector.client.closeFrame(), {
        code: 1008,
        reason: "expected the token",
      });
    }
    using eager = await channel(app);
    eager.ask({ type: "probe", id: 1, url: `http://127.0.0.1:${app.port}/`, headers: [] });
    assertEquals((await eager.client.closeFrame())?.code, 1008);
    // By any name, and behind a proxy, as the token says enough.
    using inspector = await channel(app, { ...own(app, "app.example"), Via: "1.1 proxy" });
    inspector.ask({ type: "hello", token: TOKEN });
    await inspector.next("welcome");
  });

  Deno.test(`${name}: inspect: no more than 16 pages at a time, and there is room again`, async () => {
    await using app = await start({ INSPECT: "1" });
    const all = await Promise.all(Array.from({ length: 16 }, () => channel(app)));
    assertEquals(await knock(app, own(app)), 503);
    const [first] = all;
    first!.client.close(1000);
    await first!.client.closeFrame();
    // The server has let go of it by the time that it has answered, or a moment later.
    for (let tries = 0; await knock(app, own(app)) !== 101; tries++) assert(tries < 100);
    for (const one of all) one[Symbol.dispose]();
  });

  Deno.test(`${name}: inspect: a probe shows a refusal as it was on the wire`, async () => {
    await using app = await start({ INSPECT: "1" });
    using inspector = await channel(app);
    inspector.ask({ type: "hello", token: "" });
    const ask = async (url: string, headers: readonly (readonly [string, string])[] = []) => {
      inspector.ask({ type: "probe", id: 7, url, headers });
      return await inspector.next("probed");
    };
    const url = `ws://127.0.0.1:${app.port}/ws`;
    const refused = await ask(url, [["Origin", "https://evil.example"]]);
    assertStringIncludes(`${refused.head}`, "HTTP/1.1 403 Forbidden\r\n");
    assertStringIncludes(`${refused.head}`.toLowerCase(), "\r\ncontent-type: text/plain");
    assertStringIncludes(`${refused.body}`, "expected an origin that may connect here");
    const misdirected = await ask(url, [["Host", "evil.example"]]);
    assertStringIncludes(`${misdirected.head}`, "HTTP/1.1 421 ");
    assertStringIncludes(`${(await ask(url)).head}`, "HTTP/1.1 101 Switching Protocols\r\n");
    const page = await ask(`http://localhost:${app.port}/`);
    assertStringIncludes(`${page.body}`, "Communication Log");
    assertStringIncludes(`${(await ask("file:///etc/passwd")).error}`, "expected a URL with ws");
    assertStringIncludes(`${(await ask("http://127.0.0.1:1/")).error}`, "Cannot probe 127.0.0.1:1");
  });
}

/** A server that says what it likes. */
function says(bytes: (connection: Deno.Conn) => Promise<unknown>) {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const connections: Deno.Conn[] = [];
  const done = (async () => {
    for await (const connection of listener) {
      connections.push(connection);
      bytes(connection).catch(() => {});
    }
  })().catch(() => {});
  return {
    url: `ws://127.0.0.1:${listener.addr.port}/`,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of connections) {
        try {
          connection.close();
        } catch {
          // It is closed.
        }
      }
      await done;
    },
  };
}

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("inspect: a probe waits no longer than it may, and says what came by then", async () => {
  await using silent = says(() => Promise.resolve());
  const nothing = await probe({ url: silent.url, headers: [], patience: 50 });
  assertStringIncludes(nothing.error!, "no more came within 0.05 s");
  assertEquals(nothing.head, undefined);
  await using slow = says((to) => to.write(encode("HTTP/1.1 500 x\r\n\r\nhal")));
  const half = await probe({ url: slow.url, headers: [], patience: 50 });
  assertEquals([half.head, half.body, half.cut], ["HTTP/1.1 500 x\r\n\r\n", "hal", true]);
});

Deno.test("inspect: a probe takes no more than it may", async () => {
  await using endless = says(async (to) => {
    await to.write(encode("HTTP/1.1 200 x\r\n\r\n"));
    for (;;) await to.write(new Uint8Array(65_536).fill(97));
  });
  const { body, cut, error } = await probe({ url: endless.url, headers: [] });
  assertEquals([body!.length, cut, error], [65_536 - 18, true, undefined]);
});

Deno.test("inspect: a probe of a server that hangs up, or speaks no HTTP, says so", async () => {
  await using mute = says((to) => Promise.resolve(to.close()));
  assertStringIncludes((await probe({ url: mute.url, headers: [] })).error!, "Cannot probe");
  await using other = says(async (to) => {
    await to.write(encode("SSH-2.0-x\r\n"));
    to.close();
  });
  assertStringIncludes((await probe({ url: other.url, headers: [] })).error!, "it closed");
});
