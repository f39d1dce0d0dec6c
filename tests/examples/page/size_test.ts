import { assert, assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";

const PAGE = new URL("../../../examples/page/", import.meta.url);
const names = [...Deno.readDirSync(PAGE)].map(({ name }) => name).sort();

/** What the browser runs: without what is said to readers. */
const code = (text: string) => text.replaceAll(/^\s*(\/\*[^]*?\*\/|\/\/.*)\n/gm, "");

Deno.test("page: all of it, but for what shows the server's side, is 30 KB gzipped at most", () => {
  const own = names.filter((name) => !name.startsWith("inspect"));
  const all = own.map((name) => code(Deno.readTextFileSync(new URL(name, PAGE)))).join("");
  const { length } = gzipSync(all, { level: 9 });
  assert(length <= 30_000, `${length} bytes`);
});

Deno.test("page: modules are short, and none is a script of somebody else", () => {
  const scripts = names.filter((name) => name.endsWith(".js"));
  assert(scripts.length > 20);
  for (const name of scripts) {
    const text = Deno.readTextFileSync(new URL(name, PAGE));
    assert(text.split("\n").length <= 260, name);
    const imports = [...text.matchAll(/(?:from|import\()\s*"([^"]+)"/g)].map(([, path]) => path!);
    assertEquals(
      imports.filter((path) => !/^\.\/inspect/.test(path) && !names.includes(path.slice(2))),
      [],
      name,
    );
  }
});

Deno.test("page: every file is served", async () => {
  const { default: files } = {
    default: await Deno.readTextFile(new URL("../playground_files.ts", PAGE)),
  };
  for (const name of names) assert(files.includes(`"${name}": `), name);
});
