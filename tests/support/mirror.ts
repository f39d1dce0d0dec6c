import { root } from "./command.ts";

const SRC = new URL("src/", root);

/** Files of which there is nothing to run. */
export const TYPES_ONLY = "types only";

/** Files that only hand on what others export, which `api_test.ts` lists. */
export const EXPORTS_ONLY = "exports only";

/** Conformance tests run it in processes of Node; a test of its own has yet to be written. */
export const ON_NODE = "runs in processes of Node, without a test of its own so far";

/** What has no test of its own name, with the reason. */
export const UNTESTED: Readonly<Record<string, string>> = {
  "adapters/node.ts": ON_NODE,
  "adapters/node_bun_socket.ts": ON_NODE,
  "adapters/node_http.ts": ON_NODE,
  "adapters/node_listeners.ts": ON_NODE,
  "adapters/node_peers.ts": ON_NODE,
  "adapters/node_request.ts": ON_NODE,
  "adapters/node_socket.ts": ON_NODE,
  "adapters/node_upgrade.ts": ON_NODE,
  "connection/connection.ts": TYPES_ONLY,
  "connection/connection_init.ts": TYPES_ONLY,
  "connection/events.ts": TYPES_ONLY,
  "connection/socket.ts": TYPES_ONLY,
  "hono.ts": EXPORTS_ONLY,
  "hono/context.ts": TYPES_ONLY,
  "hono/events.ts": TYPES_ONLY,
  "hono/middleware.ts": TYPES_ONLY,
  "node.ts": ON_NODE,
  "server/adapter.ts": TYPES_ONLY,
  "server/report.ts": TYPES_ONLY,
  "testing.ts": EXPORTS_ONLY,
};

/** What has one, in whose process its lines do not run, with the reason. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  "adapters/node_attach.ts": ON_NODE,
  "adapters/bun.ts": "runs in processes of Bun",
  "adapters/bun_socket.ts": "runs in processes of Bun",
};

/** The modules of `src/`, such as `base/clock.ts`. */
export function modules(): string[] {
  return [...filesIn(SRC)].sort();
}

/** The test of a module, such as `tests/base/clock_test.ts`. */
export function testOf(module: string): string {
  return `tests/${module.replace(/\.ts$/, "_test.ts")}`;
}

/** The files of a folder and all below, as paths in it. */
export function* filesIn(folder: URL, prefix = ""): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* filesIn(new URL(`${name}/`, folder), `${prefix}${name}/`);
    else if (name.endsWith(".ts")) yield prefix + name;
  }
}
