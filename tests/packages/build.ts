import { root } from "../support/command.ts";
import { Folder } from "./folder.ts";
import type { Manifest } from "./npm_registry.ts";

/** The npm package as it would be published. */
export interface NpmPackage {
  readonly manifest: Manifest & {
    readonly exports: Record<string, { types: string; default: string }>;
    readonly peerDependencies: Record<string, string>;
  };
  readonly tarball: Uint8Array<ArrayBuffer>;
  /** The paths in the tarball, as `npm pack --dry-run` lists them. */
  readonly files: readonly string[];
  /** The text of a file in it. */
  text(path: string): string;
}

/** Runs npm-build.ts, then `npm pack`. */
export async function buildPackage(): Promise<NpmPackage> {
  await using folder = await Folder.make();
  const script = new URL("npm-build.ts", root).pathname;
  const built = `${folder.path}/npm`;
  const steps: [string, ...string[]][] = [
    [Deno.execPath(), "run", "-A", "--quiet", "--no-lock", script, "--pack", built],
    ["npm", "pack", "--dry-run", "--json", built],
    ["npm", "pack", "--silent", built],
  ];
  let listing = "";
  for (const [command, ...args] of steps) {
    const { code, stdout, stderr } = await folder.run(command, args);
    if (code !== 0) throw new Error(`"${command} ${args.join(" ")}" failed:\n${stdout}${stderr}`);
    if (args.includes("--json")) listing = stdout;
  }
  const parsed = JSON.parse(listing);
  // npm 12 keys the list by package.
  const [{ filename, files }] = Array.isArray(parsed) ? parsed : Object.values(parsed);
  const paths = (files as { path: string }[]).map(({ path }) => path).sort();
  const texts = new Map(
    paths.map((path) => [path, Deno.readTextFileSync(folder.url(`npm/${path}`))] as const),
  );
  return {
    manifest: JSON.parse(texts.get("package.json")!),
    tarball: await Deno.readFile(folder.url(filename)),
    files: paths,
    text: (path) => texts.get(path)!,
  };
}
