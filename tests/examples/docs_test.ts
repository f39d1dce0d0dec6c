/** The table of docs/playground.md names tests that there are. */
import { assert, assertEquals } from "@std/assert";
import { root } from "../support/command.ts";

const page = await Deno.readTextFile(new URL("docs/playground.md", root));
const rows = page.split("\n").filter((line) => line.startsWith("| ") && line.includes("_test.ts`"));

/** Tests that rows name by a browser or a word alone. */
const FILES = ["firefox", "causes", "messages", "looks"].map((name) =>
  `tests/browser/playground_${name}_test.ts`
);
const read = (path: string) => Deno.readTextFileSync(new URL(path, root));

Deno.test("docs/playground.md names files of tests that exist, and titles that are in one", () => {
  assert(rows.length > 12);
  const named = new Set([...page.matchAll(/`(tests\/[\w/]+_test\.ts)`/g)].map(([, path]) => path!));
  const titles = [...named, ...FILES].map(read).join("\n");
  const quoted = rows.flatMap((row) => [...row.matchAll(/"([^"…]+?)(?: …)?"/g)].map(([, t]) => t!));
  assert(quoted.length > 15);
  assertEquals(quoted.filter((title) => !titles.includes(title)), []);
});
