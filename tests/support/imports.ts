import { output, root } from "./command.ts";

/** Milliseconds that JSR may take to answer. */
const JSR_PATIENCE = 20_000;

/** What takes the place of packages on JSR where it does not answer. */
const STAND_INS = { "@std/assert": "tests/support/assert.ts", "@deno/dnt": "tests/support/dnt.ts" };

/**
 * The arguments with which Deno finds what comes from JSR: none where it answers; otherwise an import
 * map with stand-ins, which is said aloud.
 */
export async function importArgs(): Promise<string[]> {
  const lookup = ["info", "--json", "--no-lock", "jsr:@std/assert@^1.0.0"];
  const info = await output(Deno.execPath(), lookup, JSR_PATIENCE);
  const modules: { error?: string }[] = info === undefined ? [] : JSON.parse(info).modules;
  if (modules.length > 0 && modules.every(({ error }) => error === undefined)) return [];
  console.log("JSR does not answer: stand-ins take the place of @std/assert and @deno/dnt");
  return [`--import-map=${await offlineImports()}`];
}

/** deno.json's imports, our own entries and `more`, with the stand-ins in place, as a URL. */
export async function offlineImports(more: Record<string, string> = {}): Promise<string> {
  const { name, exports, imports } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", root)),
  );
  Object.assign(imports, more);
  for (const [bare, target] of Object.entries(imports as Record<string, string>)) {
    if (target.startsWith("npm:")) imports[`${bare}/`] = target.replace("npm:", "npm:/") + "/";
  }
  // Under its name on JSR and under that on npm, as the documentation does.
  const own = Object.entries(exports as Record<string, string>).flatMap(([entry, path]) =>
    [name, "edgesocket"].map((bare) => [bare + entry.slice(1), path] as const)
  );
  for (const [specifier, path] of [...own, ...Object.entries(STAND_INS)]) {
    imports[specifier] = new URL(path, root).href;
  }
  return `data:application/json,${encodeURIComponent(JSON.stringify({ imports }))}`;
}
