import { bunAdapter } from "../../src/adapters/bun.ts";
import { denoAdapter } from "../../src/adapters/deno.ts";
import { MemoryAdapter } from "../../src/adapters/memory.ts";
import type { Abilities } from "../../src/connection/socket.ts";
import { type Column, type GapName, type Pinned, pinned } from "./gaps.ts";
import { MemoryServer } from "./memory_server.ts";
import { ProcessServer } from "./process_server.ts";
import type { Env, TestServer } from "./server.ts";

/** How a server is started: by `serve`, around `handler`, or by the runtime's own means. */
export type Mode = "serve" | "handler" | "bare";

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
export interface WireRuntime extends Runtime {
  readonly name: Column;
  /** The program and its first arguments; the script comes next. */
  readonly command: readonly string[];
  /** Starts the process around an app, or another script. */
  start(env?: Env, script?: URL): Promise<ProcessServer>;
}

function wire(name: Column, abilities: Abilities, command: readonly string[]): WireRuntime {
  return {
    name,
    abilities,
    command,
    modes: ["serve", "handler", "bare"],
    gap: (gap) => pinned(name, gap),
    start: (env, script) => ProcessServer.start({ command }, env, script),
  };
}

/** The Deno that runs the tests. */
export const deno = wire("deno", denoAdapter.abilities, [
  Deno.execPath(),
  "run",
  "--quiet",
  "--no-lock",
  "--allow-all",
  "--v8-flags=--expose-gc",
]);

/** The Bun that the test command found, or the one on the PATH. */
export const bun = wire("bun", bunAdapter.abilities, [Deno.env.get("BUN") ?? "bun"]);

/** The memory adapter in the process of the tests: no network, and nothing that it does instead. */
export const memory: Runtime = {
  name: "memory",
  abilities: new MemoryAdapter().abilities,
  // Nobody but us wraps its servers.
  modes: ["serve", "handler"],
  gap: () => undefined,
  start: (env = {}) => Promise.resolve(new MemoryServer(env)),
};

/** Every runtime that has bytes on a wire. */
export const wireRuntimes: readonly WireRuntime[] = [deno, bun];

/** Every runtime that the behaviour has to be the same on. */
export const runtimes: readonly Runtime[] = [...wireRuntimes, memory];
