/** The last lines of the test command. */
import { assert, assertEquals } from "@std/assert";
import { root } from "./support/command.ts";

async function lines(given: readonly string[], env: Record<string, string> = {}) {
  const args = ["run", "-A", "--no-lock", "tests/run.ts", ...given];
  // The tests themselves may run where there must be no skips.
  const { NO_SKIPS: _, ...inherited } = Deno.env.toObject();
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: root,
    clearEnv: true,
    env: { ...inherited, ...env },
    stderr: "null",
  }).output();
  return { code, lines: new TextDecoder().decode(stdout).trimEnd().split("\n") };
}

async function lastLines(count: number, env: Record<string, string> = {}) {
  const said = await lines(["tests/fixtures/skipped.ts"], env);
  return { ...said, lines: said.lines.slice(-count) };
}

Deno.test("the test command ends with what was skipped, and why", async () => {
  const { code, lines } = await lastLines(12);
  assertEquals(lines, [
    "on deno: 0 passed, 0 failed, 1 skipped",
    "on bun: 0 passed, 0 failed, 1 skipped",
    "on node: 0 passed, 0 failed",
    "on strict: 0 passed, 0 failed",
    "on bun-node: 0 passed, 0 failed",
    "on memory: 0 passed, 0 failed",
    "on workers: 0 passed, 0 failed",
    "skipped, because this needs a thing (THING names one):",
    '  deno: <what> needs "a thing"',
    "skipped, because this needs another thing:",
    "  bun: what needs another",
    "1 passed, 0 failed, 2 skipped",
  ]);
  assertEquals(code, 0);
});

Deno.test("the test command fails on skips where there must be none", async () => {
  const { code, lines } = await lastLines(2, { NO_SKIPS: "1" });
  const names = 'deno: <what> needs "a thing"; bun: what needs another [needs another thing]';
  assertEquals([code, lines[0]], [1, `skipped, and must not be: ${names}`]);
});

Deno.test("with --here, the test command starts no server in a process of its own", async () => {
  const said = await lines(["--here", "tests/fixtures/titles.ts"]);
  assertEquals(said.lines.flatMap((line) => line.match(/ran \[(.*)\]/)?.[1] ?? []), [
    "memory: of a runtime",
    "denominators",
    "bunch",
    "nodes",
    "strictness",
    "options of deno: ports",
  ]);
  assertEquals([said.code, said.lines.at(-1)], [0, "6 passed, 0 failed, 5 skipped"]);
});

Deno.test("tests that hang are ended, and count as failed", async () => {
  const { code, lines: said } = await lines(["tests/fixtures/hangs.ts"], { TEST_MINUTES: "0.1" });
  assertEquals([code > 0, said.at(-1)], [true, "0 passed, 1 failed"]);
  assert(said.includes("ended after 0.1 minutes: tests/fixtures/hangs.ts"), `${said}`);
});
