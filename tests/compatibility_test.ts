/** README's compatibility tables and the tests that pin them name the same gaps. */
import { assert, assertEquals } from "@std/assert";
import { type Handshake, handshakes, type Outcome } from "./conformance/handshake_table.ts";
import { root } from "./support/command.ts";
import { runtimes } from "./support/runtimes.ts";

const README = Deno.readTextFileSync(new URL("README.md", root));

/** One row of a table: what differs, and what Deno and Bun do. */
type Row = readonly [what: string, deno: string, bun: string];

const section = README.match(/## Where the runtimes differ\n([^]*?)\n## /)?.[1] ?? "";
const rows: readonly Row[] = section.split("\n")
  .filter((line) => line.startsWith("|") && !/^\| (what|-+) /.test(line))
  .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()) as unknown as Row);

/** The gaps that tests name, in comments such as `Gap "one gap": because`. */
function* gapsIn(folder: URL): Generator<string> {
  for (const { name } of Deno.readDirSync(folder)) {
    if (!name.endsWith(".ts")) continue;
    const source = Deno.readTextFileSync(new URL(name, folder));
    for (const [, gap] of source.matchAll(/\/\/ Gap "([^"]+)"/g)) yield gap!;
  }
}

const gaps = new Set(gapsIn(new URL("tests/conformance/", root)));
for (const { gaps: own } of handshakes) {
  for (const gap of Object.values(own)) gaps.add(gap[1]);
}

/** The words for an outcome in README's table on the opening handshake. */
function words(outcome: Outcome): string {
  if (outcome === 101 || typeof outcome === "object") return "accepted";
  return outcome === "4xx" ? "400" : `${outcome}`;
}

function rowOf({ gaps: own, title }: Handshake): Row {
  const names = new Set(Object.values(own).map(([, row]) => row));
  assertEquals(names.size, 1, `the gaps of "${title}" name ${names.size} rows`);
  return rows.find(([what]) => names.has(what))!;
}

Deno.test("every gap that a test names has a row in README, and the other way round", () => {
  assert(rows.length > 0);
  assertEquals(rows.map(([what]) => what).sort(), [...gaps].sort());
});

Deno.test("README's rows on the opening handshake say what the handshake tests expect", () => {
  const gapped = handshakes.filter(({ gaps: own }) => Object.keys(own).length > 0);
  assert(gapped.length > 0);
  for (const handshake of gapped) {
    const [what, ...cells] = rowOf(handshake);
    for (const [index, { name }] of runtimes.entries()) {
      const outcome = handshake.gaps[name]?.[0] ?? handshake.outcome;
      assert(
        cells[index]!.includes(words(outcome)),
        `${what}: expected "${words(outcome)}" for ${name}, got "${cells[index]}"`,
      );
    }
  }
});
