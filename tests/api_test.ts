/** The names and types that users import, entry by entry, are those of tests/api.txt. */
import { assertEquals } from "@std/assert";
import { root } from "./support/command.ts";

const LIST = new URL("tests/api.txt", root);
const { exports } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", root)));

/** Every file that makes up the package, without its comments, so that only signatures are left. */
async function copyWithoutComments(from: URL, to: URL): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyWithoutComments(new URL(`${name}/`, from), new URL(`${name}/`, to));
    else await copyFile(new URL(name, from), new URL(name, to));
  }
}

async function copyFile(from: URL, to: URL): Promise<void> {
  const source = await Deno.readTextFile(from);
  await Deno.writeTextFile(to, source.replaceAll(/\/\*\*[^]*?\*\//g, ""));
}

/** What `deno doc` says of one entry: signatures in the order of their names. */
async function signatures(entry: string, folder: URL): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", new URL(entry, folder).href],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(decoder.decode(stderr));
  const blocks = decoder.decode(stdout).split(/^Defined in .*$/m);
  return blocks.map((block) => block.trim()).filter((block) => block !== "").sort().join("\n\n");
}

Deno.test("the exported names and types are those of tests/api.txt", async () => {
  const folder = new URL(`file://${await Deno.makeTempDir()}/`);
  try {
    await copyWithoutComments(new URL("src/", root), new URL("src/", folder));
    for (const name of ["mod.ts", "deno.json"]) {
      await copyFile(new URL(name, root), new URL(name, folder));
    }
    const entries = await Promise.all(
      Object.entries(exports as Record<string, string>).map(async ([name, path]) =>
        `# ${name}\n\n${await signatures(path, folder)}\n`
      ),
    );
    const found = entries.join("\n");
    // A change that is meant: run this test once with UPDATE_API=1, and say in CHANGELOG.md what
    // it means for users.
    if (Deno.env.has("UPDATE_API")) await Deno.writeTextFile(LIST, found);
    assertEquals(found, await Deno.readTextFile(LIST));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
