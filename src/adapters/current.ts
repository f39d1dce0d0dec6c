import type { ServerAdapter } from "../server/adapter.ts";
import { bunAdapter, isBun } from "./bun.ts";
import { denoAdapter, isDeno } from "./deno.ts";

/**
 * The adapter of the runtime that runs us.
 *
 * @throws {Error} If there is none for it.
 */
export function currentAdapter(): ServerAdapter {
  if (isDeno()) return denoAdapter;
  if (isBun()) return bunAdapter;
  throw new Error(
    "Cannot serve WebSockets: expected Deno or Bun; see edgesocket/node or /workers",
  );
}
