import type { Mutations } from "./mutation.ts";

/** Changes to src/hono/. */
export const hono: Mutations = {};
