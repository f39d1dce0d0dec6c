/**
 * The check command: format, lint, types, documentation, and whether JSR would take the package.
 */
import { root } from "./support/command.ts";
import { importArgs } from "./support/imports.ts";

const { exports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
const entries = Object.values(exports as Record<string, string>);

const steps = [
  ["fmt", "--check", "--quiet"],
  ["lint", "--quiet"],
  [
    "check",
    "--quiet",
    "--no-lock",
    ...await importArgs(),
    ...entries,
    "examples",
    "tests",
    "bench",
    "api-docs.ts",
    "npm-build.ts",
  ],
  ["doc", "--lint", ...entries],
  ["publish", "--dry-run", "--allow-dirty", "--quiet"],
];

for (const args of steps) {
  const shown = args.filter((arg) => !arg.startsWith("--import-map")).join(" ");
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: root })
    .output();
  console.log(`${success ? "ok    " : "FAILED"} deno ${shown}`);
  if (success) continue;
  await Deno.stdout.write(stdout);
  await Deno.stderr.write(stderr);
  Deno.exit(1);
}
