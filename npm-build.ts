/**
 * Builds the npm package with dnt: `deno task build:npm [--pack] [folder]`, into `npm/` by default.
 *
 * dnt comes from JSR. Where JSR does not answer, that is an error; with `--pack` the package is then
 * built by `deno pack`, with the same exports and the same peer dependency. It is private: to be
 * tried, not to be published.
 */
const root = new URL(".", import.meta.url);
const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
const exports: Record<string, string> = config.exports;
/** The specifier with its range, such as `npm:hono@^4.13.0`. */
const hono: string = config.imports.hono;
const range = hono.replace("npm:hono@", "");

const NAME = "edgesocket";
const DOCUMENTS = ["README.md", "LICENSE", "CHANGELOG.md"];

/** What package.json says beside what the build adds. */
const manifest = {
  name: NAME,
  version: config.version,
  description: "WebSockets for servers: one API on Deno and on Bun, safe by default",
  license: config.license,
  keywords: ["websocket", "websockets", "server", "deno", "bun", "hono", "upgrade"],
  homepage: "https://github.com/edgesocket/edgesocket#readme",
  repository: { type: "git", url: "git+https://github.com/edgesocket/edgesocket.git" },
  bugs: { url: "https://github.com/edgesocket/edgesocket/issues" },
  // Node imports the package, for its types and its rules; it has no adapter yet.
  engines: { deno: ">=2.6", bun: ">=1.3", node: ">=20" },
  sideEffects: false,
  peerDependencies: { hono: range },
  peerDependenciesMeta: { hono: { optional: true } },
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
    mappings: { [hono]: { name: "hono", version: range, peerDependency: true } },
    // An optional peer is not installed for the type check unless it is a development dependency too.
    package: { ...manifest, files: ["esm", ...DOCUMENTS], devDependencies: { hono: range } },
  });
  for (const name of DOCUMENTS) await Deno.copyFile(name, `${folder}/${name}`);
}

async function buildWithPack(folder: string): Promise<void> {
  const tarball = await Deno.makeTempFile({ suffix: ".tgz" });
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await Deno.mkdir(folder, { recursive: true });
  try {
    // Slow types would leave the .d.ts files out of the tarball, with no word about it.
    await run(Deno.execPath(), "publish", "--dry-run", "--allow-dirty", "--quiet");
    const pack = ["pack", "--no-source-maps", "--allow-dirty", "--quiet", "-o", tarball];
    await run(Deno.execPath(), ...pack);
    await run("tar", "-xzf", tarball, "-C", folder, "--strip-components=1");
  } finally {
    await Deno.remove(tarball);
  }
  const packed = JSON.parse(await Deno.readTextFile(`${folder}/package.json`));
  const { dependencies: _, ...rest } = packed;
  const files = ["mod.js", "mod.d.ts", "src", ...DOCUMENTS];
  const json = JSON.stringify({ ...rest, ...manifest, files, private: true }, null, 2);
  await Deno.writeTextFile(`${folder}/package.json`, `${json}\n`);
}

/** The examples in the documentation import the package by the name that it has on JSR. */
async function renameInExamples(folder: string): Promise<void> {
  for await (const { name, isFile, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory && name !== "node_modules") await renameInExamples(path);
    if (!isFile || !/\.(js|d\.ts)$/.test(name)) continue;
    const text = await Deno.readTextFile(path);
    const renamed = text.replaceAll(`from "${config.name}`, `from "${NAME}`);
    if (renamed !== text) await Deno.writeTextFile(path, renamed);
  }
}

async function run(command: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(command, { args }).spawn().status;
  if (!success) throw new Error(`Cannot build: "${command.split("/").at(-1)} ${args[0]}" failed`);
}

const folder = Deno.args.find((arg) => !arg.startsWith("-")) ?? "npm";
Deno.chdir(root);
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
await renameInExamples(folder);
