/**
 * Builds the npm package with dnt: `deno task build:npm [--pack] [folder]`, into `npm/` by default.
 *
 * dnt comes from JSR. Where JSR does not answer, that is an error; with `--pack` the package is then
 * built by `deno pack`, with the same exports and the same peer dependencies. It is private: to be
 * tried, not to be published.
 */
const root = new URL(".", import.meta.url);
const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
const exports: Record<string, string> = config.exports;
/** The ranges of what entries need: no entry needs all, so that each is optional. */
const peers: Record<string, string> = Object.fromEntries(
  ["hono", "ws", "@hono/node-server", "@msgpack/msgpack", "@opentelemetry/api"].map((name) =>
    [name, config.imports[name].replace(`npm:${name}@`, "")] as const
  ),
);

const NAME = "edgesocket";
const DOCUMENTS = ["README.md", "LICENSE", "CHANGELOG.md"];

/** What package.json says of the package, however it is built. */
const about = {
  name: NAME,
  version: config.version,
  description: "WebSockets for servers: one API on Deno, Bun and Node, safe by default",
  keywords: [
    "websocket",
    "websockets",
    "server",
    "upgrade",
    "deno",
    "bun",
    "node",
    "hono",
    "cloudflare-workers",
  ],
  homepage: "https://github.com/edgesocket/edgesocket#readme",
  bugs: "https://github.com/edgesocket/edgesocket/issues",
  license: config.license,
  repository: { type: "git", url: "git+https://github.com/edgesocket/edgesocket.git" },
  type: "module",
  sideEffects: false,
  engines: { node: ">=20" },
  peerDependencies: peers,
  peerDependenciesMeta: Object.fromEntries(
    Object.keys(peers).map((name) => [name, { optional: true }] as const),
  ),
};

type Dnt = typeof import("@deno/dnt");

async function buildWithDnt({ build, emptyDir }: Dnt, folder: string): Promise<void> {
  await emptyDir(folder);
  await build({
    entryPoints: Object.entries(exports).map(([name, path]) =>
      name === "." ? path : { name, path }
    ),
    outDir: folder,
    // No shim: it would make Node and Bun look like Deno.
    shims: {},
    test: false,
    scriptModule: false,
    skipSourceOutput: true,
    typeCheck: "single",
    compilerOptions: {
      lib: ["ES2022", "DOM", "DOM.Iterable", "ESNext.Disposable"],
      target: "ES2022",
    },
    mappings: Object.fromEntries(
      Object.entries(peers).map(([name, version]) =>
        [config.imports[name], { name, version, peerDependency: true }] as const
      ),
    ),
    // The type check needs the optional peers too, which npm would not install, and their types.
    package: {
      name: NAME,
      version: config.version,
      devDependencies: { ...peers, "@types/node": "^20.0.0", "@types/ws": "^8.18.0" },
    },
  });
  await writeManifest(folder, "esm/", ["esm"]);
}

async function buildWithPack(folder: string): Promise<void> {
  const tarball = await Deno.makeTempFile({ suffix: ".tgz" });
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await Deno.mkdir(folder, { recursive: true });
  try {
    // Slow types would leave the .d.ts files out of the tarball, with no word about it.
    await run(Deno.execPath(), "publish", "--dry-run", "--allow-dirty", "--quiet");
    const options = ["--no-source-maps", "--allow-dirty", "--quiet"];
    await run(Deno.execPath(), "pack", ...options, "-o", tarball);
    await run("tar", "-xzf", tarball, "-C", folder, "--strip-components=1");
  } finally {
    await Deno.remove(tarball);
  }
  await writeManifest(folder, "", ["mod.js", "mod.d.ts", "src"], { private: true });
}

/** package.json for code that was built into `prefix`, in the layout of the source. */
async function writeManifest(
  folder: string,
  prefix: string,
  files: string[],
  more: Record<string, unknown> = {},
): Promise<void> {
  const moduleOf = (path: string) => `./${prefix}${path.replace(/^\.\//, "").replace(/\.ts$/, "")}`;
  const targets = Object.entries(exports).map(([name, path]) => {
    const [module, own] = [moduleOf(path), exports[`${name}-workers`]];
    const workerd = own === undefined ? {} : { workerd: `${moduleOf(own)}.js` };
    return [name, { types: `${module}.d.ts`, ...workerd, default: `${module}.js` }] as const;
  });
  const [, main] = targets.find(([name]) => name === ".")!;
  const manifest = {
    ...about,
    ...more,
    main: main.default,
    types: main.types,
    exports: Object.fromEntries(targets),
    files: [...files, ...DOCUMENTS],
  };
  await Deno.writeTextFile(`${folder}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`);
  for (const name of DOCUMENTS) await Deno.copyFile(name, `${folder}/${name}`);
}

/**
 * What the compiler leaves to be done: the examples in the documentation name the package as JSR
 * does, and declarations with `AsyncDisposable` need a library that users need not have listed.
 */
async function finish(folder: string): Promise<void> {
  for await (const { name, isFile, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory && name !== "node_modules") await finish(path);
    if (!isFile || !/\.(js|d\.ts)$/.test(name)) continue;
    const text = await Deno.readTextFile(path);
    let finished = text.replaceAll(`from "${config.name}`, `from "${NAME}`);
    if (name.endsWith(".d.ts") && /\bAsyncDisposable\b|\bSymbol\.asyncDispose\b/.test(text)) {
      finished = `/// <reference lib="esnext.disposable" />\n${finished}`;
    }
    if (finished !== text) await Deno.writeTextFile(path, finished);
  }
}

async function run(command: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(command, { args }).spawn().status;
  if (!success) throw new Error(`Cannot build: "${command.split("/").at(-1)} ${args[0]}" failed`);
}

Deno.chdir(root);
const folder = Deno.args.find((arg) => !arg.startsWith("-")) ?? "npm";
const dnt = await import("@deno/dnt").catch((error: Error) => error);
if (!(dnt instanceof Error)) {
  await buildWithDnt(dnt, folder);
} else if (Deno.args.includes("--pack")) {
  console.warn("JSR does not answer: built by deno pack, to be tried but not to be published");
  await buildWithPack(folder);
} else {
  console.error(`Cannot build: dnt comes from JSR, and ${dnt.message.split("\n")[0]}`);
  console.error("Build where JSR answers, or try the package with: deno task build:npm --pack");
  Deno.exit(1);
}
await finish(folder);
