/** docs/scale-out.md shows what bench/results/model.json has, and what the model answers by that. */
import { assert, assertEquals } from "@std/assert";
import { costsOf } from "../../bench/model/costs.ts";
import { pageWith } from "../../bench/model/page.ts";
import { type Results, withStack } from "../../bench/model/results.ts";
import { RUNS } from "../../bench/model/runs.ts";
import { STACKS } from "../../bench/model/tables.ts";
import { root } from "../support/command.ts";

const read = (file: string) => Deno.readTextFileSync(new URL(file, root));
const page = read("docs/scale-out.md");
const results: Results = JSON.parse(read("bench/results/model.json"));

/** Without what the formatter may change: white space, and how wide the rule of a table is. */
const plain = (text: string) => text.replace(/-{3,}/g, "---").replace(/\s+/g, " ");

Deno.test("the page's tables and answers are those of the results", () => {
  assertEquals(plain(pageWith(page, results)), plain(page));
});

Deno.test("each table and each answer of the page would change with the results", () => {
  const [first, ...others] = STACKS.filter(({ runtime }) => runtime === "bun");
  assertEquals(others.length, 1);
  const costs = { ...costsOf(first!), delivery: 97_531, publish: 98_765 };
  const sample = {
    ...{ id: "pairs", publishes: 1, process: 0.5, engine: 0.5, memory: 1e9 },
    ...{ waited: 0, wakes: 1, engineWakes: 1 },
  };
  const other = plain(
    pageWith(page, withStack(results, first!, ["on a toy"], costs, [sample], [])),
  );
  for (const text of ["97,531 µs", "98,765 µs", "50.0 /", "954 /", "Bun, Redis: on a toy"]) {
    assert(other.includes(text) && !plain(page).includes(text), text);
  }
  const answers = (text: string) =>
    [...text.matchAll(/```sh deno run bench\/model\.ts.*? ```text (.*?)```/g)].map(([, a]) => a!);
  assertEquals(answers(other).length, 2);
  assert(answers(plain(page)).every((answer) => answer.includes("breaks first")));
  assert(answers(other)[0] !== answers(plain(page))[0]);
});

Deno.test("a page without places for tables stays as it is", () => {
  assertEquals(pageWith("# Else\n", results), "# Else\n");
});

Deno.test("of every stack that was measured, every run was", () => {
  const ids = RUNS.map(({ id }) => id);
  for (const [stack, samples] of Object.entries(results.samples)) {
    assertEquals(samples.map(({ id }) => id), ids, stack);
  }
});

Deno.test("the command answers what the page says, and says how it is asked", async () => {
  const ask = async (...args: string[]) => {
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-lock", "--quiet", "bench/model.ts", ...args],
      cwd: root,
    });
    const { code, stdout, stderr } = await command.output();
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, out: decode(stdout), error: decode(stderr) };
  };
  const { code, out } = await ask();
  assertEquals(code, 0);
  assert(page.includes(`\n${out}\`\`\`\n`));
  const wrong = await ask("--engine=kafka");
  assertEquals([wrong.code, wrong.out], [2, ""]);
  assert(wrong.error.startsWith("Cannot use --engine: expected redis or nats"));
  const help = await ask("--help");
  assertEquals(help.code, 0);
  assert(help.out.includes("--zipf="));
});
