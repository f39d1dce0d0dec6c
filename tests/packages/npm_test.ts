import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { output, root } from "../support/command.ts";
import { bun, deno } from "../support/runtimes.ts";
import { TestServer } from "../support/server.ts";
import { buildPackage, type NpmPackage } from "./build.ts";
import { echoes } from "./echoes.ts";
import { Folder, type Outcome } from "./folder.ts";
import { NpmRegistry } from "./npm_registry.ts";

const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
const exports: Record<string, string> = config.exports;
const hono: string = config.imports.hono;

let built: Promise<NpmPackage> | undefined;
/** Built once for all tests. */
const npmPackage = () => built ??= buildPackage();

/** An empty folder whose package manager finds the package in a registry. */
async function consumer() {
  const { manifest, tarball } = await npmPackage();
  const registry = await NpmRegistry.start(manifest, tarball);
  const folder = await Folder.make();
  await folder.write("package.json", { private: true, type: "module" });
  return {
    folder,
    env: registry.env(`${folder.path}/cache`),
    async [Symbol.asyncDispose]() {
      await folder[Symbol.asyncDispose]();
      await registry[Symbol.asyncDispose]();
    },
  };
}

function succeeded({ code, stdout, stderr }: Outcome): string {
  assertEquals(code, 0, stdout + stderr);
  return stdout;
}

Deno.test("package.json says what deno.json says", async () => {
  const { manifest } = await npmPackage();
  assertEquals(manifest.version, config.version);
  assertEquals(Object.keys(manifest.exports), Object.keys(exports));
  assertEquals(manifest.peerDependencies, { hono: hono.replace("npm:hono@", "") });
  assertEquals(manifest["peerDependenciesMeta"], { hono: { optional: true } });
  assertEquals([manifest["dependencies"], manifest["sideEffects"]], [undefined, false]);
  assertEquals([manifest["type"], manifest["license"]], ["module", config.license]);
});

Deno.test("npm pack takes code, its types and three documents, nothing else", async () => {
  const { files, manifest } = await npmPackage();
  const documents = ["CHANGELOG.md", "LICENSE", "README.md", "package.json"];
  const rest = files.filter((path) => !documents.includes(path));
  assertEquals(files.length, rest.length + documents.length, files.join("\n"));
  assertEquals(
    rest.filter((path) => !/^(esm\/)?(mod|src\/.+|_dnt\.shims)\.(js|d\.ts)$/.test(path))
      .filter((path) => path !== "esm/package.json"),
    [],
  );
  for (const entry of Object.values(manifest.exports).flatMap(Object.values<string>)) {
    assert(files.includes(entry.slice(2)), `${entry} is missing`);
  }
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

Deno.test("publint has nothing to say, and attw neither", async () => {
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

Deno.test("bun: `bun add edgesocket hono` gives a server that echoes", async () => {
  await using user = await consumer();
  succeeded(await user.folder.run(bun.command[0]!, ["add", "edgesocket", "hono"], user.env));
  await user.folder.copy("server.ts", "edgesocket");
  await using server = await TestServer.start(bun, {}, user.folder.url("server.ts"));
  await echoes(server);
});

Deno.test("deno: `npm:edgesocket` gives a server that echoes, and types that fit Deno", async () => {
  const { manifest } = await npmPackage();
  await using user = await consumer();
  await Deno.remove(user.folder.url("package.json"));
  const specifier = `npm:edgesocket@^${manifest.version}`;
  await user.folder.copy("server.ts", specifier, hono);
  await user.folder.write(
    "serve.ts",
    `import { handler } from "${specifier}";
    export default handler(() => new Response()) satisfies Deno.ServeDefaultExport;
    Deno.serve(handler(() => new Response()).fetch);`,
  );
  const check = ["check", "--no-lock", "server.ts", "serve.ts"];
  succeeded(await user.folder.run(deno.command[0]!, check, user.env));
  await using server = await TestServer.start(deno, user.env, user.folder.url("server.ts"));
  await echoes(server);
});

Deno.test("Node imports the package without Hono, judges requests, and says where serve runs", async () => {
  await using user = await consumer();
  const install = ["install", "--no-audit", "--no-fund", "--silent", "edgesocket"];
  succeeded(await user.folder.run("npm", install, user.env));
  await user.folder.copy("node.js", "edgesocket");
  await user.folder.write(
    "require.cjs",
    `console.log(typeof require("edgesocket").checkHandshake)`,
  );
  const said = await user.folder.run("node", ["node.js"]);
  const { failures, ...rest } = JSON.parse(succeeded(said));
  assertEquals(said.stderr, "");
  assertEquals(rest, {
    root: ["checkHandshake", "handler", "serve", "upgradeWebSocket", "websocket"],
    hono: ["upgradeWebSocket", "websocket"],
    same: 403,
    any: "accepted",
  });
  for (const name of ["Deno", "Bun"]) assertStringIncludes(failures[0], name);
  assertMatch(failures[0], /^Error: Cannot [^\n]+$/);
  assertMatch(failures[1], /^RangeError: Cannot use option port: [^\n]+$/);
  assertEquals(succeeded(await user.folder.run("node", ["require.cjs"])), "function\n");
});

/** How users set TypeScript up, and with which version. */
const WEB = { lib: ["ES2022", "DOM", "DOM.Iterable"], target: "ES2022", types: [] };
const NODENEXT = { ...WEB, module: "nodenext", moduleResolution: "nodenext" };
const BUNDLER = { ...WEB, module: "esnext", moduleResolution: "bundler" };
/** Bun's own template, but for its `skipLibCheck`. */
const BUN = { ...BUNDLER, lib: ["ESNext"], target: "ESNext", module: "Preserve", types: ["bun"] };
const SETUPS = [
  ["5.7", "nodenext", NODENEXT],
  ["7", "nodenext", NODENEXT],
  ["7", "bundler", BUNDLER],
  ["7", "bun", BUN],
] as const;

Deno.test("user code that takes every export passes tsc --strict, from TypeScript 5.7 on", async () => {
  await using user = await consumer();
  const { folder } = user;
  const install = ["install", "--no-audit", "--no-fund", "--silent"];
  const packages = ["edgesocket", "hono", "@types/bun@~1.4.0"];
  for (const version of new Set(SETUPS.map(([version]) => version))) {
    packages.push(`typescript-${version}@npm:typescript@~${version}`);
  }
  succeeded(await folder.run("npm", [...install, ...packages], user.env));
  await folder.copy("user.ts", "edgesocket");
  await folder.write(
    "bun.ts",
    `import { handler, websocket } from "edgesocket";
     Bun.serve({ fetch: () => new Response(), websocket });
     Bun.serve(handler(() => new Response()));`,
  );
  for (const [version, name, config] of SETUPS) {
    await folder.write("tsconfig.json", {
      compilerOptions: { ...config, strict: true, exactOptionalPropertyTypes: true, noEmit: true },
      files: name === "bun" ? ["user.ts", "bun.ts"] : ["user.ts"],
    });
    const tsc = `node_modules/typescript-${version}/bin/tsc`;
    const { code, stdout } = await folder.run("node", [tsc, "-p", "."]);
    assertEquals(code, 0, `TypeScript ${version}, ${name}:\n${stdout}`);
  }
});

Deno.test("the user code of the type checks takes every export", async () => {
  const user = await Deno.readTextFile(new URL("fixtures/user.ts", import.meta.url));
  for (const [entry, path] of Object.entries(exports)) {
    const doc = await output(Deno.execPath(), ["doc", "--json", path], 60_000);
    const specifier = config.name + entry.slice(1);
    const imported = user.match(new RegExp(`import \\{([^}]*)\\} from "${specifier}"`))?.[1] ?? "";
    const names = imported.split(",").map((name) =>
      name.trim().replace(/^type /, "").split(" ")[0]
    );
    const [module] = Object.values<{ symbols: { name: string }[] }>(JSON.parse(doc!).nodes);
    for (const { name } of module!.symbols) assert(names.includes(name), `${name} of ${path}`);
  }
});
