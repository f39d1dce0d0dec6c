/**
 * Builds the npm package in `npm/` with dnt: `deno task build:npm`.
 *
 * dnt comes from JSR. Where JSR does not answer, that is an error; with `--pack` the package is built
 * by `deno pack` instead, with the same exports and the same peer dependency, to be tried but not
 * to be published.
 */
const root = new URL(".", import.meta.url);
const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
const exports: Record<string, string> = config.exports;
const hono: string = config.imports.hono.replace("npm:hono@", "");

/** What package.json says beside what the build adds. */
const manifest = {
  name: "edgesocket",
  version: config.version,
  description: "WebSockets for servers: one API on Deno and on Bun, safe by default",
  license: config.license,
  keywords: ["websocket", "websockets", "deno", "bun", "hono", "server", "edge"],
  homepage: "https://github.com/edgesocket/edgesocket#readme",
  repository: { type: "git", url: "git+https://github.com/edgesocket/edgesocket.git" },
  bugs: { url: "https://github.com/edgesocket/edgesocket/issues" },
  engines: { node: ">=20", bun: ">=1.2" },
  sideEffects: false,
  peerDependencies: { hono },
  peerDependenciesMeta: { hono: { optional: true } },
};

const DOCUMENTS = ["README.md", "LICENSE", "CHANGELOG.md"];

async function buildWithDnt(): Promise<void> {
  const { build, emptyDir } = await import("@deno/dnt");
  await emptyDir("npm");
  await build({
    entryPoints: Object.entries(exports).map(([name, path]) =>
      name === "." ? path : { name, path }
    ),
    outDir: "npm",
    // No shim: it would make Node and Bun look like Deno.
    shims: {},
    test: false,
    scriptModule: false,
    skipSourceOutput: true,
    typeCheck: "single",
    compilerOptions: { lib: ["ES2022", "DOM", "DOM.Iterable"], target: "ES2022" },
    mappings: { hono: { name: "hono", version: hono, peerDependency: true } },
    package: { ...manifest, devDependencies: { hono } },
    postBuild() {
      for (const name of DOCUMENTS) Deno.copyFileSync(name, `npm/${name}`);
    },
  });
}

async function buildWithPack(): Promise<void> {
  const tarball = await Deno.makeTempFile({ suffix: ".tgz" });
  await Deno.remove("npm", { recursive: true }).catch(() => {});
  await Deno.mkdir("npm");
  // Without this, slow types would leave the .d.ts files out and say nothing.
  await run(Deno.execPath(), "publish", "--dry-run", "--allow-dirty", "--quiet");
  await run(Deno.execPath(), "pack", "--no-source-maps", "--allow-dirty", "--quiet", "-o", tarball);
  await run("tar", "-xzf", tarball, "-C", "npm", "--strip-components=1");
  await Deno.remove(tarball);
  const packed = JSON.parse(await Deno.readTextFile("npm/package.json"));
  const { dependencies: _, ...rest } = { ...packed, ...manifest };
  await Deno.writeTextFile("npm/package.json", `${JSON.stringify(rest, null, 2)}\n`);
}

async function run(command: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(command, { args, cwd: root }).spawn().status;
  if (!success) throw new Error(`Cannot build: "${command.split("/").at(-1)} ${args[0]}" failed`);
}

Deno.chdir(root);
try {
  await buildWithDnt();
} catch (error) {
  // Anything but "dnt could not be loaded" is a fault of the build.
  if (!/jsr|@deno\/dnt/i.test(String(error))) throw error;
  if (!Deno.args.includes("--pack")) {
    console.error("Cannot build: JSR does not answer, and dnt comes from there.");
    console.error("To try the package without dnt: deno task build:npm --pack");
    Deno.exit(1);
  }
  console.warn("JSR does not answer: built by deno pack, to be tried but not to be published");
  await buildWithPack();
}
