import { root } from "../support/command.ts";
import { Folder, succeeded } from "./folder.ts";
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

/**
 * Where dnt is, as an import map, to test what it builds where JSR does not answer. Then `deno pack`
 * never takes its place.
 */
const dnt = Deno.env.get("DNT_IMPORT_MAP");
const how = dnt === undefined ? [] : [`--import-map=${dnt}`];

let built: Promise<NpmPackage> | undefined;
/** The package: npm-build.ts and `npm pack` run once for all tests of a file. */
export const npmPackage = (): Promise<NpmPackage> => built ??= buildPackage();

/** The tarball that is to be published, if there is one already: then that is what is tested. */
const made = Deno.env.get("TARBALL");

async function buildPackage(): Promise<NpmPackage> {
  await using folder = await Folder.make();
  if (made !== undefined) return await readPackage(folder, made);
  const target = `${folder.path}/npm`;
  const script = [new URL("npm-build.ts", root).pathname, target];
  if (dnt === undefined) script.push("--pack");
  const steps: [string, ...string[]][] = [
    [Deno.execPath(), "run", "-A", "--quiet", "--no-lock", ...how, ...script],
    ["npm", "pack", "--dry-run", "--json", target],
    ["npm", "pack", "--silent", target],
  ];
  let listing = "";
  for (const [command, ...args] of steps) {
    const stdout = succeeded(await folder.run(command, args));
    if (args.includes("--json")) listing = stdout;
  }
  const parsed = JSON.parse(listing);
  // npm 12 keys the list by package.
  const [{ filename, files }] = Array.isArray(parsed) ? parsed : Object.values(parsed);
  return packageOf(folder, filename, (files as { path: string }[]).map(({ path }) => path));
}

/** A tarball that somebody else has made: all of it is in a folder of its own, `package`. */
async function readPackage(folder: Folder, tarball: string): Promise<NpmPackage> {
  await Deno.copyFile(tarball, folder.url("made.tgz"));
  const listed = succeeded(await folder.run("tar", ["-tzf", "made.tgz"]));
  succeeded(await folder.run("tar", ["-xzf", "made.tgz"]));
  await Deno.rename(folder.url("package"), folder.url("npm"));
  const paths = listed.trim().split("\n").map((path) => path.replace(/^package\//, ""));
  return packageOf(folder, "made.tgz", paths.filter((path) => !path.endsWith("/")));
}

/** A package whose files are in `npm/`. */
async function packageOf(
  folder: Folder,
  filename: string,
  files: readonly string[],
): Promise<NpmPackage> {
  const paths = [...files].sort();
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
