/**
 * The tables of docs/compatibility.md are made from tests/support/gaps.ts, and every gap there is
 * pinned by a test. `UPDATE_TABLES=1` writes the tables.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { handshakes, type Outcome } from "./conformance/wire/handshake_table.ts";
import { root } from "./support/command.ts";
import { cellOf, type GapName, gaps, pinned, tableOf, type TABLES } from "./support/gaps.ts";
import { runtimes, wireRuntimes } from "./support/runtimes.ts";

const PAGE = new URL("docs/compatibility.md", root);
const SUITES = ["tests/conformance/", "tests/conformance/wire/"];

/** Each table with the heading that it stands below. */
const HEADINGS: Readonly<Record<keyof typeof TABLES, string>> = {
  runtimes: "## Connections",
  handshake: "## The opening handshake",
  bare: "## Without `serve` or `handler`",
};

Deno.test("the tables of differences are those of the gaps", () => {
  const page = Deno.readTextFileSync(PAGE);
  let made = page;
  for (const [name, heading] of Object.entries(HEADINGS) as [keyof typeof TABLES, string][]) {
    // The first table below the heading.
    const [before, section, ...more] = made.split(`\n${heading}\n`);
    assert(section !== undefined && more.length === 0, `one ${heading}`);
    // Not a pattern of replace(): cells may have dollars.
    const table = section.replace(/^\|.*\n(?:\|.*\n)*/m, () => `${tableOf(name)}\n`);
    made = `${before}\n${heading}\n${table}`;
  }
  if (Deno.env.get("UPDATE_TABLES") === "1") return Deno.writeTextFileSync(PAGE, made);
  assertEquals(
    page,
    made,
    "The page differs from tests/support/gaps.ts: UPDATE_TABLES=1 writes it",
  );
});

/** The gaps that suites ask for: `runtime.gap("unmasked frames")`. */
function* askedFor(): Generator<string> {
  for (const folder of SUITES) {
    for (const { name } of Deno.readDirSync(new URL(folder, root))) {
      if (!name.endsWith("_test.ts")) continue;
      const source = Deno.readTextFileSync(new URL(folder + name, root));
      for (const [, gap] of source.matchAll(/\.gap\(\s*"([^"]+)"/g)) yield gap!;
    }
  }
}

Deno.test("every gap is pinned by a test, and no test asks for another one", () => {
  const pinnedBy = new Set(askedFor());
  for (const { gap } of handshakes) if (gap !== undefined) pinnedBy.add(gap);
  assertEquals([...pinnedBy].sort(), Object.keys(gaps).sort());
  for (const [what, gap] of Object.entries(gaps)) {
    assert(Object.keys(gap.pinned).length > 0, `no runtime is pinned by "${what}"`);
  }
});

Deno.test("no suite asks for the name of its runtime", () => {
  for (const folder of SUITES) {
    for (const { name } of Deno.readDirSync(new URL(folder, root))) {
      if (!name.endsWith(".ts")) continue;
      const source = Deno.readTextFileSync(new URL(folder + name, root));
      const found = source.match(/onBun|onDeno|\bname\s*[!=]==?|[!=]==?\s*"(deno|bun|memory)"/);
      assertEquals(found?.[0], undefined, folder + name);
    }
  }
});

Deno.test("gaps and declared abilities say the same", () => {
  for (const { name, abilities, gap } of runtimes) {
    assertEquals(abilities.terminate === "cut", gap("`terminate()`") === undefined, name);
    const loop: GapName = "a loop that does not keep up (`maxQueue`)";
    assertEquals(abilities.pause, gap(loop) === undefined, name);
    assertEquals(abilities.compression, gap("the option `compression`") === undefined, name);
  }
});

Deno.test("a gap that is misspelt does not compile, and another one has the type of its value", () => {
  // @ts-expect-error: no such gap
  assertThrows(() => pinned("bun", "unmasked frame"), TypeError);
  const status: 500 | 400 | undefined = pinned("deno", "a sub-app behind `app.mount`");
  assertEquals(status, 500);
});

/** The words for an outcome in the table on the opening handshake. */
function words(outcome: Outcome): string {
  if (outcome === 101 || typeof outcome === "object") return "accepted";
  return outcome === "4xx" ? "400" : `${outcome}`;
}

Deno.test("the rows on the opening handshake say what the handshake tests expect", () => {
  const gapped = handshakes.filter(({ gap }) => gap !== undefined);
  assert(gapped.length > 0);
  for (const { outcome, gap } of gapped) {
    for (const { name } of wireRuntimes) {
      const cell = cellOf(gap!, name);
      const expected = words(pinned(name, gap!) ?? outcome);
      assert(cell.includes(expected), `${gap}: expected "${expected}" for ${name}, got "${cell}"`);
    }
  }
});
