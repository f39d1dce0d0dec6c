/**
 * The samples in docs/: each one passes the type check, runs on both runtimes and does what its page
 * says. A sample that begins with `app.` stands in an app; a word after `ts` names its check.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { root } from "./support/command.ts";
import { type Example, fencesIn, playground } from "./support/examples.ts";
import { offlineImports } from "./support/imports.ts";
import { handshake, OPCODE, RawClient } from "./support/raw_client.ts";
import { type WireRuntime, wireRuntimes } from "./support/runtimes.ts";
import { ProcessServer } from "./support/process_server.ts";

const RUNNER = new URL("tests/fixtures/example.ts", root).pathname;

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
    sample.code.includes("new Hono(") || !sample.code.includes("app.")
      ? sample
      : { ...sample, code: `${APP}${sample.code}serve({ fetch: app.fetch });\n` }
  );
}

/** Tests are run by test runners: packages/testing_test.ts does that. */
const isTest = ({ info }: Example) => info === "ts test";
const allSamples = pages.flatMap(samplesOf);
const samples = allSamples.filter((sample) => !isTest(sample));

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
  async "end-of-session"(server) {
    using client = await RawClient.open(server.port, "/ws?user=eve");
    client.send(OPCODE.text, "hi");
    assertEquals(await client.text(), "hi");
    await post(server, "/log-out/eve");
    assertEquals(await client.closeFrame(), { code: 4001, reason: "logged out" });
  },
  async refusals(server) {
    assertEquals(await status(server.port, "/ws", { Origin: "https://evil.example" }), 403);
    const { line } = await server.until({ on: "line" });
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
  async background(server) {
    using client = await RawClient.open(server.port, "/ws?id=lamp");
    client.send(OPCODE.text, "hi");
    assertEquals(await client.text(), "hi");
    const sent = await post(server, "/devices/lamp", { body: "on" });
    assertEquals([sent.status, await client.text()], [202, "on"]);
    assertEquals((await post(server, "/devices/toaster", { body: "on" })).status, 404);
  },
};

Deno.test("every sample of docs/ is named in the tests if it is more than an echo", () => {
  assert(samples.length > 20);
  const names = samples.map(({ info }) => info.split(" ")[1]).filter((name) => name !== undefined);
  const unknown = names.filter((name) => name !== "deno" && name !== "bun" && !(name in CHECKS));
  assertEquals(unknown, []);
  assertEquals(Object.keys(CHECKS).filter((name) => !names.includes(name)), []);
});

/** README's samples: tests/readme_test.ts runs them. */
const README = fencesIn("README.md", Deno.readTextFileSync(new URL("README.md", root)))
  .filter(({ info }) => /^ts\b/.test(info)).map((sample) => ({
    ...sample,
    code: sample.code.replaceAll(/"(jsr:@edgesocket\/|npm:)/g, '"').replace('"hono@4"', '"hono"'),
  }));

Deno.test("every sample of docs/ and README.md passes the type check", async () => {
  assert(README.length > 0);
  const checked = [...allSamples, ...README];
  await using folder = await playground(checked);
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--no-lock", `--import-map=${await offlineImports()}`].concat(
      checked.filter((sample) => !sample.code.includes("Bun.")).map(folder.path),
    ),
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
});

for (const runtime of wireRuntimes) {
  for (const sample of samples) {
    const word = sample.info.split(" ")[1] ?? "";
    if ((word === "deno" || word === "bun") && word !== runtime.name) continue;
    Deno.test(`${runtime.name}: the sample ${sample.name} does what its page says`, async () => {
      await using folder = await playground([sample]);
      await using server = await start(runtime, folder.path(sample));
      await (CHECKS[word] ?? echoes)(server);
      assertEquals(server.errors, "");
    });
  }
}

async function start({ name, command }: WireRuntime, path: string): Promise<ProcessServer> {
  const flags = name === "deno" ? [`--import-map=${await offlineImports()}`] : [];
  const runner = { command: [...command, ...flags, RUNNER] };
  return await ProcessServer.start(runner, {}, new URL(`file://${path}`));
}
