import { isPromise } from "../base/contain.ts";
import { type InnerEvents, SHUTTING_DOWN } from "../connection/connection_view.ts";
import type { WebSocketEvents } from "../connection/events.ts";
import { requestState } from "../server/request_state.ts";

/** Keeps work of a request running after its end: `waitUntil` of the runtime. */
export type Last = (work: Promise<unknown>) => void;

/**
 * Lets the handlers of the connection that a request opens finish, and the rest of a pipeline that is
 * held: as soon as its socket has closed, the runtime ends whatever a request still does, an `onClose`
 * that writes to a database for example.
 *
 * @param request As a pipeline gets it, before the pipeline runs.
 */
export function letFinish(request: Request, last: Last): void {
  const state = requestState(request);
  if (state?.opening === undefined) return;
  const { hold, server: { held } } = state;
  // Called with what the route leaves behind, whether the pipeline is held or not.
  state.hold = (pending, response) => {
    const lasting = { ...pending, events: lastingEvents(pending.events, last, held) };
    state.pending = lasting;
    return hold?.(lasting, response) ?? response;
  };
}

/**
 * The same events, of which `last` gets whatever takes its time.
 *
 * @param held What else goes on after the end.
 */
export function lastingEvents(
  events: WebSocketEvents,
  last: Last,
  held: ReadonlySet<Promise<unknown>>,
): WebSocketEvents {
  const lets = (...work: readonly unknown[]) => {
    const promises = work.filter(isPromise);
    // What rejects is told elsewhere.
    if (promises.length > 0) last(Promise.allSettled(promises));
    return work[0];
  };
  const lasting: InnerEvents = {
    onClose: (event, connection) => lets(events.onClose?.(event, connection), ...held),
  };
  // Who has no `onMessage` reads by a loop.
  for (const name of ["onOpen", "onMessage", "onError"] as const) {
    if (events[name] === undefined) continue;
    lasting[name] = (event: never, connection) => lets(events[name]?.(event, connection));
  }
  if (SHUTTING_DOWN in events) {
    lasting[SHUTTING_DOWN] = () => (events as InnerEvents)[SHUTTING_DOWN]?.();
  }
  return lasting;
}
