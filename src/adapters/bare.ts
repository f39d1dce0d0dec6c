import { checkNames, pick } from "../base/options.ts";
import { Route, ROUTE_OPTIONS, type UpgradeOptions } from "../server/route.ts";
import { checkHostOptions } from "../server/host_options.ts";
import { ServerState } from "../server/server_state.ts";
import { currentAdapter } from "./current.ts";

let state: ServerState | undefined;
let findTest: ((request: Request) => ServerState | undefined) | undefined;

/** Lets tests find somebody who answers for a request that no server has passed. */
export function answerTests(find: (request: Request) => ServerState | undefined): void {
  findTest = find;
}

/**
 * Who counts and reports for a hand-written `Deno.serve` or `Bun.serve`, which nobody wraps: one for
 * all of them, made when the first connection wants it.
 *
 * @throws {Error} If the runtime is neither Deno nor Bun.
 */
export function bareServer(request: Request): ServerState {
  return findTest?.(request) ??
    (state ??= new ServerState(checkHostOptions({}), currentAdapter()));
}

/** The options of any route, whatever its `data` is made from. */
type AnyOptions = UpgradeOptions<unknown, never>;

/**
 * Makes what finds the route with some options, which works on bare servers too. The same object is
 * read once: what upgrades inside of a handler has nowhere to keep its route.
 *
 * @param defaults What holds where the options say nothing.
 * @returns Throws a TypeError or a RangeError for options that are wrong.
 */
export function routesWith(defaults: AnyOptions = {}): (options?: AnyOptions) => Route {
  const routes = new WeakMap<AnyOptions, Route>();
  return (options = defaults) => {
    let route = routes.get(options);
    if (route === undefined) {
      route = new Route(merge(defaults, options), bareServer);
      routes.set(options, route);
    }
    return route;
  };
}

/** What is `undefined` in `options` is not given there. */
function merge(defaults: AnyOptions, options: AnyOptions): AnyOptions {
  checkNames("upgradeWebSocket", options, ROUTE_OPTIONS);
  const own = pick(options, ROUTE_OPTIONS);
  // Who names the pages that may connect does not mean every page.
  const closed = own.origin === undefined ? {} : { dangerouslyAllowAnyOrigin: undefined };
  return { ...pick(defaults, ROUTE_OPTIONS), ...closed, ...own };
}
