/** What a Worker loads of us: nothing of Node, and not much. */
import { assert, assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { workerBundle } from "../support/worker_bundle.ts";

const kib = (bytes: number) => `${(bytes / 1024).toFixed(2)} KiB`;

/** Bytes, minified and gzipped. A ratchet: raise it only for what is worth its bytes. */
const ENTRIES = [
  ["handler and a route", 'export { handler } from "edgesocket/workers";', 20.25 * 1024],
  ["durable and a route", 'export { durable } from "edgesocket/workers";', 21.75 * 1024],
] as const;

const ROUTE = 'export { upgradeWebSocket } from "edgesocket";\n';

for (const [what, entry, limit] of ENTRIES) {
  Deno.test(`${what}: no module of Node, and at most ${kib(limit)}, minified and gzipped`, async () => {
    const { text, builtIns } = await workerBundle({ text: ROUTE + entry }, { minify: true });
    assertEquals(builtIns, []);
    const size = gzipSync(text, { level: 9 }).length;
    console.log(`${what}: ${kib(text.length)} minified, ${kib(size)} gzipped`);
    assert(size <= limit, `${kib(size)} is more than ${kib(limit)}`);
  });
}

Deno.test("topics, hubs and limits load nothing of Node either", async () => {
  const entries = ["hono", "topics", "hubs", "limits", "workers"];
  const text = entries.map((name) => `export * from "edgesocket/${name}";`).join("\n");
  assertEquals((await workerBundle({ text })).builtIns, []);
});
