/** What is in the repository: nothing that a tool made, and nothing of the machine that made it. */
import { assertEquals } from "@std/assert";
import { output, root } from "./support/command.ts";

/** What git prints, by line; `undefined` where this is no clone. */
async function git(...args: string[]): Promise<string[] | undefined> {
  const text = await output("git", args, 30_000);
  return text?.split("\n").filter((line) => line !== "");
}

const tracked = await git("ls-files");
const clone = tracked === undefined || tracked.length === 0 ? { ignore: true } : {};

Deno.test("nothing is in the repository that .gitignore names", clone, async () => {
  assertEquals(await git("ls-files", "--cached", "--ignored", "--exclude-standard"), []);
});

/** Home folders, temporary files and checkouts of one machine, and what `file:` URLs make of them. */
const MACHINE = /(?<![\w.$}-])\/(?:work|root|home\/\w+|tmp\/\w+)\/|registry\.npmjs\.org/;

Deno.test("no file names the machine that it was written on, or a registry's host", clone, () => {
  const found = tracked!.filter((path) => /\.(ts|md|json|jsonl|yml|yaml|js|html|lock)$/.test(path))
    .filter((path) => MACHINE.test(Deno.readTextFileSync(new URL(path, root))));
  assertEquals(found.filter((path) => path !== "tests/tree_test.ts"), []);
});
