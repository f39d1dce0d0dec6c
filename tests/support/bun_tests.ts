import { assert, assertEquals } from "@std/assert";
import { selfSigned } from "./certificate.ts";
import { root } from "./command.ts";
import { bun } from "./runtimes.ts";

/** Milliseconds for one file of tests. */
const PATIENCE = 60_000;

/**
 * Runs a file of tests in a process of Bun, and holds that they run every line of a module, as
 * Deno's own coverage does of the others.
 */
export async function runInBun(tests: string, module: string): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "edgesocket_bun_" });
  try {
    const [program, ...args] = bun.command;
    const tls = selfSigned();
    if (tls === undefined) console.log("No openssl found: Bun's TLS is not tested");
    const { success, stderr } = await new Deno.Command(program!, {
      args: [
        ...args,
        "test",
        "--coverage",
        "--coverage-reporter=lcov",
        `--coverage-dir=${folder}`,
        new URL(tests, root).pathname,
      ],
      cwd: root,
      env: { NO_COLOR: "1", ...tls ? { CERT: tls.cert, KEY: tls.key } : {} },
      stdin: "null",
      signal: AbortSignal.timeout(PATIENCE),
    }).output();
    const said = new TextDecoder().decode(stderr);
    assert(success && /\b[1-9]\d* pass\b/.test(said), said);
    const records = (await Deno.readTextFile(`${folder}/lcov.info`)).split("end_of_record");
    const record = records.find((record) => record.includes(`SF:${module}\n`));
    assert(record !== undefined, `${tests} does not load ${module}`);
    const lines = (await Deno.readTextFile(new URL(module, root))).split("\n");
    const unrun = [...record.matchAll(/^DA:(\d+),0$/gm)].map(([, line]) =>
      `${line}: ${lines[Number(line) - 1]!.trim()}`
    );
    assertEquals(unrun, []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
