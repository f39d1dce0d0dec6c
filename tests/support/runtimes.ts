import { bunAdapter } from "../../src/adapters/bun.ts";
import { denoAdapter } from "../../src/adapters/deno.ts";
import { MemoryAdapter } from "../../src/adapters/memory.ts";
import { ABILITIES } from "../../src/adapters/node.ts";
import type { Abilities } from "../../src/connection/socket.ts";
import { ABILITIES as WORKERS } from "../../src/adapters/workers.ts";
import { bundled } from "./bundle.ts";
import { type Column, type GapName, type Pinned, pinned } from "./gaps.ts";
import { MemoryServer } from "./memory_server.ts";
import { FIXTURE, ProcessServer } from "./process_server.ts";
import type { Env, TestServer } from "./server.ts";
import { WorkersServer } from "./workers_server.ts";

/** How a server is started: by `serve`, around `handler`, by the runtime's own means, by `attach`. */
export type Mode = "serve" | "handler" | "bare" | "attach";

/** What the suites take: something that runs servers under test. */
export interface Runtime {
  /** For titles. What to expect follows from the abilities and the gaps. */
  readonly name: string;
  readonly abilities: Abilities;
  readonly modes: readonly Mode[];
  /** What it does instead of what we want; `undefined` if there is no such gap. */
  gap<N extends GapName>(name: N): Pinned<N> | undefined;
  start(env?: Env): Promise<TestServer>;
}

/** A runtime with sockets and processes. */
export interface WireRuntime<Name extends Column = Column> extends Runtime {
  readonly name: Name;
  /** The program and its first arguments; the script comes next. */
  readonly command: readonly string[];
  /** Starts the process around an app, or another script, behind the words of `prefix`. */
  start(env?: Env, script?: URL, prefix?: readonly string[]): Promise<ProcessServer>;
}

interface WireOptions {
  readonly modes: readonly Mode[];
  /** What its servers are told at the start, beside what a test says. */
  readonly env?: Env;
  /** Makes of a script what the runtime can run. */
  readonly build?: (script: URL) => Promise<URL>;
}

function wire<Name extends Column>(
  name: Name,
  abilities: Abilities,
  command: readonly string[],
  { modes, env: common = {}, build = (script) => Promise.resolve(script) }: WireOptions,
): WireRuntime<Name> {
  return {
    name,
    abilities,
    command,
    modes,
    gap: (gap) => pinned(name, gap),
    async start(env, script = FIXTURE, prefix = []) {
      const program = await build(script);
      return ProcessServer.start(
        { command: [...prefix, ...command] },
        { ...common, ...env },
        program,
      );
    },
  };
}

/** What `serve` of "." runs on. */
const NATIVE: WireOptions = { modes: ["serve", "handler", "bare"] };

/** What runs the entry for Node. */
const THROUGH_NODE: WireOptions = { modes: ["serve", "handler", "attach"], env: { ENTRY: "node" } };

/** The Deno that runs the tests. */
export const deno = wire("deno", denoAdapter.abilities, [
  Deno.execPath(),
  "run",
  "--quiet",
  "--no-lock",
  "--allow-all",
  "--v8-flags=--expose-gc",
], NATIVE);

/** The Bun that the test command found, or the one on the PATH. */
export const bun = wire("bun", bunAdapter.abilities, [Deno.env.get("BUN") ?? "bun"], NATIVE);

/** The Node of the PATH, which takes no TypeScript. */
export const node = wire("node", ABILITIES.node, ["node", "--expose-gc"], {
  ...THROUGH_NODE,
  build: bundled,
});

/** Deno through the entry for Node: the strict mode. */
export const strict = wire("strict", ABILITIES.deno, deno.command, THROUGH_NODE);

/** Bun through the entry for Node, for programs that are written for that. */
export const bunNode = wire("bun-node", ABILITIES.bun, bun.command, THROUGH_NODE);

/** The memory adapter in the process of the tests: no network, and nothing that it does instead. */
export const memory: Runtime = {
  name: "memory",
  abilities: new MemoryAdapter().abilities,
  // Nobody but us wraps its servers.
  modes: ["serve", "handler"],
  gap: () => undefined,
  start: (env = {}) => Promise.resolve(new MemoryServer(env)),
};

/** Cloudflare's workerd, by miniflare: a Durable Object, or a Worker with `MODE=handler`. */
export const workers: Runtime = {
  name: "workers",
  abilities: WORKERS,
  modes: ["serve", "handler"],
  gap: (gap) => pinned("workers", gap),
  start: (env) => WorkersServer.start(env),
};

/** The runtimes that "." serves on. */
export const nativeRuntimes: readonly WireRuntime<"deno" | "bun">[] = [deno, bun];

/** Every runtime that has bytes on a wire. */
export const wireRuntimes: readonly WireRuntime[] = [
  ...nativeRuntimes,
  node,
  strict,
  bunNode,
];

/** Every runtime that the behaviour has to be the same on. */
export const runtimes: readonly Runtime[] = [...wireRuntimes, memory, workers];
