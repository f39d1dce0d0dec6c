import type { Adapter } from "./adapter.ts";
import { bunAdapter } from "./adapters/bun.ts";
import { denoAdapter } from "./adapters/deno.ts";

/**
 * The adapter of the runtime that runs us.
 *
 * @throws {Error} If there is none for it.
 */
export function currentAdapter(): Adapter {
  const adapter = [denoAdapter, bunAdapter].find((candidate) => candidate.detect());
  if (adapter) return adapter;
  throw new Error(
    "Cannot serve WebSockets: edgesocket runs on Deno and on Bun, and this is neither",
  );
}
