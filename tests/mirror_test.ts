/** `tests/` mirrors `src/`. That each test runs every line of its module: long/coverage_test.ts. */
import { assert, assertEquals } from "@std/assert";
import { root } from "./support/command.ts";
import {
  ELSEWHERE,
  EXPORTS_ONLY,
  filesIn,
  modules,
  PENDING,
  testOf,
  TYPES_ONLY,
  UNTESTED,
} from "./support/mirror.ts";

const all = modules();
const exists = (path: string) => {
  try {
    return Deno.statSync(new URL(path, root)).isFile;
  } catch {
    return false;
  }
};

Deno.test("every module has a test of its name, or a reason to have none", () => {
  assert(all.length > 40);
  const without = all.filter((module) => !exists(testOf(module)));
  assertEquals(without, Object.keys(UNTESTED).sort());
});

Deno.test("a module without a test has nothing to run", async () => {
  for (const [module, reason] of Object.entries(UNTESTED)) {
    const url = new URL(`src/${module}`, root);
    const code = Deno.readTextFileSync(url).replaceAll(/\/\*[^]*?\*\//g, "");
    if (reason === TYPES_ONLY) {
      assertEquals(Object.keys(await import(url.href)), [], module);
      // A type needs no value, and a module that only declares types has no statements.
      assert(!/^(const|let|function|class|[a-z.]+\()/m.test(code), module);
    } else if (reason !== PENDING) {
      assertEquals(reason, EXPORTS_ONLY);
      assertEquals(code.replaceAll(/^export [^;]*? from "[^"]+";$/gm, "").trim(), "", module);
    }
  }
});

Deno.test("every test beside those of modules is of a module", () => {
  const folders = new Set(all.filter((module) => module.includes("/")).map(folderOf));
  for (const folder of folders) {
    for (const file of filesIn(new URL(`tests/${folder}/`, root))) {
      if (/^(node|broker|topic)/.test(`${folder}/${file}`.replace("adapters/", ""))) continue; // Of several modules.
      assert(all.some((module) => testOf(module) === `tests/${folder}/${file}`), file);
    }
  }
});

Deno.test("exceptions are of modules that there are", () => {
  const named = [...Object.keys(UNTESTED), ...Object.keys(ELSEWHERE)];
  assertEquals(named.filter((module) => !all.includes(module)), []);
});

function folderOf(module: string): string {
  return module.slice(0, module.indexOf("/"));
}
