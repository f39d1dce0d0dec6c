import type { Mutations } from "./mutation.ts";

/** Changes to src/server/. */
export const server: Mutations = {};
