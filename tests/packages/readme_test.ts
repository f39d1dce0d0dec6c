/** README as a newcomer reads it: its commands and samples, as pasted, in a fresh folder. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { root } from "../support/command.ts";
import { fencesIn } from "../support/examples.ts";
import { ProcessServer } from "../support/process_server.ts";
import { handshake, OPCODE, RawClient } from "../support/raw_client.ts";
import { bundled } from "../support/bundle.ts";
import { bun, deno, nativeRuntimes, type WireRuntime } from "../support/runtimes.ts";
import { npmPackage } from "./build.ts";
import { Folder, succeeded } from "./folder.ts";
import { JsrRegistry } from "./jsr_registry.ts";
import { needsNpm, NpmRegistry } from "./npm_registry.ts";

const README = Deno.readTextFileSync(new URL("README.md", root));
const fences = fencesIn("README.md", README);
const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
const FREE_PORT = new URL("tests/fixtures/free_port.ts", root).pathname;

/** The code of a fence, by its words. */
function fence(info: string): string {
  const found = fences.find((one) => one.info === info);
  assert(found, `README.md has no ${info}`);
  return found.code;
}

/** The commands of the fence that begins with these words. */
function commands(start: string): string {
  const found = fences.find(({ info, code }) => info.startsWith("sh") && code.startsWith(start));
  assert(found, `README.md has no command ${start}`);
  return found.code;
}

/** What stands in README between backticks, with the server on a free port. */
function startCommand(runtime: WireRuntime): string[] {
  const command = runtime === deno ? "deno run --allow-net server.ts" : "bun server.ts";
  assertStringIncludes(README, `\`${command}\``);
  const words = command.split(" ");
  // Deno asks for nothing beyond README's permissions: the preload needs none.
  return [runtime.command[0]!, ...words.slice(1, -1), `--preload=${FREE_PORT}`];
}

/** A fresh folder whose package managers find what is built from this tree. */
async function newcomer() {
  const { manifest, tarball } = await npmPackage();
  const npm = await NpmRegistry.start(manifest, tarball);
  const { registry: jsr } = await JsrRegistry.publish();
  const folder = await Folder.make();
  await Deno.mkdir(folder.url("mine"));
  return {
    folder,
    env: { ...npm.env(`${folder.path}/cache`), JSR_URL: jsr.url, HOME: folder.path },
    async [Symbol.asyncDispose]() {
      for (const held of [folder, npm, jsr]) await held[Symbol.asyncDispose]();
    },
  };
}

type Newcomer = Awaited<ReturnType<typeof newcomer>>;

/** Runs lines of README in `mine`, with the programs of the tests under their names. */
async function paste({ folder, env }: Newcomer, lines: string): Promise<void> {
  const programs = { deno: Deno.execPath(), bun: bun.command[0]! };
  await Deno.mkdir(folder.url("programs"), { recursive: true });
  for (const [name, path] of Object.entries(programs)) {
    if (path === name) continue; // It is on the PATH.
    const script = folder.url(`programs/${name}`);
    await Deno.writeTextFile(script, `#!/bin/sh\nexec "${path}" "$@"\n`, { mode: 0o755 });
  }
  const PATH = `${folder.path}/programs:${Deno.env.get("PATH")}`;
  succeeded(await folder.run("sh", ["-ec", `cd mine\n${lines}`], { ...env, PATH }));
}

async function says(server: ProcessServer, path = "/ws"): Promise<void> {
  using client = await RawClient.open(server.port, path);
  client.send(OPCODE.text, "hi");
  assertEquals(await client.text(), "hi");
}

/** Starts `mine/server.ts` as README says, with a sample in it. */
async function start(
  { folder, env }: Newcomer,
  runtime: WireRuntime,
  code: string,
): Promise<ProcessServer> {
  await folder.write("mine/server.ts", code);
  return await ProcessServer.start(
    { command: startCommand(runtime) },
    env,
    folder.url("mine/server.ts"),
  );
}

Deno.test("node: README's server runs as pasted, in a fresh folder", needsNpm, async () => {
  await using user = await newcomer();
  await paste(user, commands("npm init"));
  for (const words of ["`edgesocket/node` in the second line", "`node server.mjs`"]) {
    assertStringIncludes(README.replaceAll("\n", " "), words);
  }
  const code = fence("ts hono").replace('from "edgesocket";', 'from "edgesocket/node";');
  assert(code.split("\n")[1]!.includes("edgesocket/node"));
  await user.folder.write("mine/server.mjs", code);
  const preload = await bundled(new URL("tests/fixtures/free_port_node.ts", root));
  const command = ["node", `--import=${preload.pathname}`];
  await using server = await ProcessServer.start(
    { command },
    user.env,
    user.folder.url("mine/server.mjs"),
  );
  await says(server);
  assertEquals(server.errors, "");
});

const ADD = { deno: "deno init", bun: "bun init" };

for (const runtime of nativeRuntimes) {
  const { name } = runtime;

  Deno.test(`${name}: README's servers run as pasted, in a fresh folder`, needsNpm, async () => {
    await using user = await newcomer();
    await paste(user, commands(ADD[name]));
    for (const sample of ["hono", "plain"]) {
      await using server = await start(user, runtime, fence(`ts ${sample}`));
      await says(server);
      assertEquals(server.errors, "", sample);
    }
    await runsByItself(user, runtime);
  });

  Deno.test(`${name}: README's client talks to README's server`, needsNpm, async () => {
    await using user = await newcomer();
    await paste(user, commands(ADD[name]));
    await using server = await start(user, runtime, fence("ts hono"));
    await user.folder.write("client.js", fence("js client").replace("8000", `${server.port}`));
    // In the place of a browser: the same lines, in a runtime that has the same `WebSocket`.
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-net", user.folder.url("client.js").pathname],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const { value } = await child.stdout.pipeThrough(new TextDecoderStream()).values().next();
    assertEquals(value, "hello\n");
    child.kill("SIGKILL");
    await child.status;
    await server.until({ on: "line", line: "closed 1006 network" });
  });

  Deno.test(
    `${name}: README's list lets in the pages that it names, and the playground`,
    needsNpm,
    async () => {
      await using user = await newcomer();
      await paste(user, commands(ADD[name]));
      const [before, after] = fence("ts hono").split(/^app\.get\([^]*?^\);\n/m);
      const list = fence("ts origins");
      await using server = await start(user, runtime, before + list + after);
      const origins = [...list.matchAll(/"(https?:[^"]+)"/g)].map(([, origin]) => origin!);
      // What README tells its readers to add for the playground.
      const [, playground] = README.match(/put its origin\s+`([^`]+)`/)!;
      const added = list.replace('"same-origin"', `"same-origin", "${playground}"`);
      await using wider = await start(user, runtime, before + added + after);
      assert(origins.length >= 2);
      for (const origin of [...origins, "http://127.0.0.1"]) {
        assertEquals(await status(server, origin), 101, origin);
      }
      for (const origin of [playground!, "http://localhost:5174", "https://evil.example"]) {
        assertEquals(await status(server, origin), 403, origin);
      }
      assertEquals(await status(wider, playground!), 101);
    },
  );

  Deno.test(`${name}: README's way from a clone gives the same server`, needsNpm, async () => {
    await using user = await newcomer();
    await clone(user.folder);
    if (name === "deno") await user.folder.write("mine/deno.json", fence("json clone"));
    else {
      await paste(user, "bun init --yes");
      const lines = fence("sh clone");
      assertStringIncludes(lines, "npx -y deno@");
      await paste(user, lines.replace(/npx -y deno@\S+/, "deno"));
    }
    await using server = await start(user, runtime, fence("ts hono"));
    await says(server);
  });
}

async function status({ port }: ProcessServer, origin: string): Promise<number> {
  using client = await RawClient.connect(port);
  client.write(handshake("/ws", { Origin: origin }));
  return (await client.head()).status;
}

/** What a clone has, as far as it is used from outside. */
async function clone(folder: Folder): Promise<void> {
  await Deno.mkdir(folder.url("edgesocket"));
  const paths = ["npm-build.ts", ...config.publish.include as string[]];
  const from = paths.map((path) => new URL(path, root).pathname.replace(/\/$/, ""));
  succeeded(await folder.run("cp", ["-R", ...from, folder.url("edgesocket").pathname]));
}

/** The sample that `deno serve` and `bun` take over. */
async function runsByItself({ folder, env }: Newcomer, runtime: WireRuntime): Promise<void> {
  const command = runtime === deno ? "deno serve server.ts" : "bun server.ts";
  assertStringIncludes(README, `\`${command}\``);
  await folder.write("mine/server.ts", fence("ts both"));
  const [, ...words] = command.split(" ");
  const child = new Deno.Command(runtime.command[0]!, {
    args: [...words.slice(0, -1), "--port=0", "server.ts"],
    cwd: folder.url("mine"),
    env: { NO_COLOR: "1", ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  try {
    // Deno says where it listens on standard error, Bun on standard output.
    const [said, other] = runtime === deno
      ? [child.stderr, child.stdout]
      : [child.stdout, child.stderr];
    await other.cancel();
    let text = "";
    for await (const chunk of said.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (/:\d+\/?\s/.test(text)) break;
    }
    assertMatch(text, /:\d+\/?\s/);
    using client = await RawClient.open(Number(text.match(/:(\d+)\/?\s/)![1]), "/ws");
    client.send(OPCODE.text, "hi");
    assertEquals(await client.text(), "hi");
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
}

Deno.test("README takes at most 200 lines", () => {
  assert(README.trimEnd().split("\n").length <= 200);
});

Deno.test("README names every sample that it has in these tests", () => {
  const known = ["ts hono", "ts plain", "ts both", "ts origins", "js client", "json clone"];
  const found = fences.map(({ info }) => info).filter((info) => !info.startsWith("sh"));
  assertEquals(found.sort(), known.sort());
});
