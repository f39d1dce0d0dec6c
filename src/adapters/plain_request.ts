import { signalOf } from "./deno_signal.ts";
import { isWorkers } from "./workers_runtime.ts";

/** What Bun passes to fetch beside a request, or what frameworks put that into. */
interface Context {
  readonly server?: Context;
  timeout?(request: Request, seconds: number): void;
}

/**
 * Lets the answer to a request that asks for no WebSocket take its time: Bun ends one that is silent
 * for ten seconds.
 *
 * @param context What the runtime has passed to fetch beside it.
 */
export function takeTime(request: Request, context: unknown): void {
  // What Workers pass are the bindings of users, whatever their names are.
  if (typeof context !== "object" || context === null || isWorkers()) return;
  const { server = context } = context as Context;
  (server as Context).timeout?.(request, 0);
}

/** Aborts when the client of a request leaves, or when all of the answer is out. */
export function endOf(request: Request): AbortSignal {
  return signalOf(request);
}
