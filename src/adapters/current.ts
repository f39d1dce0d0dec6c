import type { Adapter } from "../server/adapter.ts";
import { bunAdapter } from "./bun.ts";
import { denoAdapter } from "./deno.ts";

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
