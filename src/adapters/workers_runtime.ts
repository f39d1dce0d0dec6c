import type { WorkersGlobals } from "./workers_api.ts";

/** The runtime's global scope. */
export function workersGlobals(): WorkersGlobals {
  return globalThis as unknown as WorkersGlobals;
}

/** Whether this is Cloudflare's runtime. */
export function isWorkers(): boolean {
  return typeof workersGlobals().WebSocketPair === "function";
}
