import { assert, assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { build, stop } from "npm:esbuild@0.28.2";
import { root } from "../support/command.ts";

/**
 * Bytes that the core may take: `mod.ts`, so without the other entries, minified and gzipped. A
 * ratchet: raise it only for what is worth its bytes, and say so in the commit.
 */
const LIMIT = 17.95 * 1024;

const kib = (bytes: number) => `${(bytes / 1024).toFixed(2)} KiB`;

Deno.test(`the core takes at most ${kib(LIMIT)}, minified and gzipped`, async () => {
  const { outputFiles: [bundle], metafile } = await build({
    entryPoints: [new URL("mod.ts", root).pathname],
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
  console.log(`the core: ${kib(length)} minified, ${kib(size)} gzipped (${size} bytes)`);
  const upper = Object.keys(metafile.inputs).filter((path) => /hono|testing/.test(path));
  assertEquals(upper, [], "the core imports what is above it");
  // What grew is seen here, folder by folder.
  const folders = new Map<string, number>();
  for (
    const [path, { bytesInOutput }] of Object.entries(Object.values(metafile.outputs)[0]!.inputs)
  ) {
    const folder = path.match(/src\/(\w+)\//)?.[1] ?? "roofs";
    folders.set(folder, (folders.get(folder) ?? 0) + bytesInOutput);
  }
  for (const [folder, minified] of folders) console.log(`  ${folder}: ${kib(minified)} minified`);
  assert(size <= LIMIT, `${kib(size)} is more than ${kib(LIMIT)}`);
});
