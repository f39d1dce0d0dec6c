/**
 * The samples in docs/: each one passes the type check, runs on both runtimes and does what its page
 * says. A sample that begins with `app.` stands in an app; a word after `ts` names its check.
 */
// What samples import beside us and Hono: here, so that it is installed for Bun, too.
import "npm:@microsoft/signalr@10.0.11";
import "npm:partysocket@1.3.0/ws";
import "npm:valibot@1.5.0";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { sign } from "hono/jwt";
import { root } from "./support/command.ts";
import {
  type Example,
  fencesIn,
  fileOf,
  needOf,
  playground,
  startExample,
  withEngine,
} from "./support/examples.ts";
import { HubClient } from "./support/hub_client.ts";
import { offlineImports } from "./support/imports.ts";
import { handshake, OPCODE, RawClient } from "./support/raw_client.ts";
import { bun, deno, nativeRuntimes, node } from "./support/runtimes.ts";
import type { ProcessServer } from "./support/process_server.ts";

const APP = `import { Hono } from "hono";
import { serve } from "edgesocket";
import { upgradeWebSocket } from "edgesocket/hono";
const app = new Hono();
`;

const pages = [...Deno.readDirSync(new URL("docs/", root))]
  .map(({ name }) => name).filter((name) => name.endsWith(".md")).sort();

function samplesOf(page: string): Example[] {
  const text = Deno.readTextFileSync(new URL(`docs/${page}`, root));
  return fencesIn(`docs/${page}`, text).filter(({ info }) => /^ts\b/.test(info)).map((sample) =>
    /\bnew Hono\b/.test(sample.code) || !/^(const \w+ = )?app\./m.test(sample.code)
      ? sample
      : { ...sample, code: `${APP}${sample.code}serve({ fetch: app.fetch });\n` }
  );
}

const all = pages.flatMap(samplesOf);
/** What runs on Cloudflare: workerd/pages_test.ts. */
const WORKERS = ["ts worker", "ts worker-room", "ts worker-sleep"];

/** Programs of clients, and tests for test runners (packages/testing_test.ts); the rest are servers. */
const NO_SERVERS = ["ts client", "ts hub-client", "ts test", ...WORKERS];
const clients = all.filter(({ info }) => info === "ts client");
const samples = all.filter(({ info }) => !NO_SERVERS.includes(info));

/** Clients of hubs, with their servers and what they print. */
const hubClients = all.filter(({ info }) => info === "ts hub-client").map((sample) => {
  const [, hub] = sample.code.match(/import type \{ (\w+) \}/) ?? [];
  const info = hub === "numbers" ? "ts hub-streams" : hub === "log" ? "ts hub-log" : "ts hub-chat";
  const server = all.find((other) => other.info === info)!;
  const code = sample.code.replace("./server.ts", `./${fileOf(server)}`);
  return { sample: { ...sample, code }, server, prints: hub === "numbers" ? "\n6\n" : ": hello\n" };
});

/** What samples import beside us and Hono. */
const PACKAGES = {
  valibot: "npm:valibot@1.5.0",
  partysocket: "npm:partysocket@1.3.0",
  "@microsoft/signalr": "npm:@microsoft/signalr@10.0.11",
};

async function status(port: number, path: string, headers: Record<string, string> = {}) {
  using client = await RawClient.connect(port);
  client.write(handshake(path, headers));
  return (await client.head()).status;
}

/** Opens a connection, sends and returns what comes back. */
async function says(
  { port }: ProcessServer,
  text: string,
  path = "/ws",
  headers: Record<string, string> = {},
): Promise<string | undefined> {
  using client = await RawClient.open(port, path, headers);
  client.send(OPCODE.text, text);
  return await client.text();
}

/** A connection of its own, which is closed at the end of the scope. */
async function open({ port }: ProcessServer, path = "/ws", headers: Record<string, string> = {}) {
  const client = await RawClient.open(port, path, headers);
  const says = async (text: string) => {
    client.send(OPCODE.text, text);
    return await client.text();
  };
  return Object.assign(client, { says });
}

async function post(server: ProcessServer, path: string, init: RequestInit = {}) {
  const response = await fetch(server.url(path, "http"), { method: "POST", ...init });
  return { status: response.status, text: await response.text() };
}

async function echoes(server: ProcessServer): Promise<void> {
  assertEquals(await says(server, "hi"), "hi");
}

async function listsOrigins(server: ProcessServer): Promise<void> {
  assertEquals(await status(server.port, "/ws", { Origin: "https://app.example" }), 101);
  assertEquals(await status(server.port, "/ws", { Origin: "http://127.0.0.1" }), 101);
  assertEquals(await status(server.port, "/ws", { Origin: "https://evil.example" }), 403);
  await echoes(server);
}

/** What a sample with a name shows. */
const CHECKS: Record<string, (server: ProcessServer) => Promise<void>> = {
  list: listsOrigins,
  async diagnostics(server) {
    const client = await open(server);
    assertEquals(await client.says("hi"), "hi");
    client.close(1000);
    await client.closeFrame();
    const ends = async () => await (await fetch(server.url("/ends", "http"))).text();
    while (await ends() === "{}") await new Promise((resolve) => setTimeout(resolve, 10));
    assertEquals(await ends(), '{"peer":1}');
  },
  async metrics(server) {
    await echoes(server);
    const text = async () => await (await fetch(server.url("/metrics", "http"))).text();
    const sent = /^edgesocket_server_io_total\{network_io_direction="transmit".*\} 2$/m;
    assert(sent.test(await text()), await text());
  },
  async compression(server) {
    await echoes(server);
    using client = await RawClient.connect(server.port);
    client.write(handshake("/account", { "Sec-WebSocket-Extensions": "permessage-deflate" }));
    const head = await client.head();
    assertEquals([head.status, head.all("sec-websocket-extensions")], [101, []]);
  },
  async events(server) {
    await echoes(server);
    const leaves = new AbortController();
    const { headers, body } = await fetch(server.url("/time", "http"), { signal: leaves.signal });
    assertEquals(headers.get("content-type"), "text/event-stream");
    const { value } = await body!.pipeThrough(new TextDecoderStream()).getReader().read();
    assertStringIncludes(value!, "event: time\ndata: 20");
    leaves.abort();
  },
  async proxied({ port }) {
    const headers = { Origin: "https://example.com", "X-Forwarded-Host": "example.com" };
    const from = (proto: string) => status(port, "/ws", { ...headers, "X-Forwarded-Proto": proto });
    assertEquals(await from("https"), 101);
    const plain = { ...headers, Origin: "http://example.com" };
    assertEquals(await status(port, "/ws", { ...plain, "X-Forwarded-Proto": "https" }), 403);
    assertEquals(await status(port, "/ws", plain), 101);
  },
  async cookie(server) {
    assertEquals(await status(server.port, "/ws"), 401);
    assertEquals(await status(server.port, "/ws", { Cookie: "session=made-up" }), 401);
    const cookie = { Cookie: "session=id-of-a-session" };
    assertEquals(await says(server, "hi", "/ws", cookie), "ada: hi");
  },
  async ticket(server) {
    assertEquals((await post(server, "/tickets")).status, 401);
    const headers = { authorization: "Bearer token-of-ada" };
    const path = `/ws?ticket=${(await post(server, "/tickets", { headers })).text}`;
    assertEquals(await status(server.port, "/ws"), 401);
    assertEquals(await says(server, "hi", path, { Origin: "https://app.example" }), "hi");
    assertEquals(await status(server.port, path), 401);
  },
  async "first-message"({ port }) {
    using stranger = await RawClient.open(port, "/ws");
    stranger.send(OPCODE.text, "hi");
    assertEquals(await stranger.closeFrame(), { code: 1008, reason: "log in first" });
    using user = await RawClient.open(port, "/ws");
    user.send(OPCODE.text, "token-of-ada");
    user.send(OPCODE.text, "hi");
    assertEquals(await user.text(), "ada: hi");
  },
  async jwt(server) {
    assertEquals(await status(server.port, "/ws"), 401);
    assertEquals(await status(server.port, "/ws", { Cookie: "token=made.up.entirely" }), 401);
    const token = await sign({ sub: "ada" }, "change me", "HS256");
    assertEquals(await says(server, "hi", "/ws", { Cookie: `token=${token}` }), "ada: hi");
  },
  async hosts({ port }) {
    const asked = (Host: string) => status(port, "/", { Host, Origin: `http://${Host}` });
    assertEquals(await asked("app.example"), 101);
    assertEquals(await asked(`localhost:${port}`), 101);
    assertEquals(await asked("attacker.example"), 421);
    using page = await RawClient.connect(port);
    page.write("GET / HTTP/1.1\r\nHost: attacker.example\r\n\r\n");
    assertEquals((await page.head()).status, 421);
  },
  async "end-of-session"(server) {
    const ada = { Cookie: "session=id-of-a-session" };
    assertEquals(await status(server.port, "/ws"), 401);
    assertEquals((await post(server, "/log-out")).status, 401);
    using first = await open(server, "/ws", ada);
    using second = await open(server, "/ws", ada);
    using other = await open(server, "/ws", { Cookie: "session=id-of-another" });
    for (const client of [first, second, other]) assertEquals(await client.says("hi"), "hi");
    // The first page goes; the second one stays known.
    first.close(1000);
    assertEquals((await first.closeFrame())?.code, 1000);
    using third = await open(server, "/ws", ada);
    await post(server, "/log-out", { headers: ada });
    for (const client of [second, third]) {
      assertEquals(await client.closeFrame(), { code: 4001, reason: "logged out" });
    }
    assertEquals(await other.says("still here"), "still here");
    assertEquals(await status(server.port, "/ws", ada), 401);
  },
  async room(server) {
    using first = await open(server);
    using second = await open(server);
    assertEquals(await first.says("hi"), "hi");
    assertEquals(await second.text(), "hi");
    first.close(1000);
    await first.closeFrame();
    assertEquals(await second.says("alone"), "alone");
  },
  async json(server) {
    using client = await open(server);
    const chat = (text: unknown) => JSON.stringify({ type: "chat", text });
    assertEquals(await client.says(chat(" hi ")), chat("hi"));
    client.send(OPCODE.text, chat(5));
    assertEquals((await client.closeFrame())?.code, 1007);
    using binary = await open(server);
    binary.send(OPCODE.binary, new TextEncoder().encode(chat("hi")));
    assertEquals((await binary.closeFrame())?.code, 1007);
  },
  async held(server) {
    using first = await open(server);
    using second = await open(server);
    assertEquals(await first.says("ada"), "the row of ada");
    assertEquals(server.all({ on: "line", line: "database closed" }), []);
    first.close(1000);
    await server.until({ on: "line", line: "database closed" });
    assertEquals(await second.says("bob"), "the row of bob");
    second.close(1000);
    await server.until({ on: "line", line: "database closed" }, 2);
  },
  rpc: echoes,
  async reports(server) {
    for (let i = 0; i < 3; i++) {
      assertEquals(await status(server.port, "/", { Origin: "https://evil.example" }), 403);
    }
    const { kind, cause, count, message } = await server.until({ kind: "refused" });
    assertEquals([kind, cause, count], ["refused", "403", 1]);
    assertStringIncludes(String(message), "https://evil.example");
    assertEquals(server.all({ kind: "refused" }).length, 1);
  },
  async refusals(server) {
    assertEquals(await status(server.port, "/ws", { Origin: "https://evil.example" }), 403);
    const { line } = await server.until({ on: "line" }, 2); // The first one says where it listens.
    assertStringIncludes(String(line), "403 http://127.0.0.1/ws expected an origin");
  },
  async "own-code"(server) {
    await echoes(server);
    using client = await RawClient.open(server.port, "/ws");
    client.send(OPCODE.text, "log out");
    assertEquals(await client.closeFrame(), { code: 4001, reason: "logged out" });
  },
  async "a-lot"({ port }) {
    using client = await RawClient.open(port, "/ws");
    for (let i = 0; i < 100; i++) assertEquals((await client.frame())?.payload.length, 65_536);
    assertEquals(await client.text(), "that was all");
  },
  async skipping(server) {
    assertEquals(await says(server, "1"), "1");
  },
  async "sends-only"({ port }) {
    using client = await RawClient.open(port, "/ws");
    client.send(OPCODE.text, "ignored");
    assertEquals(await client.text(), "hello");
    assert(!Number.isNaN(Date.parse(await client.text() ?? "")));
  },
  async production(server) {
    await echoes(server);
    await server.until({ on: "listening" });
    const healthy = await fetch(server.url("/healthy", "http"));
    assertEquals([healthy.status, /^\d connections\n$/.test(await healthy.text())], [200, true]);
  },
  async presence(server) {
    const until = async (client: RawClient, wanted: (said: Record<string, unknown>) => boolean) => {
      for (;;) {
        const said = JSON.parse((await client.text())!);
        if (wanted(said)) return said;
      }
    };
    using first = await open(server, "/ws?name=ann");
    const { present } = await until(first, (said) => "present" in said);
    assertEquals(present, [{ id: "ann", value: { name: "ann" } }]);
    using second = await open(server, "/ws?name=ann");
    await until(second, (said) => "present" in said);
    using other = await open(server, "/ws?name=bob");
    // The second tab is no news.
    const { joined } = await until(first, (said) => JSON.stringify(said).includes("bob"));
    assertEquals(joined, [{ id: "bob", value: { name: "bob" } }]);
    other.close(1000);
    const { left } = await until(first, (said) => (said.left as unknown[])?.length > 0);
    assertEquals(left, [{ id: "bob", value: { name: "bob" } }]);
  },
  async "named-rooms"({ port }) {
    using client = await RawClient.open(port, "/ws");
    for (
      const [topic, said] of [
        ["public:a", "welcome"],
        ["private:a", "unauthorized"],
        ["a*", "invalid-topic"],
      ] as const
    ) {
      client.send(OPCODE.text, topic);
      assertEquals(await client.text(), said);
    }
  },
  async replay({ port }) {
    using early = await RawClient.open(port, "/ws");
    for (const message of ["1", "2"]) early.send(OPCODE.text, message);
    const { position } = JSON.parse(await early.text() ?? "");
    using back = await RawClient.open(port, `/ws?after=${position}`);
    assertEquals(JSON.parse(await back.text() ?? "").message, "2");
    using unknown = await RawClient.open(port, "/ws?after=made-up");
    assertEquals(JSON.parse(await unknown.text() ?? "").gap, "epoch");
  },
  async "replay-engine"({ port }) {
    using early = await RawClient.open(port, "/ws");
    const first = early.text();
    let position: string | undefined;
    first.then((text) => position = JSON.parse(text ?? "").position);
    // Nothing is said while the engine is on its way.
    for (let tries = 0; position === undefined && tries < 50; tries++) {
      early.send(OPCODE.text, "said");
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    early.send(OPCODE.text, "last");
    using back = await RawClient.open(port, `/ws?after=${position}`);
    let message: string | undefined;
    while (message !== "last") message = JSON.parse(await back.text() ?? "").message;
    using unknown = await RawClient.open(port, "/ws?after=made-up");
    assertEquals(JSON.parse(await unknown.text() ?? "").gap, "epoch");
  },
  async "hub-chat"(server) {
    using ada = await HubClient.open(server, { path: "/chat?name=ada" });
    using guest = await HubClient.open(server, { path: "/chat" });
    for (const client of [ada, guest]) assertEquals(await client.ask("join", "lobby"), undefined);
    ada.call("send", "lobby", "hello");
    const told = { type: 1, target: "message", arguments: ["ada", "hello"] };
    for (const client of [guest, ada]) assertEquals(await client.next(), told);
    assertEquals((await ada.next())?.type, 3);
    const { error } = await ada.ask("send", "lobby", "x".repeat(501)) as { error: string };
    assertStringIncludes(error, "Failed to invoke 'send'");
    const other = await fetch(server.url("/chatter", "http"));
    assertEquals([other.status, await other.text()], [404, "not found"]);
  },
  async "hub-scale"(server) {
    const [answer] = await Promise.all([
      post(server, "/chat/negotiate?negotiateVersion=1&name=ada"),
      server.until({ on: "line", line: "engine: up" }),
    ]);
    const { connectionId, connectionToken } = JSON.parse(answer.text);
    using stranger = await server.connect(`/chat?id=${connectionToken}&name=eve`);
    assertEquals(stranger.status, 403);
    assertEquals(connectionToken.includes(connectionId), true);
    using ada = await HubClient.open(server, { path: `/chat?id=${connectionToken}&name=ada` });
    using guest = await HubClient.open(server, { path: "/chat" });
    for (const client of [ada, guest]) assertEquals(await client.ask("join", "lobby"), undefined);
    ada.call("send", "lobby", "hello");
    const told = { type: 1, target: "message", arguments: ["ada", "hello"] };
    assertEquals(await guest.next(), told);
  },
  async "hub-users"(server) {
    assertEquals((await post(server, "/notes/negotiate")).status, 401);
    const headers = { authorization: "Bearer token-of-ada" };
    assertEquals((await post(server, "/notes/negotiate", { headers })).status, 200);
    assertEquals((await server.connect("/notes")).status, 401);
    const path = "/notes?access_token=token-of-ada";
    using one = await HubClient.open(server, { path });
    using two = await HubClient.open(server, { path });
    assertEquals(await one.ask("whoAmI"), "ada");
    one.call("noteTo", "1", "hi");
    for (const client of [two, one]) assertEquals((await client.next())?.arguments, ["hi"]);
  },
  async "hub-streams"(server) {
    using client = await HubClient.open(server, { path: "/" });
    const clock = client.stream("clock", 10);
    const { item } = await client.next() ?? {};
    assertEquals([typeof item, (await client.next())?.invocationId], ["number", clock]);
    client.cancel(clock);
    for (;;) if ((await client.next())?.type === 3) break;
    client.upload("sum", ["s"]);
    for (const value of [1, 2]) client.item("s", value);
    client.complete("s");
    assertEquals((await client.next())?.result, 3);
  },
  async "hub-confirm"(server) {
    using client = await HubClient.open(server, { path: "/" });
    for (const result of [true, false]) {
      const call = client.call("leave", "lobby");
      const question = await client.next();
      assertEquals(question?.arguments, ["Leave lobby?"]);
      client.complete(`${question?.invocationId}`, { result });
      assertEquals(await client.next(), { type: 3, invocationId: call, result });
    }
  },
  async "hub-log"(server) {
    using client = await HubClient.open(server, { path: "/" });
    assertEquals(await client.ask("append", "a"), undefined);
    client.stream("lines", "");
    const first = (await client.next())?.item as { line: string; position: string };
    assertEquals(first.line, "a");
    assertEquals(await client.ask("append", "b"), undefined);
    const after = client.stream("lines", first.position);
    const all = [await client.next(), await client.next()];
    assertEquals(all.find((item) => item?.invocationId === after)?.item, all[0]?.item);
    assertEquals((all[0]?.item as { line: string }).line, "b");
  },
  async "hub-events"(server) {
    using client = await HubClient.open(server, { path: "/" });
    assertEquals((await client.next())?.arguments, [1]);
    assertEquals(await client.ask("hello"), "hello");
    const { error } = await client.ask("closeDoors") as { error: string };
    assertStringIncludes(error, "HubException: not for you");
    const admin = await HubClient.greet(await server.open("/", { "x-admin": "yes" }));
    assertEquals((await admin.next())?.arguments, [2]);
    assertEquals(await admin.ask("closeDoors"), "closed");
    admin.client.close(1000);
    await server.until({ on: "line", line: "left: peer" });
    assertEquals((await client.next())?.arguments, [2]);
    assertEquals((await client.next())?.arguments, [1]);
  },
  async "signalr-chat"(server) {
    using client = await HubClient.open(server, { path: "/" });
    assertEquals(await client.ask("join", "lobby"), undefined);
    client.call("send", "lobby", "hello");
    const told = { type: 1, target: "Message", arguments: ["ada", "hello"] };
    assertEquals(await client.next(), told);
  },
  async drain(server) {
    await echoes(server);
    const ready = await fetch(server.url("/ready", "http"));
    assertEquals([ready.status, await ready.text()], [200, "listening"]);
  },
  async background(server) {
    using first = await open(server, "/ws?id=lamp");
    using second = await open(server, "/ws?id=lamp");
    for (const client of [first, second]) assertEquals(await client.says("hi"), "hi");
    const send = (body: string) => post(server, "/devices/lamp", { body });
    assertEquals(await send("on"), { status: 202, text: "sent to 2\n" });
    for (const client of [first, second]) assertEquals(await client.text(), "on");
    // The device has come back, and its first connection ends: the second one is still known.
    first.close(1000);
    await first.closeFrame();
    assertEquals(await send("off"), { status: 202, text: "sent to 1\n" });
    assertEquals(await second.text(), "off");
    assertEquals((await post(server, "/devices/toaster", { body: "on" })).status, 404);
  },
};

Deno.test("every sample of docs/ is named in the tests if it is more than an echo", () => {
  assert(samples.length > 20);
  const names = all.map(({ info }) => info.split(" ")[1]).filter((name) => name !== undefined);
  const unknown = names.filter((name) =>
    !["deno", "bun", "client", "hub-client", "test"].includes(name) && !(name in CHECKS) &&
    !WORKERS.includes(`ts ${name}`)
  );
  assertEquals(unknown, []);
  assertEquals(Object.keys(CHECKS).filter((name) => !names.includes(name)), []);
});

/** A sample with what `wrangler types` makes for it. */
function withBindings(sample: Example): Example {
  const namespace =
    "{ idFromName(name: string): object; get(id: object): { fetch: typeof fetch } }";
  return { ...sample, code: `${sample.code}interface Env { ROOMS: ${namespace} }\n` };
}

/** README's samples, whole: tests/packages/readme_test.ts runs them. */
const README = fencesIn("README.md", Deno.readTextFileSync(new URL("README.md", root)))
  .filter(({ info, code }) => /^ts\b/.test(info) && !code.startsWith("app."));

Deno.test("every sample of docs/ and README.md passes the type check", async () => {
  assert(README.length > 0);
  const typed = new Map(hubClients.map(({ sample }) => [sample.name, sample]));
  const checked = [...all.map((sample) => typed.get(sample.name) ?? sample), ...README]
    .map((sample) => sample.info === "ts worker-room" ? withBindings(sample) : sample);
  await using folder = await playground(checked);
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--no-lock", `--import-map=${await offlineImports(PACKAGES)}`].concat(
      checked.filter((sample) => !sample.code.includes("Bun.")).map(folder.path),
    ),
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
});

for (const runtime of nativeRuntimes) {
  for (const sample of samples) {
    const word = sample.info.split(" ")[1] ?? "";
    if ((word === "deno" || word === "bun") && word !== runtime.name) continue;
    const needs = needOf(sample);
    const name = `${runtime.name}: the sample ${sample.name} does what its page says${needs}`;
    Deno.test({ name, ignore: needs !== "" }, async () => {
      await using folder = await playground([sample], Object.keys(PACKAGES));
      await using engine = await withEngine(sample);
      await using server = await startExample(runtime, folder.path(sample), PACKAGES, engine.env);
      await (CHECKS[word] ?? echoes)(server);
      // It may say which handshakes it refused, and that somebody subscribed before the engine was there.
      const expected = /^edgesocket refused .*\n|^Error: Lost messages of .*\n(?: {4}at .*\n)*/gm;
      assertEquals(server.errors.replaceAll(expected, ""), "");
    });
  }
}

/** What docs/node.md shows, bundled with what puts its servers on free ports. */
for (const sample of samples.filter(({ name }) => name.startsWith("docs/node.md"))) {
  Deno.test(`node: the sample ${sample.name} does what its page says`, async () => {
    const hook = new URL("tests/fixtures/free_port_node.ts", root).href;
    await using folder = await playground([
      {
        ...sample,
        code: `import ${JSON.stringify(hook.slice("file://".length))};\n${sample.code}`,
      },
    ]);
    await using server = await node.start({}, new URL(`file://${folder.path(sample)}`));
    await echoes(server);
    assertEquals(server.errors, "");
  });
}

for (const runtime of nativeRuntimes) {
  for (const { sample, server, prints } of hubClients) {
    Deno.test(`${runtime.name}: ${sample.name} calls the hub of its page`, async () => {
      await using folder = await playground([server, sample], Object.keys(PACKAGES));
      await using hub = await startExample(runtime, folder.path(server), PACKAGES);
      const path = folder.path(sample);
      await Deno.writeTextFile(path, sample.code.replace(":8000/", `:${hub.port}/`));
      const [program, ...args] = runtime.command;
      const flags = runtime === deno ? [`--import-map=${await offlineImports(PACKAGES)}`] : [];
      const client = new Deno.Command(program!, {
        args: [...args, ...flags, path],
        stdout: "piped",
        signal: AbortSignal.timeout(30_000),
      }).spawn();
      let said = "";
      for await (const piece of client.stdout.pipeThrough(new TextDecoderStream())) {
        said += piece;
        // It stays connected, and would go on for ever.
        if (said.includes(prints)) client.kill();
      }
      await client.status;
      assertStringIncludes(said, prints);
    });
  }
}

/** The other pages with tests: packages/testing_test.ts runs those of docs/testing.md. */
const tested = all.filter(({ info, name }) =>
  info === "ts test" && !name.startsWith("docs/testing.md")
);

for (const runtime of nativeRuntimes) {
  for (const sample of tested) {
    Deno.test(`${runtime.name}: ${sample.name} passes`, async () => {
      await using folder = await playground([sample], Object.keys(PACKAGES));
      const flags = runtime === deno
        ? ["-A", "--no-lock", `--import-map=${await offlineImports(PACKAGES)}`]
        : [];
      const { success, stdout, stderr } = await new Deno.Command(runtime.command[0]!, {
        args: ["test", ...flags, folder.path(sample)],
        env: { NO_COLOR: "1" },
        signal: AbortSignal.timeout(30_000),
      }).output();
      const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
      assert(success && /\b1 pass/.test(said), said);
    });
  }
}

for (const { name, command } of [deno, bun]) {
  for (const sample of clients) {
    Deno.test(`${name}: ${sample.name} connects again after 1001, and not after a code of our own`, async () => {
      // A server that says 1001 to the first connection, echoes on the second one, and ends with 4001.
      const codes = [1001, 4001];
      let opened = 0;
      const closed = Promise.withResolvers<void>();
      await using server = Deno.serve(
        { port: 0, hostname: "127.0.0.1", onListen() {} },
        (request) => {
          const { socket, response } = Deno.upgradeWebSocket(request);
          const code = codes[opened++] ?? 1000;
          socket.onmessage = ({ data }) => {
            if (code !== 1001) socket.send(data);
            socket.close(code);
          };
          socket.onclose = () => code === 4001 && closed.resolve();
          return response;
        },
      );
      const code = sample.code.replace(":8000/", `:${server.addr.port}/`);
      await using folder = await playground([{ ...sample, code }], Object.keys(PACKAGES));
      const flags = name === "deno" ? [`--import-map=${await offlineImports(PACKAGES)}`] : [];
      // It ends by itself when it does not come back.
      const { stdout } = await new Deno.Command(command[0]!, {
        args: [...command.slice(1), ...flags, folder.path(sample)],
        signal: AbortSignal.timeout(30_000),
      }).output();
      await closed.promise;
      assertEquals([opened, new TextDecoder().decode(stdout)], [2, "hello\n"]);
    });
  }
}
