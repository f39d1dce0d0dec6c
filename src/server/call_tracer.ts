import type { CallDiagnostics } from "./diagnostics.ts";

/** A call of a hub as whoever traces it sees it at its beginning. */
export interface TracedCall {
  /** The name of a method that the hub has. */
  readonly method: string;
  /** The headers of the message that it came in. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The part of a trace that one call is. */
export interface CallSpan {
  /** Runs the call, and whatever it leads to, as a part of the trace. */
  run(task: () => void): void;
  /** The call has ended: once. Must not throw. */
  ended(outcome: CallDiagnostics["outcome"], error: unknown): void;
}

/** Begins the part of a trace that a call is; `undefined` if it cannot. Must not throw. */
export type CallTracer = (call: TracedCall) => CallSpan | undefined;

/** The one that came last is asked. */
const tracers: CallTracer[] = [];

/** Who traces the calls of all hubs of the process; `undefined` if nobody does. */
export function callTracer(): CallTracer | undefined {
  return tracers[tracers.length - 1];
}

/** From now on, calls are traced by this, until the returned function is called. */
export function traceCalls(tracer: CallTracer): () => void {
  // Of its own for each call: the same one may be there twice.
  const own: CallTracer = (call) => tracer(call);
  tracers.push(own);
  return () => {
    const at = tracers.indexOf(own);
    if (at >= 0) tracers.splice(at, 1);
  };
}
