import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "npm:@opentelemetry/context-async-hooks@2.12.0";
import { W3CTraceContextPropagator } from "npm:@opentelemetry/core@2.12.0";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "npm:@opentelemetry/sdk-trace-base@2.12.0";

/** The real SDK of OpenTelemetry for traces, set for the whole program until it is disposed of. */
export class Spans implements Disposable {
  readonly #exporter = new InMemorySpanExporter();
  readonly provider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(this.#exporter)],
  });

  constructor() {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    trace.setGlobalTracerProvider(this.provider);
  }

  /** The spans that have ended, in this order. */
  async ended(): Promise<readonly ReadableSpan[]> {
    await this.provider.forceFlush();
    return this.#exporter.getFinishedSpans();
  }

  [Symbol.dispose](): void {
    context.disable();
    propagation.disable();
    trace.disable();
  }
}

/** The trace, and the span, of whatever runs now. */
export function running(): readonly [trace: string, span: string] | undefined {
  const span = trace.getActiveSpan()?.spanContext();
  return span && [span.traceId, span.spanId];
}
