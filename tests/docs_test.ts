// What examples import beside us and Hono: here, so that it is installed for Bun, too.
import "npm:@microsoft/signalr@10.0.11";
import "npm:valibot@1.5.0";
import { assert, assertEquals } from "@std/assert";
import { OPCODE, RawClient } from "./support/raw_client.ts";
import { output, root } from "./support/command.ts";
import {
  exampleCommand,
  examplesOf,
  needOf,
  playground,
  startExample,
  withEngine,
} from "./support/examples.ts";
import { offlineImports } from "./support/imports.ts";
import { nativeRuntimes } from "./support/runtimes.ts";

const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
const exports: Record<string, string> = config.exports;

/** What examples import beside us and Hono. */
const PACKAGES = {
  "@microsoft/signalr": "npm:@microsoft/signalr@10.0.11",
  "valibot": "npm:valibot@1.5.0",
};
const NAMES = Object.keys(PACKAGES);

/** What a client of a hub says first, and what it is answered. */
const GREETING = ['{"protocol":"json","version":1}\x1e', "{}\x1e"] as const;

function* sourceFiles(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, root))) {
    if (isDirectory) yield* sourceFiles(`${folder}${name}/`);
    else if (name.endsWith(".ts")) yield folder + name;
  }
}

const examples = ["mod.ts", ...sourceFiles("src/")].sort().flatMap(examplesOf);

/** What `deno doc --json` says of a module, as far as it is read here. */
interface DocModule {
  module_doc?: { doc?: string; tags?: { kind: string }[] };
  symbols: { name: string; declarations: { jsDoc?: { doc?: string } }[] }[];
}

async function doc(path: string): Promise<{ nodes: Record<string, DocModule> }> {
  return JSON.parse((await output(Deno.execPath(), ["doc", "--json", path], 60_000))!);
}

Deno.test("every example in a docstring is marked as TypeScript that runs", () => {
  assert(examples.length > 0);
  assertEquals(examples.filter(({ info }) => info !== "ts").map(({ name }) => name), []);
});

Deno.test("every entry point has a module doc with an example, and a doc for each symbol", async () => {
  for (const path of Object.values(exports)) {
    const [module] = Object.values<DocModule>((await doc(path)).nodes);
    const { doc: text = "", tags = [] } = module!.module_doc ?? {};
    assert(text.trim() !== "", `${path} has no module doc`);
    assert(tags.some(({ kind }) => kind === "example"), `the module doc of ${path} has no example`);
    for (const { name, declarations } of module!.symbols) {
      assert(declarations.some(({ jsDoc }) => jsDoc?.doc?.trim()), `${name} of ${path} has no doc`);
    }
  }
});

Deno.test("`deno task docs` has a page for every name, which says how to import it", async () => {
  await using folder = await playground([]);
  const [program, ...args] = (config.tasks.docs as string).split(" ");
  assertEquals(program, "deno");
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args, `${folder.root}/api`],
    cwd: root,
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  for (const [entry, path] of Object.entries(exports)) {
    const [module] = Object.values<DocModule>((await doc(path)).nodes);
    const inside = entry === "." ? "" : `${entry.slice("./".length)}/`;
    for (const { name } of module!.symbols) {
      const page = await Deno.readTextFile(`${folder.root}/api/${inside}~/${name}.html`);
      const found = [...page.matchAll(/import \{ (?:type )?(\w+) \} from &quot;([^&]+)&quot;/g)]
        .filter(([, imported]) => imported === name).map(([, , from]) => from);
      assert(found.length > 0, `${name} of ${path}`);
      assertEquals([...new Set(found)], [`edgesocket${entry.slice(1)}`], name);
      assert(!page.includes(config.name), name);
    }
  }
});

Deno.test("every example passes the type check", async () => {
  await using folder = await playground(examples);
  // The types of Bun are not to be had here: its example is checked with the npm package.
  const paths = examples.filter(({ code }) => !code.includes("Bun.")).map(folder.path);
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--no-lock", `--import-map=${await offlineImports(PACKAGES)}`, ...paths],
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
});

for (const runtime of nativeRuntimes) {
  for (const example of examples) {
    if (runtime.name === "deno" && example.code.includes("Bun.")) continue;
    // Those run on workerd: workerd/pages_test.ts.
    if (/handler.*\/workers"|-workers"/.test(example.code)) continue;
    const needs = needOf(example);
    const name = `${runtime.name}: the example ${example.name} does what it shows${needs}`;
    Deno.test({ name, ignore: needs !== "" }, async () => {
      await using engine = await withEngine(example);
      await using folder = await playground(examples, NAMES);
      if (!/\b(serve|listen)\(|export default/.test(example.code)) {
        const [program, ...args] = [
          ...await exampleCommand(runtime, PACKAGES),
          folder.path(example),
        ];
        const { code, stderr } = await new Deno.Command(program!, { args }).output();
        assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
        return;
      }
      await using server = await startExample(runtime, folder.path(example), PACKAGES, engine.env);
      const [path = "/"] = example.code.match(/"\/(ws|chat)\b/g)?.map((text) => text.slice(1)) ??
        [];
      using client = await RawClient.open(server.port, path);
      const [said, answer] = example.code.includes("defineHub") ? GREETING : ["hi", "hi"];
      client.send(OPCODE.text, said);
      assertEquals(await client.text(), answer);
      assertEquals(server.errors, "");
    });
  }
}
