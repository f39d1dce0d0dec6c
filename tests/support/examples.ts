import { root } from "./command.ts";
import { hasEngine, TestEngine } from "./engines.ts";
import { clusterOfOne } from "./redis_cluster.ts";
import { offlineImports } from "./imports.ts";
import { ProcessServer } from "./process_server.ts";
import type { WireRuntime } from "./runtimes.ts";

const RUNNER = new URL("tests/fixtures/example.ts", root).pathname;

/** An example of the documentation: a whole program. */
export interface Example {
  /** The file, and the number of the example in it. */
  readonly name: string;
  /** The words after the three backticks. */
  readonly info: string;
  readonly code: string;
}

/** The engine that an example connects to. */
export function engineOf({ code }: Example): "redis" | "nats" | undefined {
  if (code.includes("NATS_URL")) return "nats";
  return code.includes("REDIS_URL") ? "redis" : undefined;
}

/** What a test of an example has at the end of its title, where the engine is missing. */
export function needOf(example: Example): string {
  const engine = engineOf(example);
  return engine === undefined || hasEngine(engine) ? "" : ` [needs ${engine}-server]`;
}

/** The engine of an example, and how it learns where that is. */
export async function withEngine(
  example: Example,
): Promise<{ env: Record<string, string> } & AsyncDisposable> {
  const name = engineOf(example);
  const cluster = /\b[cC]luster\b|createCluster/.test(example.code);
  const engine = cluster ? await clusterOfOne() : name && await TestEngine.create(name);
  return {
    env: engine ? { [`${engine.name.toUpperCase()}_URL`]: engine.url } : {},
    async [Symbol.asyncDispose]() {
      await engine?.[Symbol.asyncDispose]();
    },
  };
}

/** The fenced blocks of a Markdown text. */
export function fencesIn(file: string, text: string): Example[] {
  return [...text.matchAll(/^```(.*)\n([^]*?)^```$/gm)].map(([, info, code], index) => ({
    name: `${file} #${index + 1}`,
    info: info!,
    code: code!,
  }));
}

/** The examples in the docstrings of a file of the project. */
export function examplesOf(file: string): Example[] {
  const docs = Deno.readTextFileSync(new URL(file, root)).match(/\/\*\*[^]*?\*\//g) ?? [];
  const text = docs.map((doc) => doc.replaceAll(/^ *\* ?/gm, "")).join("\n");
  return fencesIn(file, text);
}

const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
const exports: Record<string, string> = config.exports;

/** The name of the file that an example gets. */
export function fileOf({ name }: Example): string {
  return `${name.replaceAll(/\W+/g, "_")}.ts`;
}

/** A folder with examples, and with what Bun resolves their imports to: Hono, and `packages`. */
export async function playground(examples: readonly Example[], packages: readonly string[] = []) {
  const folder = await Deno.makeTempDir({ prefix: "edgesocket_docs_" });
  const path = (example: Example) => `${folder}/${fileOf(example)}`;
  for (const example of examples) await Deno.writeTextFile(path(example), example.code);

  const entries = Object.entries(exports).flatMap(([entry, file]) => [
    [config.name as string, entry, file] as const,
    ["edgesocket", entry, file] as const,
  ]);
  entries.push(["@std/assert", ".", "tests/support/assert.ts"]);
  for (const [name, entry, file] of entries) {
    const home = `${folder}/node_modules/${name}${entry.slice(1)}`;
    await Deno.mkdir(home, { recursive: true });
    const target = new URL(file, root).pathname;
    await Deno.writeTextFile(`${home}/index.ts`, `export * from ${JSON.stringify(target)};\n`);
  }
  const installed = Object.entries(config.imports as Record<string, string>)
    .filter(([, target]) => target.startsWith("npm:")).map(([name]) => name);
  for (const name of new Set([...installed, ...packages])) {
    const scope = name.slice(0, Math.max(0, name.lastIndexOf("/")));
    await Deno.mkdir(`${folder}/node_modules/${scope}`, { recursive: true });
    await Deno.symlink(new URL(`node_modules/${name}`, root), `${folder}/node_modules/${name}`);
  }
  return {
    root: folder,
    path,
    async [Symbol.asyncDispose]() {
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** What runs an example that comes as the last argument, with its servers on free ports. */
export async function exampleCommand(
  { name, command }: WireRuntime,
  packages: Record<string, string> = {},
): Promise<readonly string[]> {
  const flags = name === "deno" ? [`--import-map=${await offlineImports(packages)}`] : [];
  return [...command, ...flags, RUNNER];
}

/** Starts an example that is a server; `packages`: what it imports beside us and Hono. */
export async function startExample(
  runtime: WireRuntime,
  path: string,
  packages: Record<string, string> = {},
  env: Record<string, string> = {},
): Promise<ProcessServer> {
  const command = await exampleCommand(runtime, packages);
  return await ProcessServer.start({ command }, env, new URL(`file://${path}`));
}
