/** `tests/` mirrors `src/`. That each test runs every line of its module: coverage_test.ts. */
import { assert, assertEquals } from "@std/assert";
import { root } from "./support/command.ts";
import {
  ELSEWHERE,
  EXPORTS_ONLY,
  filesIn,
  modules,
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
      assertEquals(statementsIn(code), [], module);
    } else {
      assertEquals(reason, EXPORTS_ONLY);
      assertEquals(code.replaceAll(/^export [^;]*? from "[^"]+";$/gm, "").trim(), "", module);
    }
  }
});

/** Lines at which something begins that is no type: what is formatted begins in the first column. */
function statementsIn(code: string): string[] {
  const types = /^((export )?(type|interface) |import type |\/\/|[})>\s]|$)/;
  return code.split("\n").filter((line) => !types.test(line));
}

Deno.test("a statement among types is found, whatever it does", () => {
  const types = `import type { A } from "./a.ts";
export type { B } from "./b.ts";

// What it is.
export interface C {
  readonly c: A;
}
export type D = (
  c: C,
) => void;
type E = D;
`;
  assertEquals(statementsIn(types), []);
  for (
    const statement of [
      "globalThis.a = 1;",
      "if (a) b();",
      "await a();",
      "new A();",
      "export const a = 1;",
      "class A {}",
      "[a] = b;",
      'import "./a.ts";',
      'import { a } from "./a.ts";',
      'export { a } from "./a.ts";',
      "export default 1;",
      "export abstract class A {",
      "enum A {",
    ]
  ) {
    assertEquals(statementsIn(`${types}${statement}\n`), [statement]);
  }
});

Deno.test("nothing of a module is hidden from who counts what is run", () => {
  for (const module of all) {
    const code = Deno.readTextFileSync(new URL(`src/${module}`, root));
    // Deno's own word for it, those of V8 and of Istanbul, and c8's.
    assert(!/deno-coverage-ignore|(v8|c8|istanbul) ignore/.test(code), module);
  }
});

Deno.test("every test beside those of modules is of a module", () => {
  const folders = new Set(all.filter((module) => module.includes("/")).map(folderOf));
  for (const folder of folders) {
    for (const file of filesIn(new URL(`tests/${folder}/`, root))) {
      if (/^(broker|topic)/.test(folder)) continue; // Of several modules.
      assert(all.some((module) => testOf(module) === `tests/${folder}/${file}`), file);
    }
  }
});

Deno.test("exceptions are of modules that there are", () => {
  const named = [...Object.keys(UNTESTED), ...Object.keys(ELSEWHERE)];
  assertEquals(named.filter((module) => !all.includes(module)), []);
  assertEquals(named.filter((module, index) => named.indexOf(module) !== index), []);
});

Deno.test("what runs elsewhere is run by its test there, each line of it", () => {
  for (const module of Object.keys(ELSEWHERE)) {
    const test = Deno.readTextFileSync(new URL(testOf(module), root));
    assertEquals(test.match(/runInBun\("tests\/[^"]+", "([^"]+)"\)/)?.[1], `src/${module}`);
  }
});

function folderOf(module: string): string {
  return module.slice(0, module.indexOf("/"));
}
