import type { Adapter } from "./adapter.ts";
import { type RequestState, requestState } from "./request_state.ts";

/** Microtasks in which a pipeline that waits for nothing has answered. */
const MICROTASKS = 40;

/**
 * Has the runtime notice if the client leaves while the pipeline runs, unless that has answered at
 * once.
 */
export function watchIfSlow(adapter: Adapter, request: Request, state: RequestState): void {
  if (adapter.watch === undefined) return;
  ifStillRunning(() => requestState(request) === state, () => {
    state.watched = true;
    adapter.watch!(request);
  });
}

/**
 * Calls `task` in this turn of the event loop, unless the pipeline has answered by then: one that
 * waits for nothing takes a few microtasks, Hono's about ten. In this turn, because no client can
 * leave before the next.
 */
function ifStillRunning(runs: () => boolean, task: () => void, hops = MICROTASKS): void {
  if (!runs()) return;
  if (hops === 0) return task();
  queueMicrotask(() => ifStillRunning(runs, task, hops - 1));
}
