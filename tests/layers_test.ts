import { assert, assertEquals } from "@std/assert";

const SRC = new URL("../src", import.meta.url);

/** The floors of the house, from the ground up. A file imports from lower floors only. */
const FLOORS = [
  [
    "clock.ts",
    "contained.ts",
    "deferred.ts",
    "mismatch.ts",
    "quote.ts",
    "remember.ts",
    "socket.ts",
    "token.ts",
    "verdict.ts",
  ],
  ["authority.ts", "close.ts", "send_data.ts", "serialized_origin.ts"],
  ["connection.ts"],
  [
    "headers.ts",
    "inbox.ts",
    "limits.ts",
    "opening.ts",
    "origin_entry.ts",
    "registry.ts",
    "watchdog.ts",
  ],
  ["agreement.ts", "origin.ts", "subprotocol.ts"],
  ["server_connection.ts"],
  ["handshake.ts"],
  ["host.ts"],
  ["intent.ts"],
  ["adapter.ts", "adapters/descriptors.ts"],
  ["adapters/bun.ts", "adapters/deno.ts"],
  ["runtime.ts"],
  ["handler.ts", "upgrade.ts"],
  ["hono.ts", "serve.ts"],
];

const floorOf = new Map(
  FLOORS.flatMap((files, floor) => files.map((file) => [file, floor] as const)),
);
const sources = new Map(
  [...filesIn(SRC)].map((file) => [file, Deno.readTextFileSync(new URL(file, SRC))] as const),
);

function* filesIn(folder: URL, prefix = ""): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* filesIn(new URL(`${name}/`, folder), `${name}/`);
    else yield prefix + name;
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

Deno.test("every source file has its floor", () => {
  assertEquals([...sources.keys()].sort(), [...floorOf.keys()].sort());
});

for (const [file, source] of sources) {
  Deno.test(`${file} imports from lower floors only`, () => {
    for (const specifier of importsOf(source)) {
      if (!specifier.startsWith(".")) {
        assert(file === "hono.ts" && specifier === "hono", `${file} imports ${specifier}`);
        continue;
      }
      const target = new URL(specifier, new URL(file, SRC)).href.slice(SRC.href.length);
      assert(floorOf.get(target)! < floorOf.get(file)!, `${file} imports ${target}`);
    }
  });
}

Deno.test("only adapters name a runtime", () => {
  for (const [file, source] of sources) {
    if (file.startsWith("adapters/")) continue;
    const code = withoutStrings(codeOf(source));
    const named = code.match(/\b(Deno|Bun|process|Buffer)\b\s*[.[(]|\bglobalThis\b/);
    assert(named === null, `${file} names ${named?.[0]}`);
  }
});

Deno.test("shipped code has no any and no default export", () => {
  const entry = Deno.readTextFileSync(new URL("../mod.ts", SRC));
  for (const [file, source] of [...sources, ["mod.ts", entry] as const]) {
    const found = withoutStrings(codeOf(source)).match(/\bany\b|\bexport default\b/);
    assert(found === null, `${file} has ${found?.[0]}`);
  }
});

Deno.test("mod.ts only re-exports", () => {
  const code = codeOf(Deno.readTextFileSync(new URL("../mod.ts", SRC)));
  assertEquals(code.replaceAll(/export (type )?\{[^}]*\} from "[^"]+";/g, "").trim(), "");
});

Deno.test("importing the package does nothing and asks no runtime", async () => {
  const entries = ["../mod.ts", "../src/hono.ts"].map((path) =>
    new URL(path, import.meta.url).href
  );
  const program = `
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

/** KiB of mod.ts with all that it imports, minified and gzipped. */
const CORE_SIZE = 10;

Deno.test(`the core, minified and gzipped, takes at most ${CORE_SIZE} KiB`, async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--minify", "--no-lock", new URL("../mod.ts", SRC).href],
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  const stream = new Blob([stdout]).stream().pipeThrough(new CompressionStream("gzip"));
  const { byteLength } = await new Response(stream).arrayBuffer();
  assert(byteLength <= CORE_SIZE * 1024, `${byteLength} bytes, of ${stdout.length} before gzip`);
  assert(!new TextDecoder().decode(stdout).includes("hono"));
});
