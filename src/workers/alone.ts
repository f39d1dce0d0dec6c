import { isWorkers } from "../adapters/workers_runtime.ts";
import { isPromise } from "../base/contain.ts";
import { isWrapped } from "../server/request_state.ts";
import { handler, type WorkersHandler } from "./handler.ts";

/** What we need of the context of an app such as one of Hono. */
interface AppContext {
  readonly req: { readonly raw: Request };
  /** The `ExecutionContext` of the Worker. Throws where there is none. */
  readonly executionCtx?: unknown;
  /** The response so far. */
  res: Response;
}

type Middleware = (c: AppContext, next: () => Promise<void>) => Promise<Response | void>;

/** Makes routes, or upgrades inside of a handler. */
type Upgrade = (
  first: unknown,
  second?: unknown,
  third?: unknown,
) => Middleware | Promise<Response>;

let worker: WorkersHandler | undefined;

/**
 * An `upgradeWebSocket` for a Worker whose app is exported as it is, without `handler`: each of its
 * requests that opens a connection gets what `handler` does for the requests of a whole app.
 *
 * @param upgrade That of Hono's entry.
 */
export function aloneInWorkers(upgrade: Upgrade): Upgrade {
  return (first, second, third) => {
    const made = typeof first === "function" ? upgrade(first, second) : undefined;
    if (made !== undefined && !isPromise(made)) {
      return (c, next) => serveAlone(c, () => made(c, next));
    }
    const run = () => upgrade(first, second, third) as Promise<Response>;
    return serveAlone(first as AppContext, run) as Promise<Response>;
  };
}

/** Runs a route for a request of which nobody has taken charge. */
async function serveAlone(
  c: AppContext,
  run: () => Promise<Response | void>,
): Promise<Response | void> {
  const { raw } = c.req;
  // The same module may run elsewhere, too.
  if (isWrapped(raw) || !isWorkers() || !raw.headers.has("upgrade")) return run();
  worker ??= handler((_request, route: () => Promise<Response>) => route());
  // What a route throws is for its app, and not for us, to answer.
  let fault: { readonly error: unknown } | undefined;
  const route = () =>
    run().catch((error) => {
      fault = { error };
      return new Response(null, { status: 500 });
    });
  const response = await worker.fetch(raw, route, contextOf(c));
  if (fault) throw fault.error;
  if (response?.status !== 101) return response;
  // All that was staged is in it. Hono would merge it in again.
  c.res = undefined as unknown as Response;
  c.res = response;
  return response;
}

function contextOf(c: AppContext): unknown {
  try {
    return c.executionCtx;
  } catch {
    return undefined;
  }
}
