import { root } from "./command.ts";

const SRC = new URL("src/", root);

/** Files of which there is nothing to run. */
export const TYPES_ONLY = "types only";

/** Files that only hand on what others export, which `api_test.ts` lists. */
export const EXPORTS_ONLY = "exports only";

/** What has no test of its own name, with the reason. */
export const UNTESTED: Readonly<Record<string, string>> = {
  "brokers/cluster_client.ts": TYPES_ONLY,
  "brokers/engine.ts": TYPES_ONLY,
  "brokers/gap.ts": TYPES_ONLY,
  "brokers/history_engine.ts": TYPES_ONLY,
  "brokers/port.ts": TYPES_ONLY,
  "brokers/published.ts": TYPES_ONLY,
  "brokers/state.ts": TYPES_ONLY,
  "topics/presence.ts": TYPES_ONLY,
  "topics/subscriber.ts": TYPES_ONLY,
  "topics/subscription.ts": TYPES_ONLY,
  "topics/topics.ts": TYPES_ONLY,
  "adapters/node_http.ts": TYPES_ONLY,
  "adapters/workers_api.ts": TYPES_ONLY,
  "connection/connection.ts": TYPES_ONLY,
  "connection/connection_init.ts": TYPES_ONLY,
  "connection/connection_server.ts": TYPES_ONLY,
  "connection/diagnostics.ts": TYPES_ONLY,
  "connection/meter.ts": TYPES_ONLY,
  "connection/events.ts": TYPES_ONLY,
  "connection/socket.ts": TYPES_ONLY,
  "client.ts": EXPORTS_ONLY,
  "client/context.ts": TYPES_ONLY,
  "client/line.ts": TYPES_ONLY,
  "client/link.ts": TYPES_ONLY,
  "client/types.ts": TYPES_ONLY,
  "hono.ts": EXPORTS_ONLY,
  "hono/context.ts": TYPES_ONLY,
  "hono/events.ts": TYPES_ONLY,
  "hono/middleware.ts": TYPES_ONLY,
  "hubs.ts": EXPORTS_ONLY,
  "hubs/clients.ts": TYPES_ONLY,
  "hubs/hub.ts": TYPES_ONLY,
  "hubs/transport.ts": TYPES_ONLY,
  "hubs/wire_safe.ts": TYPES_ONLY,
  "interop.ts": EXPORTS_ONLY,
  "interop/ws_socket.ts": TYPES_ONLY,
  "limits.ts": EXPORTS_ONLY,
  "native.ts": EXPORTS_ONLY,
  "node.ts": EXPORTS_ONLY,
  "server/adapter.ts": TYPES_ONLY,
  "server/admission.ts": TYPES_ONLY,
  "server/diagnostics.ts": TYPES_ONLY,
  "telemetry.ts": EXPORTS_ONLY,
  "server/report.ts": TYPES_ONLY,
  "wire/contract.ts": TYPES_ONLY,
  "wire/messagepack_port.ts": TYPES_ONLY,
  "wire/protocol.ts": TYPES_ONLY,
  "wire/schema.ts": TYPES_ONLY,
  "testing.ts": EXPORTS_ONLY,
  "workers.ts": EXPORTS_ONLY,
};

/** What has one, in whose process its lines do not run, with the reason. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  "adapters/bun.ts": "runs in processes of Bun",
  "adapters/bun_deflate_socket.ts": "runs in processes of Bun",
  "adapters/bun_socket.ts": "runs in processes of Bun",
  "adapters/bun_websocket.ts": "runs in processes of Bun",
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
