import type { Mutations } from "./mutation.ts";

/** Changes to src/native/. */
export const native: Mutations = {};
