import type { Mutations } from "./mutation.ts";

/** Changes to src/adapters/. */
export const adapters: Mutations = {};
