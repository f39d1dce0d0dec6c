import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import { contain } from "../base/contain.ts";
import { logError } from "../base/log_error.ts";
import type { CallSpan, CallTracer, TracedCall } from "../server/call_tracer.ts";
import { callErrorType } from "./labels.ts";

/**
 * Makes a span of each call of a hub. Its parent is what the headers of the client's message say, by
 * the propagator that the program has set for all; never what happens to run when the call begins,
 * which is another call of the client as a rule. Handlers run in the context of their span.
 */
export function callSpans(tracer: Tracer): CallTracer {
  return (call) => {
    let made: CallSpan | undefined;
    // A sampler or a processor is somebody else's: what it throws does not end the call.
    contain(() => void (made = spanOf(tracer, call)), logError);
    return made;
  };
}

function spanOf(tracer: Tracer, { method, headers }: TracedCall): CallSpan {
  const parent = propagation.extract(ROOT_CONTEXT, headers);
  const span = tracer.startSpan(method, {
    kind: SpanKind.SERVER,
    attributes: { "rpc.system.name": "signalr", "rpc.method": method },
  }, parent);
  const within = trace.setSpan(parent, span);
  return {
    run: (task) => context.with(within, task),
    ended(outcome, error) {
      const type = callErrorType({ outcome, error });
      contain(() => {
        if (type !== undefined) span.setAttribute("error.type", type);
        if (outcome === "failed") span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      }, logError);
    },
  };
}
