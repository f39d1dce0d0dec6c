/** What users of hubs have to install, and what their clients hear where they have not. */
import { assertEquals, assertRejects } from "@std/assert";
import { build, stop } from "npm:esbuild@0.28.2";
import { HubClient } from "../support/hub_client.ts";
import { messagePack } from "../support/messagepack.ts";
import { ProcessServer } from "../support/process_server.ts";
import { bun, deno, type WireRuntime } from "../support/runtimes.ts";
import { consumer } from "./consumer.ts";
import { succeeded } from "./folder.ts";
import { needsNpm } from "./npm_registry.ts";

type Program = Pick<WireRuntime, "command">;

const NODE: Program = { command: ["node"] };

/** What a client is told, and what the server is told beside it. */
const MISSING =
  "Cannot speak MessagePack: expected the package @msgpack/msgpack, got none: npm install @msgpack/msgpack";

/** A folder with a server of a hub, its peers, and these packages. */
async function installed(...packages: string[]) {
  const user = await consumer();
  const { folder } = user;
  const peers = ["ws", "@hono/node-server", "hono"];
  const command = ["install", "--no-audit", "--no-fund", "--silent", "edgesocket", ...peers];
  succeeded(await folder.run("npm", [...command, ...packages], user.env));
  await folder.copy("hub_server.js", "edgesocket");
  return user;
}

/** A server without the package: clients of JSON are served, those of MessagePack are told. */
async function servesJsonOnly(program: Program, script: URL): Promise<void> {
  await using server = await ProcessServer.start(program, {}, script);
  for (let i = 0; i < 2; i++) {
    const open = HubClient.open(server, { protocol: messagePack });
    await assertRejects(() => open, Error, `expected a handshake, got {"error":"${MISSING}"}`);
  }
  using client = await HubClient.open(server);
  assertEquals(await client.ask("hello"), "hi");
  assertEquals(server.errors, `told: ${MISSING}\n`);
}

Deno.test(
  "without the optional peer JSON works, and MessagePack says what to install",
  needsNpm,
  async () => {
    await using user = await installed();
    const script = user.folder.url("hub_server.js");
    for (const program of [NODE, bun, deno]) await servesJsonOnly(program, script);
  },
);

Deno.test("with the optional peer MessagePack works on every runtime", needsNpm, async () => {
  await using user = await installed("@msgpack/msgpack@^3.1.3");
  for (const program of [NODE, bun, deno]) {
    await using server = await ProcessServer.start(program, {}, user.folder.url("hub_server.js"));
    using client = await HubClient.open(server, { protocol: messagePack });
    assertEquals([await client.ask("hello"), server.errors], ["hi", ""]);
  }
});

Deno.test("a bundler takes the optional peer for optional", needsNpm, async () => {
  await using user = await installed();
  await build({
    entryPoints: [user.folder.url("hub_server.js").pathname],
    outfile: user.folder.url("bundle.mjs").pathname,
    absWorkingDir: user.folder.path,
    bundle: true,
    format: "esm",
    platform: "node",
    external: ["ws", "@hono/node-server", "hono"],
    logLevel: "silent",
  });
  await stop();
  await servesJsonOnly(NODE, user.folder.url("bundle.mjs"));
});
