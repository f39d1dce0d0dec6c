/** `serve` on the runtime that runs us. */
import { serve as native } from "../../mod.ts";

const { Deno: deno, Bun: bun } = globalThis as { Deno?: unknown; Bun?: unknown };

/** The one of `edgesocket`, or of `edgesocket/node` on Node. */
export const serve: typeof native = deno === undefined && bun === undefined
  ? (await import("../../src/node.ts")).serve as never
  : native;
