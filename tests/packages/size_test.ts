import { assert, assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { build, stop } from "npm:esbuild@0.28.2";
import { root } from "../support/command.ts";

/**
 * Bytes that the core may take: `mod.ts`, so without the other entries, minified and gzipped. A
 * ratchet: raise it only for what is worth its bytes, and say so in the commit.
 */
const LIMIT = 17.95 * 1024;

/** The same for the client of hubs, with JSON and WebSockets: what every page loads. */
const CLIENT_LIMIT = 6 * 1024;

const kib = (bytes: number) => `${(bytes / 1024).toFixed(2)} KiB`;

/** What a page loads that imports this, without what is imported while it runs. */
async function bundled(contents: string) {
  const { outputFiles: [bundle], metafile } = await build({
    stdin: { contents, resolveDir: new URL(".", root).pathname, loader: "ts" },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    external: ["node:*"],
    plugins: [{
      name: "what is imported while the program runs is loaded when it is needed",
      setup: ({ onResolve }) =>
        onResolve(
          { filter: /./ },
          ({ kind, path }) => kind === "dynamic-import" ? { path, external: true } : undefined,
        ),
    }],
    write: false,
    metafile: true,
  });
  await stop();
  const { length } = bundle!.contents;
  const size = gzipSync(bundle!.contents, { level: 9 }).length;
  const files = Object.entries(Object.values(metafile.outputs)[0]!.inputs)
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  // What grew is seen here, folder by folder.
  const folders = new Map<string, number>();
  for (const [path, { bytesInOutput }] of files) {
    const folder = path.match(/src\/(\w+)\//)?.[1] ?? "roofs";
    folders.set(folder, (folders.get(folder) ?? 0) + bytesInOutput);
  }
  for (const [folder, minified] of folders) console.log(`  ${folder}: ${kib(minified)} minified`);
  return { minified: length, size, files: files.map(([path]) => path), folders };
}

Deno.test(`the core takes at most ${kib(LIMIT)}, minified and gzipped`, async () => {
  const { minified, size, files } = await bundled('export * from "./mod.ts";');
  console.log(`the core: ${kib(minified)} minified, ${kib(size)} gzipped (${size} bytes)`);
  const upper = files.filter((path) => /hono|testing/.test(path));
  assertEquals(upper, [], "the core imports what is above it");
  assert(size <= LIMIT, `${kib(size)} is more than ${kib(LIMIT)}`);
});

Deno.test(`the client of hubs takes at most ${kib(CLIENT_LIMIT)}, minified and gzipped`, async () => {
  const names = "connectHub, ConnectionLost, HubError";
  const { minified, size, folders, files } = await bundled(
    `export { ${names} } from "./src/client.ts";`,
  );
  console.log(`the client: ${kib(minified)} minified, ${kib(size)} gzipped (${size} bytes)`);
  const others = [...folders.keys()].filter((name) => !["client", "wire", "base"].includes(name));
  assertEquals(others, [], "the client imports a server");
  assertEquals(
    files.filter((path) => /typed|event_stream|long_polling|messagepack/.test(path)),
    [],
  );
  assert(size <= CLIENT_LIMIT, `${kib(size)} is more than ${kib(CLIENT_LIMIT)}`);
});
