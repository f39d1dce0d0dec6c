import { output, root } from "./command.ts";

/** Milliseconds that JSR may take to answer. */
const JSR_PATIENCE = 20_000;

/**
 * The arguments with which Deno finds `@std/assert`: none where JSR answers; otherwise an import map
 * with the stand-in, which is said aloud.
 */
export async function importArgs(): Promise<string[]> {
  const lookup = ["info", "--json", "--no-lock", "jsr:@std/assert@^1.0.0"];
  const info = await output(Deno.execPath(), lookup, JSR_PATIENCE);
  const modules: { error?: string }[] = info === undefined ? [] : JSON.parse(info).modules;
  if (modules.length > 0 && modules.every(({ error }) => error === undefined)) return [];
  console.log("JSR does not answer: a stand-in on node:assert takes the place of @std/assert");
  return [`--import-map=${await offlineImports()}`];
}

/** deno.json's imports with the stand-in in place of `@std/assert`, as a URL. */
async function offlineImports(): Promise<string> {
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  for (const [name, target] of Object.entries(imports as Record<string, string>)) {
    if (target.startsWith("npm:")) imports[`${name}/`] = target.replace("npm:", "npm:/") + "/";
  }
  const standIn = new URL("tests/support/assert.ts", root).href;
  const own = { "@edgesocket/edgesocket": "mod.ts", "@edgesocket/edgesocket/hono": "src/hono.ts" };
  for (const [name, path] of Object.entries(own)) imports[name] = new URL(path, root).href;
  return `data:application/json,${
    encodeURIComponent(JSON.stringify({ imports: { ...imports, "@std/assert": standIn } }))
  }`;
}
