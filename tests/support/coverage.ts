import { output, root } from "./command.ts";
import { importArgs } from "./imports.ts";

/** Milliseconds for one test file. */
const PATIENCE = 120_000;

/** The lines of a source file that a test file, run alone, does not run: their numbers and texts. */
export async function unrun(source: string, test: string): Promise<string[]> {
  const folder = await Deno.makeTempDir({ prefix: "edgesocket_coverage_" });
  try {
    const options = ["--allow-all", "--no-lock", "--no-check", "--quiet"];
    const args = ["test", ...options, ...await imports, `--coverage=${folder}/raw`, test];
    if (await output(Deno.execPath(), args, PATIENCE) === undefined) {
      throw new Error(`${test} fails`);
    }
    const report = `${folder}/lcov`;
    await output(
      Deno.execPath(),
      ["coverage", "--lcov", `--output=${report}`, `${folder}/raw`],
      PATIENCE,
    );
    const { pathname } = new URL(source, root);
    const records = (await Deno.readTextFile(report)).split("end_of_record");
    const record = records.find((record) => record.includes(`SF:${pathname}\n`));
    if (record === undefined) throw new Error(`${test} does not load ${source}`);
    const lines = (await Deno.readTextFile(new URL(source, root))).split("\n");
    return [...record.matchAll(/^DA:(\d+),0$/gm)].map(([, line]) =>
      `${line}: ${lines[Number(line) - 1]!.trim()}`
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const imports = importArgs();
