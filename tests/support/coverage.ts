import { root } from "./command.ts";
import { importArgs } from "./imports.ts";

/** Milliseconds for one test file. */
const PATIENCE = 120_000;

/**
 * What of a source file a test file, run alone, does not run: numbers and texts of lines, and names
 * of functions, as a line with a function in it counts as run when the function is made.
 *
 * @throws {Error} If no test of the file passes, if one fails, or if it does not load the source.
 */
export async function unrun(source: string, test: string): Promise<string[]> {
  const folder = await Deno.makeTempDir({ prefix: "edgesocket_coverage_" });
  try {
    const options = ["--allow-all", "--no-lock", "--no-check", "--quiet"];
    const said = await deno("test", ...options, ...await imports, `--coverage=${folder}/raw`, test);
    if (!/\b[1-9]\d* passed/.test(said)) throw new Error(`${test} has no test that passes`);
    const report = `${folder}/lcov`;
    await deno("coverage", "--lcov", `--output=${report}`, `${folder}/raw`);
    const { pathname } = new URL(source, root);
    const records = (await Deno.readTextFile(report)).split("end_of_record");
    const record = records.find((record) => record.includes(`SF:${pathname}\n`));
    if (record === undefined) throw new Error(`${test} does not load ${source}`);
    const text = await Deno.readTextFile(new URL(source, root));
    if (
      !record.includes("\nFN:") && !imported(await Deno.readTextFile(new URL(test, root)), source)
    ) {
      // Its lines run when it is loaded, whoever loads it.
      throw new Error(`${test} uses nothing of ${source}`);
    }
    const lines = text.split("\n");
    return [
      ...[...record.matchAll(/^DA:(\d+),0$/gm)].map(([, line]) =>
        `${line}: ${lines[Number(line) - 1]!.trim()}`
      ),
      ...[...record.matchAll(/^FNDA:0,(.*)$/gm)].map(([, name]) => `${name} is never called`),
    ];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Whether a file imports a value from a module, which the linter has it use. */
function imported(text: string, source: string): boolean {
  return [...text.matchAll(/^import (?!type )[^;]*? from "(?:\.\.?\/)+([^"]+)";/gm)]
    .some(([, from]) => from === source);
}

/** What a command of Deno says. */
async function deno(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: root,
    // Time on a busy machine says nothing about lines.
    env: { NO_COLOR: "1", UNTIMED: "1" },
    stdin: "null",
    signal: AbortSignal.timeout(PATIENCE),
  }).output();
  const said = new TextDecoder().decode(stdout);
  if (success) return said;
  throw new Error(
    `deno ${args[0]} … ${args.at(-1)} fails:\n${said}${new TextDecoder().decode(stderr)}`,
  );
}

const imports = importArgs();
