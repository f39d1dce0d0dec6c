/** docs/options.md has every option, with the default of its docstring, and refuses what it says. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { handler, serve } from "../mod.ts";
import { upgradeWebSocket } from "../src/hono.ts";
import { defineHub } from "../src/hubs.ts";
import { output, root } from "./support/command.ts";

/** An interface, as far as `deno doc --json` is read here. */
interface Documented {
  readonly name: string;
  readonly declarations: readonly {
    readonly def?: {
      readonly properties?: readonly {
        readonly name: string;
        readonly jsDoc?: { readonly tags?: readonly { kind: string; value?: string }[] };
      }[];
    };
  }[];
}

/** What an entry exports. */
async function symbolsOf(entry: string): Promise<Documented[]> {
  const doc = JSON.parse((await output(Deno.execPath(), ["doc", "--json", entry], 60_000))!);
  return Object.values<{ symbols: Documented[] }>(doc.nodes)[0]!.symbols;
}

const symbols = await symbolsOf("mod.ts");

/** The options of interfaces, with what their docstrings say after `@default`. */
function documented(...names: string[]): Map<string, string | undefined> {
  return defaultsOf(symbols, names);
}

function defaultsOf(
  symbols: readonly Documented[],
  names: readonly string[],
): Map<string, string | undefined> {
  const found = names.flatMap((name) => {
    const symbol = symbols.find((one) => one.name === name);
    assert(symbol, `there is no ${name}`);
    return symbol.declarations.flatMap(({ def }) => def?.properties ?? []);
  });
  return new Map(found.map(({ name, jsDoc }) => {
    const value = jsDoc?.tags?.find(({ kind }) => kind === "default")?.value;
    // Braces within braces: `deno doc` stops at the first that closes.
    return [name, value === "{" || value === "[]" ? undefined : value];
  }));
}

const answer = () => new Response();

/** The tables by their headings: whose options they have, and how one is tried. */
const TABLES = {
  "Routes": {
    options: documented(
      "OriginOptions",
      "SubprotocolOptions",
      "HandshakeOptions",
      "LimitOptions",
      "RouteOptions",
      "UpgradeOptions",
    ),
    set: (options: object) => void upgradeWebSocket(() => ({}), options),
  },
  "`serve` and `handler`": {
    options: documented("HostOptions"),
    set: (options: object) => void handler(answer, options),
  },
  "`serve` alone": {
    options: documented("ServeOptions"),
    set: (options: object) => void serve({ fetch: answer, port: 0, ...options }),
  },
};

const page = Deno.readTextFileSync(new URL("docs/options.md", root));

/** The rows of the table below a heading, by the names of their options. */
function rowsBelow(heading: string, text = page): Map<string, { value: string; refused: string }> {
  const [, section] = text.split(`\n## ${heading}\n`);
  assert(section !== undefined, heading);
  const rows = section.match(/(?:^\|.*\n)+/m)![0].trim().split("\n").slice(2);
  return new Map(rows.flatMap((row) => {
    const [names, , value, , refused] = row.split(" | ");
    return [...names!.matchAll(/`(\w+)`/g)].map(([, name]) =>
      [name!, { value: value!.trim().replaceAll("`", ""), refused: refused! }] as const
    );
  }));
}

/** A default as a docstring has it. */
const inBytes = (value: string) => value.replace(/^(\d+) MiB$/, (_, n) => `${n * 1_048_576}`);

for (const [heading, { options, set }] of Object.entries(TABLES)) {
  const rows = rowsBelow(heading);

  Deno.test(`docs/options.md, ${heading}: has every option, and no other`, () => {
    assertEquals([...rows.keys()].sort(), [...options.keys()].sort());
  });

  Deno.test(`docs/options.md, ${heading}: has the defaults of the docstrings`, () => {
    for (const [name, { value }] of rows) {
      assertEquals(value === "none" ? undefined : inBytes(value), options.get(name), name);
    }
  });

  Deno.test(`docs/options.md, ${heading}: what it says is refused, is refused at setup`, () => {
    let tried = 0;
    for (const [name, { refused }] of rows) {
      for (const [, code, kind] of refused.matchAll(/`([^`]+)` \((\w+)\)/g)) {
        const value = new Function(`return (${code})`)();
        const type = kind === "RangeError" ? RangeError : TypeError;
        const error = assertThrows(() => set({ [name]: value }), type);
        assertEquals(error.name, kind);
        const owner = name === "cert" || name === "key" ? "TLS" : name;
        assert(new RegExp(`^Cannot .*\\b${owner}\\b`).test(error.message), error.message);
        tried++;
      }
    }
    assert(tried >= rows.size, `${tried}`);
    // The last one would listen.
    if (!rows.has("fetch")) {
      set(Object.fromEntries([...rows.keys()].map((name) => [name, undefined])));
    }
  });
}

Deno.test("docs/options.md shows what a misspelt option says", () => {
  const error = assertThrows(() => serve({ fetch: answer, prot: 8000 } as never), TypeError);
  assert(page.includes(`\n${error.name}: ${error.message}\n`), error.message);
});

Deno.test("docs/hubs.md has every limit of a hub, with the default of its docstring", async () => {
  const limits = defaultsOf(await symbolsOf("src/hubs.ts"), ["HubLimits"]);
  const page = Deno.readTextFileSync(new URL("docs/hubs.md", root));
  const [, section] = page.split("\n## Limits\n");
  const rows = [...section!.matchAll(/^\| `(\w+)` +\| (\S+) +\| (\w*) +\|/gm)];
  assertEquals(
    rows.map(([, name, value]) => [name, value]),
    [...limits].map(([name, value]) => [name, value?.replace(/^\{(.*)\}$/, "$1")]),
  );
  const create = (options: object) => defineHub()({ client: {} }).create({}, options);
  for (const [, name, , unit] of rows) {
    const wrong = unit === "" ? 1 : -1;
    const error = assertThrows(
      () => create({ [name!]: wrong }),
      unit === "" ? TypeError : RangeError,
    );
    assert(error.message.startsWith(`Cannot use option ${name}: expected `), error.message);
    create({ [name!]: undefined });
  }
});
