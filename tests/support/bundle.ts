import { build, stop } from "npm:esbuild@0.28.2";
import { root } from "./command.ts";

/** Where bundles find the packages that they import: `node_modules` is two folders above. */
const FOLDER = new URL("node_modules/.edgesocket/", root);

/** Our own entries by their names, as the documentation imports them: the longer ones first. */
const { exports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
const ours = Object.fromEntries(
  Object.entries<string>(exports).map(([entry, path]) =>
    [`edgesocket${entry.slice(1)}`, new URL(path, root).pathname] as const
  ),
);

const bundles = new Map<string, Promise<URL>>();

/** A script and what it imports of the project as one module of JavaScript, for Node. */
export function bundled(script: URL): Promise<URL> {
  const known = bundles.get(script.href);
  if (known) return known;
  const bundle = makeBundle(script);
  bundles.set(script.href, bundle);
  return bundle;
}

async function makeBundle(script: URL): Promise<URL> {
  const { outputFiles: [file] } = await build({
    entryPoints: [script.pathname],
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    alias: ours,
    write: false,
  });
  await stop();
  // Test files run side by side: the same content has the same name, and is put there at once.
  const target = new URL(`${file!.hash.replaceAll(/\W/g, "_")}.mjs`, FOLDER);
  await Deno.mkdir(FOLDER, { recursive: true });
  const own = new URL(`${target}.${crypto.randomUUID()}`);
  await Deno.writeFile(own, file!.contents);
  await Deno.rename(own, target);
  return target;
}

/** A script and all that it imports as one classic script, for a page. */
export async function bundledForPage(script: URL): Promise<string> {
  const { outputFiles: [file] } = await build({
    entryPoints: [script.pathname],
    bundle: true,
    format: "iife",
    platform: "browser",
    target: "es2022",
    define: { "process.env.NODE_ENV": '"production"' },
    jsx: "automatic",
    alias: ours,
    write: false,
  });
  await stop();
  return file!.text;
}
