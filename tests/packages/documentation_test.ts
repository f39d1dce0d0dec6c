import { assert, assertEquals } from "@std/assert";
import { output, root } from "../support/command.ts";

/** A documented thing, as `deno doc --json` prints it. */
interface Documented {
  readonly doc?: string;
  readonly tags?: readonly { readonly kind: string; readonly doc?: string }[];
}

interface Module {
  readonly module_doc?: Documented;
  readonly symbols: readonly {
    readonly name: string;
    readonly declarations: readonly { readonly jsDoc?: Documented }[];
  }[];
}

const { name, exports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));

for (const [entry, path] of Object.entries<string>(exports)) {
  const specifier = name + entry.slice(1);
  const doc = await output(Deno.execPath(), ["doc", "--json", path], 60_000);
  const [module] = Object.values<Module>(JSON.parse(doc!).nodes);

  Deno.test(`${specifier} says what it is, with an example that imports it`, () => {
    const { doc, tags = [] } = module!.module_doc ?? {};
    assert(doc?.trim(), "no module documentation");
    const examples = tags.filter(({ kind }) => kind === "example").map(({ doc }) => doc);
    assert(examples.some((example) => example?.includes(`from "${specifier}"`)), "no example");
  });

  Deno.test(`${specifier} documents every symbol that it exports`, () => {
    const bare = module!.symbols.filter(({ declarations }) =>
      !declarations.some(({ jsDoc }) => jsDoc?.doc?.trim())
    );
    assert(module!.symbols.length > 0);
    assertEquals(bare.map(({ name }) => name), []);
  });
}
