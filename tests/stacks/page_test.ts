/** What docs/protocols.md says to write is what the stacks of these tests are given. */
import { assert, assertEquals } from "@std/assert";
import { VERSIONS } from "../fixtures/stacks/packages.ts";
import { root } from "../support/command.ts";

const PAGE = Deno.readTextFileSync(new URL("docs/protocols.md", root));
const FOLDER = new URL("tests/fixtures/stacks/", root);

/** Code without what formatting may change, and without types of parameters. */
const bare = (code: string) =>
  code.replaceAll(/ \/\/.*$/gm, "").replaceAll(/: number \| undefined/g, "").replaceAll(/\s/g, "")
    .replaceAll(/,([)}])/g, "$1");

const sources = [...Deno.readDirSync(FOLDER)].map(({ name }) =>
  bare(Deno.readTextFileSync(new URL(name, FOLDER)))
);

/** The rows of the table: a stack with its version, and what to write. */
const rows = [...PAGE.matchAll(/^\| ([@\w/.-]+) (\d+\.\d+\.\d+) +\| (.*?) +\|/gm)];

Deno.test("every row has the version that is tested", () => {
  assertEquals(rows.length, 11);
  for (const [, name, version] of rows) assertEquals(VERSIONS[name!], version, name);
});

Deno.test("every row has code that is tested", () => {
  const all = rows.flatMap(([, , , cell]) => [...cell!.matchAll(/`([^`]+\([^`]*\))`/g)]);
  assert(all.length >= 11, `${all.length}`);
  for (const [, code] of all) {
    assert(sources.some((source) => source.includes(bare(code!))), code);
  }
});

Deno.test("every line for socket.io is tested", () => {
  const [, code] = PAGE.match(/^```js socket\.io\n([^]*?)^```$/m)!;
  const lines = code!.split("\n").map(bare).filter((line) => line !== "" && !line.startsWith("//"));
  assert(lines.length > 8);
  for (const line of lines) assert(sources.some((source) => source.includes(line)), line);
});

Deno.test("every stack is imported by its test in the version that it is loaded in", () => {
  const imported = new Map<string, string>();
  for (const { name } of Deno.readDirSync(new URL("tests/stacks/", root))) {
    const text = Deno.readTextFileSync(new URL(`tests/stacks/${name}`, root));
    for (const [, stack, version] of text.matchAll(/^import "npm:(.+)@([\d.]+)";$/gm)) {
      assertEquals(imported.get(stack!) ?? version, version, stack);
      imported.set(stack!, version!);
    }
  }
  for (const [name, version] of Object.entries(VERSIONS)) {
    if (name !== "ws") assertEquals(imported.get(name), version, name);
  }
});
