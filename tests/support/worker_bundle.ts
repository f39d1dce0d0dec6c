import { build, stop } from "npm:esbuild@0.28.2";
import { root } from "./command.ts";

/** Our own entries by their names: the longer ones first. */
const { exports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
const ours = Object.fromEntries(
  Object.entries<string>(exports).map(([entry, path]) =>
    [`edgesocket${entry.slice(1)}`, new URL(path, root).pathname] as const
  ).sort(([one], [other]) => other.length - one.length),
);

/** A bundle, and what of the runtime's own it imports. */
export interface WorkerBundle {
  readonly text: string;
  readonly builtIns: readonly string[];
}

/** What a Worker loads of a module: one script, with what the runtime itself brings left out. */
export async function workerBundle(
  entry: { readonly path: string } | { readonly text: string },
  { minify = false, ours: own = true } = {},
): Promise<WorkerBundle> {
  const source = "path" in entry ? { entryPoints: [entry.path] } : {
    stdin: { contents: entry.text, resolveDir: root.pathname, loader: "ts" as const },
  };
  const { outputFiles: [file], metafile } = await build({
    ...source,
    bundle: true,
    minify,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "browser"],
    external: ["node:*", "cloudflare:*"],
    alias: own ? ours : {},
    write: false,
    metafile: true,
  });
  await stop();
  const imports = Object.values(metafile.outputs).flatMap(({ imports }) => imports);
  return { text: file!.text, builtIns: imports.map(({ path }) => path) };
}

/** A script of the tests as a Worker. */
export async function bundledForWorkers(script: URL): Promise<string> {
  return (await workerBundle({ path: script.pathname })).text;
}
