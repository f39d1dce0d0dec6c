import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { output, root } from "../support/command.ts";
import { npmPackage } from "./build.ts";
import { Folder, succeeded } from "./folder.ts";
import { needsNpm } from "./npm_registry.ts";

const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
const exports: Record<string, string> = config.exports;

Deno.test("package.json says what deno.json says", async () => {
  const { manifest } = await npmPackage();
  assertEquals(manifest.version, config.version);
  assertEquals(Object.keys(manifest.exports), Object.keys(exports));
  const peers = ["hono", "ws", "@hono/node-server", "@msgpack/msgpack", "@opentelemetry/api"];
  assertEquals(Object.keys(manifest.peerDependencies), peers);
  for (const name of peers) {
    assertEquals(`npm:${name}@${manifest.peerDependencies[name]}`, config.imports[name]);
    const meta = manifest["peerDependenciesMeta"] as Record<string, unknown>;
    assertEquals(meta[name], { optional: true });
  }
  assertEquals([manifest["dependencies"], manifest["sideEffects"]], [undefined, false]);
  assertEquals([manifest["type"], manifest["license"]], ["module", config.license]);
});

Deno.test("package.json says what npm and search engines show", async () => {
  const { manifest } = await npmPackage();
  assertMatch(`${manifest["description"]}`, /Deno.+Bun.+Node/);
  assertMatch(JSON.stringify(manifest["repository"]), /git\+https:\/\/[^"]+\.git"/);
  for (const link of ["homepage", "bugs"]) assertMatch(`${manifest[link]}`, /^https:\/\//);
  for (const word of ["websocket", "deno", "bun", "node", "hono"]) {
    assert((manifest["keywords"] as string[]).includes(word), word);
  }
  assertEquals(manifest["engines"], { node: ">=20" });
  // TypeScript takes the first condition that it knows, so `types` has to come first.
  for (const [name, targets] of Object.entries(manifest.exports)) {
    // Of this one Cloudflare loads another.
    const own = name === "./hono" ? ["workerd"] : [];
    assertEquals(Object.keys(targets), ["types", ...own, "default"]);
  }
  const { workerd } = manifest.exports["./hono"] as { workerd?: string };
  assertEquals(workerd, manifest.exports["./hono-workers"]!.default);
});

Deno.test("npm pack takes the modules that exports reach, their types and three documents, nothing else", async () => {
  const { files, manifest } = await npmPackage();
  const modules = new Set<string>();
  for (const path of Object.values(exports)) {
    const info = await output(Deno.execPath(), ["info", "--json", "--no-lock", path], 60_000);
    for (const { specifier } of JSON.parse(info!).modules) {
      if (specifier.startsWith(root.href)) modules.add(specifier.slice(root.href.length));
    }
  }
  const [prefix] = manifest.exports["."]!.default.slice("./".length).split("mod.js");
  const expected = [...modules].map((path) => prefix + path.replace(/ts$/, "js")).sort();
  // Before 0.43, dnt adds a module that stands between the code and its globals.
  const scripts = files.filter((path) => path.endsWith(".js") && !path.includes("/_dnt."));
  assertEquals(scripts, expected);
  const types = files.filter((path) => path.endsWith(".d.ts"));
  for (const path of types) assert(files.includes(path.replace(/d\.ts$/, "js")), path);
  for (const entry of Object.values(manifest.exports).flatMap(Object.values<string>)) {
    assert(files.includes(entry.slice("./".length)), `${entry} is missing`);
  }
  const rest = files.filter((path) => !/\.(js|d\.ts)$/.test(path) && path !== "esm/package.json");
  assertEquals(rest, ["CHANGELOG.md", "LICENSE", "README.md", "package.json"]);
});

Deno.test("no file of the package has a source map or a path of the machine it was built on", async () => {
  const { files, text } = await npmPackage();
  const home = root.pathname.slice(0, -1);
  for (const path of files) {
    const found = text(path).match(/sourceMappingURL|file:\/\/\//)?.[0] ??
      (text(path).includes(home) ? home : undefined);
    assertEquals(found, undefined, path);
  }
});

Deno.test("the examples in the package import it by its name on npm", async () => {
  const { files, text } = await npmPackage();
  const code = files.filter((path) => /\.(js|d\.ts)$/.test(path)).map(text).join("\n");
  assertStringIncludes(code, 'from "edgesocket/hono"');
  assertEquals(code.includes(config.name), false);
});

Deno.test("publint has nothing to say, and attw neither", needsNpm, async () => {
  const { tarball } = await npmPackage();
  await using folder = await Folder.make();
  await folder.write("package.tgz", tarball);
  const linters = [
    ["publint@^0.3.0", "publint", "--strict", "package.tgz"],
    // ESM only: `require` of it works from Node 20.19 on, which attw does not count.
    ["@arethetypeswrong/cli@^0.18.0", "attw", "package.tgz", "--profile", "esm-only"],
  ];
  for (const [name, ...command] of linters) {
    const said = await folder.run("npm", ["exec", "--yes", `--package=${name}`, "--", ...command!]);
    succeeded(said);
    assertEquals(/warning|suggestion/i.test(said.stdout), false, said.stdout);
  }
});
