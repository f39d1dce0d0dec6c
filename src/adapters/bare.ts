import { Route, type UpgradeOptions } from "../server/route.ts";
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

/** The options of any route, whatever its `data` is made from. */
type AnyOptions = UpgradeOptions<unknown, never>;

const routes = new WeakMap<AnyOptions, Route>();
const NO_OPTIONS: AnyOptions = {};

/**
 * The route with these options, which works on bare servers too. The same object is read once: what
 * upgrades inside of a handler has nowhere to keep its route.
 *
 * @throws {TypeError} If an option is of the wrong type.
 * @throws {RangeError} If an option is out of range.
 */
export function routeOf(options: AnyOptions = NO_OPTIONS): Route {
  let route = routes.get(options);
  if (route === undefined) {
    route = new Route(options, bareServer);
    routes.set(options, route);
  }
  return route;
}
