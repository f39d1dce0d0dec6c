import { checkHostOptions, ServerState } from "../server/server_state.ts";
import { currentAdapter } from "./current.ts";

let state: ServerState | undefined;

/**
 * Who counts and reports for a hand-written `Deno.serve` or `Bun.serve`, which nobody wraps: one for
 * all of them, made when the first connection wants it.
 *
 * @throws {Error} If the runtime is neither Deno nor Bun.
 */
export function bareServer(): ServerState {
  return state ??= new ServerState(checkHostOptions({}), currentAdapter());
}
