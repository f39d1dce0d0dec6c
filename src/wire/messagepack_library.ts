import { messagePackProtocol } from "./messagepack.ts";
import type { HubProtocol } from "./protocol.ts";

/**
 * Loads `@msgpack/msgpack`, which users install beside ours if their clients ask for it. Not at the
 * top of a file: whoever has no such clients need not have it.
 *
 * @throws {Error} If it is not installed.
 */
export async function loadMessagePack(): Promise<HubProtocol> {
  // Bundlers take it for optional where its failure is caught right away.
  return messagePackProtocol(await import("@msgpack/msgpack").catch(notLoaded));
}

/** Says how to install what could not be loaded. Where it was looked for is for the log only. */
export function notLoaded(cause: unknown): never {
  throw new Error(
    "Cannot speak MessagePack: expected the package @msgpack/msgpack, got none: " +
      "npm install @msgpack/msgpack",
    { cause },
  );
}
