/** README's table of options and the docstrings name the same options with the same defaults. */
import { assert, assertEquals } from "@std/assert";
import { root } from "./support/command.ts";

const read = (path: string) => Deno.readTextFileSync(new URL(path, root));

/** The options of a route, with what their docstrings say after `@default`. */
function documented(): Map<string, string | undefined> {
  const found = new Map<string, string | undefined>();
  for (
    const file of [
      "handshake/origin",
      "handshake/subprotocol",
      "handshake/rules",
      "connection/limits",
      "server/route",
    ]
  ) {
    const source = read(`src/${file}.ts`);
    const [, members = ""] = source.match(/^export interface \w*Options\b[^{]*{\n([^]*?)^}/m) ?? [];
    assert(members !== "", file);
    for (const [, doc, name] of members.matchAll(/\/\*\*([^]*?)\*\/\s+readonly (\w+)\?:/g)) {
      found.set(name!, doc!.match(/@default {(.*)}/)?.[1]);
    }
  }
  return found;
}

/** README's rows: the name of the option, and its default as it stands there. */
const rows = new Map(
  [...read("README.md").matchAll(/^\| `(\w+)` +\| ([^|]+?) +\|/gm)]
    .map(([, name, value]) => [name!, value!.replaceAll("`", "")] as const)
    .filter(([name]) => documented().has(name)),
);

/** Options that README tells of elsewhere. */
const ELSEWHERE = ["dangerouslyAllowAnyOrigin", "trustProxy", "requireProtocol", "info"];

Deno.test("README's table has every option of a route", () => {
  const names = [...documented().keys()].filter((name) => !ELSEWHERE.includes(name));
  assertEquals([...rows.keys()].sort(), names.sort());
});

Deno.test("options that are not in README's table are told of in README or docs/", () => {
  const told = ["README.md", "docs/origin.md"].map(read).join("\n");
  for (const name of ELSEWHERE.slice(0, 3)) assert(told.includes(name), name);
});

Deno.test("README's defaults are those of the docstrings", () => {
  const inBytes = (value: string) => value.replace(/^(\d+) MiB$/, (_, n) => `${n * 1_048_576}`);
  let compared = 0;
  for (const [name, value] of rows) {
    const expected = documented().get(name);
    if (value === "none" || expected === undefined) continue;
    assertEquals(inBytes(value), expected, name);
    compared++;
  }
  assert(compared >= 7, `${compared}`);
});
