import type { Mutations } from "./mutation.ts";

/** Changes to src/connection/. */
export const connection: Mutations = {};
