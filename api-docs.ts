/**
 * Writes the API reference: `deno task docs [folder]`, into `docs/api/` by default. A page for every
 * name that an entry of deno.json exports, which says how to import it.
 */
const root = new URL(".", import.meta.url);
const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
const exports: Record<string, string> = config.exports;

/** The package's name on npm, and in all documentation. */
const NAME = "edgesocket";
const folder = Deno.args[0] ?? "docs/api";

const { success } = await new Deno.Command(Deno.execPath(), {
  args: [
    "doc",
    "--quiet",
    "--html",
    `--name=${NAME}`,
    `--output=${folder}`,
    ...Object.values(exports),
  ],
  cwd: root,
}).spawn().status;
if (!success) Deno.exit(1);

/** What `deno doc` writes: the entry as a path, and the name of the package on JSR. */
function corrected(page: string, path: string): string {
  const named = page.replaceAll(config.name, NAME);
  const [, entry = ".", symbol] = path.match(/^(?:(.+)\/)?~\/(\w+)[^/]*\.html$/) ?? [];
  if (symbol === undefined) return named;
  const specifier = entry === "." ? NAME : `${NAME}/${entry}`;
  return named.replaceAll(
    new RegExp(`(import \\{ (?:type )?${symbol}\\b[^}]*\\} from &quot;)[^&]+(?=&quot;)`, "g"),
    `$1${specifier}`,
  );
}

async function correct(base: URL, prefix = ""): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(prefix, base))) {
    const path = prefix + name;
    if (isDirectory) await correct(base, `${path}/`);
    else if (/\.(html|js)$/.test(name)) {
      // Names of files may have a percent sign in them, which is one of theirs.
      const file = new URL(path.replaceAll("%", "%25"), base);
      await Deno.writeTextFile(file, corrected(await Deno.readTextFile(file), path));
    }
  }
}
await correct(new URL(`${folder}/`, root));
