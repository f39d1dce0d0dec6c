import { assert, assertEquals, assertMatch } from "@std/assert";
import { root } from "./support/command.ts";

const SRC = new URL("src/", root);

/**
 * The floors of the house, from the top down. Imports point from a folder to folders on lower floors
 * only, types included; files directly in `src/` are roofs, one for each entry.
 */
const FLOORS = [
  ["roofs"],
  [
    "client",
    "hono",
    "hubs",
    "interop",
    "limits",
    "native",
    "node",
    "telemetry",
    "testing",
    "topics",
    "workers",
  ],
  ["adapters", "brokers", "wire"],
  ["server"],
  ["connection", "handshake"],
  ["base"],
];

/** What some files may import from outside: the peers of their entry, and what its runtime brings. */
const OUTSIDE: readonly (readonly [file: RegExp, specifiers: RegExp])[] = [
  [/^hono\//, /^hono$/],
  [/^interop\//, /^node:(events|stream)$/],
  [/^telemetry\//, /^@opentelemetry\/api$/],
  [/^wire\/messagepack_library\.ts$/, /^@msgpack\/msgpack$/],
  [/^adapters\/node(_\w+)?\.ts$/, /^(node:(http|https|net)|ws|@hono\/node-server(\/.+)?)$/],
];

const sources = new Map(
  [...filesIn(SRC)].map((file) => [file, Deno.readTextFileSync(new URL(file, SRC))] as const),
);

function* filesIn(folder: URL, prefix = ""): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* filesIn(new URL(`${name}/`, folder), `${name}/`);
    else if (name.endsWith(".ts")) yield prefix + name;
  }
}

/** The code without comments. */
function codeOf(source: string): string {
  return source.replaceAll(/\/\*[^]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "$1");
}

function withoutStrings(code: string): string {
  return code.replaceAll(/"[^"\n]*"|`[^`]*`/g, '""');
}

/** What a file imports or exports from, types included. */
function importsOf(source: string): string[] {
  return [...codeOf(source).matchAll(/\bfrom\s+"([^"]+)"|\bimport\s*\(?\s*"([^"]+)"/g)]
    .map(([, from, bare]) => (from ?? bare)!);
}

/** The files of `src/` that a file imports. */
function neighboursOf(file: string): string[] {
  return importsOf(sources.get(file)!).filter((specifier) => specifier.startsWith("."))
    .map((specifier) => new URL(specifier, new URL(file, SRC)).href.slice(SRC.href.length));
}

const folderOf = (file: string) => file.includes("/") ? file.split("/")[0]! : "roofs";
const floorOf = (folder: string) => FLOORS.findIndex((folders) => folders.includes(folder));

Deno.test("every folder has its floor", () => {
  const folders = new Set([...sources.keys()].map(folderOf));
  assertEquals([...folders].sort(), FLOORS.flat().sort());
});

Deno.test("every folder begins with a sentence: what it is, what it may know", () => {
  for (const folder of FLOORS.flat()) {
    if (folder === "roofs") continue;
    const readme = Deno.readTextFileSync(new URL(`${folder}/README.md`, SRC));
    const [title, empty, ...sentence] = readme.trimEnd().split("\n");
    assertEquals([title, empty], [`# ${folder}`, ""]);
    assertMatch(sentence.join(" "), /^[A-Z][^.]*\bknows?\b|^[A-Z].*\bname\b/);
  }
});

Deno.test("imports point down, from folder to folder", () => {
  for (const file of sources.keys()) {
    for (const target of neighboursOf(file)) {
      const [from, to] = [folderOf(file), folderOf(target)];
      assert(
        from === to && from !== "roofs" || floorOf(to) > floorOf(from),
        `${file} imports ${target}`,
      );
    }
  }
});

Deno.test("imports make no circle, types included", () => {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]) => {
    assert(!path.includes(file), [...path, file].join(" -> "));
    if (done.has(file)) return;
    for (const target of neighboursOf(file)) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of sources.keys()) visit(file, []);
  assertEquals(done.size, sources.size);
});

Deno.test("nothing is imported from outside but the peers of an entry", () => {
  for (const [file, source] of sources) {
    const outside = importsOf(source).filter((specifier) => !specifier.startsWith("."));
    const allowed = OUTSIDE.filter(([files]) => files.test(file)).map(([, names]) => names);
    const strangers = outside.filter((name) => !allowed.some((names) => names.test(name)));
    assertEquals(strangers, [], file);
  }
});

Deno.test("only adapters name a runtime", () => {
  for (const [file, source] of sources) {
    if (file.startsWith("adapters/")) continue;
    const code = withoutStrings(codeOf(source));
    const named = code.match(
      /\b(Deno|Bun|process|Buffer)\b\s*[.[(]|\bglobalThis\b|\bnew WebSocketPair\b/,
    );
    assert(named === null, `${file} names ${named?.[0]}`);
  }
});

Deno.test("shipped code has no any and no default export", () => {
  const entry = Deno.readTextFileSync(new URL("mod.ts", root));
  for (const [file, source] of [...sources, ["mod.ts", entry] as const]) {
    const found = withoutStrings(codeOf(source)).match(/\bany\b|\bexport default\b/);
    assert(found === null, `${file} has ${found?.[0]}`);
  }
});

Deno.test("mod.ts only re-exports", () => {
  const code = codeOf(Deno.readTextFileSync(new URL("mod.ts", root)));
  assertEquals(code.replaceAll(/export (type )?\{[^}]*\} from "[^"]+";/g, "").trim(), "");
});

Deno.test("importing the package does nothing and asks no runtime", async () => {
  const names = ["client", "hono", "hono_workers", "hubs", "limits", "node", "testing", "topics"];
  const entries = ["mod.ts", ...[...names, "workers"].map((name) => `src/${name}.ts`)]
    .map((path) => new URL(path, root).href);
  // The modules of Node are Deno's own, and ask it.
  const program = `
    await import("node:https");
    const touched = [];
    const spy = (name) => new Proxy({}, { get: (_, key) => void touched.push(name + "." + String(key)) });
    for (const name of ["Deno", "Bun"]) {
      Object.defineProperty(globalThis, name, { value: spy(name), configurable: true });
    }
    const before = Object.keys(globalThis).length;
    ${entries.map((entry) => `await import("${entry}");`).join("\n")}
    if (Object.keys(globalThis).length !== before) touched.push("globals");
    console.log(JSON.stringify(touched));`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-lock", program],
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(new TextDecoder().decode(stdout).trim(), "[]", new TextDecoder().decode(stderr));
});
