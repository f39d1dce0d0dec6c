import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { root } from "../support/command.ts";
import { deno } from "../support/runtimes.ts";
import { ProcessServer } from "../support/process_server.ts";
import { echoes } from "./echoes.ts";
import { Folder } from "./folder.ts";
import { JsrRegistry } from "./jsr_registry.ts";
import { needsNpm } from "./npm_registry.ts";

const { name, version, imports } = JSON.parse(
  await Deno.readTextFile(new URL("deno.json", root)),
);
const specifier = `jsr:${name}@^${version}`;

Deno.test("deno publish uploads code and documents, with no slow types and nothing else", async () => {
  const { registry, said } = await JsrRegistry.publish();
  await using _ = registry;
  assertStringIncludes(said, `Successfully published ${name}@${version}`);
  assertEquals(/warning/i.test(said), false, said);
  const paths = [...registry.files.keys()];
  const documents = ["CHANGELOG.md", "LICENSE", "README.md", "deno.json", "mod.ts"];
  assertEquals(paths.filter((path) => !path.startsWith("src/")).sort(), documents);
  assertEquals(paths.filter((path) => path.startsWith("src/") && !path.endsWith(".ts")), []);
});

Deno.test("what is published imports peers with deno.json's ranges, and nothing from elsewhere", async () => {
  const { registry } = await JsrRegistry.publish();
  await using _ = registry;
  const found = new Set<string>();
  for (const [path, bytes] of registry.files) {
    if (!path.endsWith(".ts")) continue;
    const code = new TextDecoder().decode(bytes).replaceAll(/\/\*[^]*?\*\//g, "");
    for (const [, from] of code.matchAll(/\b(?:from |import\()"([^"]+)"/g)) {
      if (!/^(\.|node:)/.test(from!)) found.add(from!);
    }
  }
  const { hono, ws, "@hono/node-server": nodeServer } = imports;
  const { "@msgpack/msgpack": msgpack, "@opentelemetry/api": api } = imports;
  const response = `${nodeServer.replace(":", ":/")}/utils/response`;
  assertEquals([...found].sort(), [response, nodeServer, msgpack, api, hono, ws]);
});

Deno.test(
  "deno: `jsr:` gives types for every export, and a server that echoes",
  needsNpm,
  async () => {
    const { registry } = await JsrRegistry.publish();
    await using _ = registry;
    await using folder = await Folder.make();
    const env = { JSR_URL: registry.url, DENO_DIR: `${folder.path}/cache` };
    for (const fixture of ["server.ts", "user.ts"]) {
      await folder.copy(fixture, specifier, imports.hono);
      const file = await Deno.readTextFile(folder.url(fixture));
      assert(file.includes(`"${specifier}/hono"`), fixture);
    }
    const check = ["check", "--no-lock", "server.ts", "user.ts"];
    const { code, stderr } = await folder.run(deno.command[0]!, check, env);
    assertEquals(code, 0, stderr);
    await folder.copy("node_server.js", specifier, imports.hono);
    // The second one is the strict mode.
    for (const script of ["server.ts", "node_server.js"]) {
      await using server = await ProcessServer.start(deno, env, folder.url(script));
      await echoes(server);
    }
  },
);
