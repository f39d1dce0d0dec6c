import { type Meter, metrics, trace, type Tracer } from "@opentelemetry/api";
import { everyInBackground } from "../adapters/background_timer.ts";
import { contain } from "../base/contain.ts";
import { logError } from "../base/log_error.ts";
import { checkNames, checkOption, checkSeconds } from "../base/options.ts";
import { typeOf, usageError } from "../base/usage_error.ts";
import { VERSION } from "../base/version.ts";
import { traceCalls } from "../server/call_tracer.ts";
import { callSpans } from "./call_spans.ts";
import { createInstruments } from "./instruments.ts";
import { type Block, LOOK, LoopWatch } from "./loop_watch.ts";
import { record } from "./recorder.ts";

/** What makes meters: a `MeterProvider` of OpenTelemetry, of whatever version of its API. */
export interface MeterSource {
  /** Makes the `Meter` of that API for a library of this name. */
  getMeter(name: string, version?: string): unknown;
}

/** What makes tracers: a `TracerProvider` of OpenTelemetry, of whatever version of its API. */
export interface TracerSource {
  /** Makes the `Tracer` of that API for a library of this name. */
  getTracer(name: string, version?: string): unknown;
}

/** Where metrics and traces go. */
export interface TelemetryOptions {
  /**
   * What makes the meter.
   *
   * @default {metrics.getMeterProvider()} The one that your program has set for all.
   */
  readonly meterProvider?: MeterSource | undefined;
  /**
   * What makes the tracer for calls of hubs. What a client's headers say of its trace is read by the
   * propagator that your program has set for all.
   *
   * @default {trace.getTracerProvider()} The one that your program has set for all.
   */
  readonly tracerProvider?: TracerSource | undefined;
  /**
   * Seconds for which one piece of code may keep everything else waiting.
   *
   * @default {1}
   */
  readonly blockedAfter?: number | undefined;
  /**
   * Told of the first code that took longer; the metric counts them all.
   *
   * @default {console.warn}
   */
  readonly onBlocked?: ((block: Block) => void) | undefined;
}

/** Metrics and traces that are being made. */
export interface Telemetry {
  /** Makes no more of them. Levels such as that of active connections go back to 0. */
  stop(): void;
}

/**
 * Makes metrics of whatever servers, connections, topics and hubs of this process tell from now on,
 * and traces of the calls of hubs: call it once, before they begin.
 *
 * @example Metrics for Prometheus
 * ```ts
 * import { metrics } from "@opentelemetry/api";
 * import { startTelemetry } from "@edgesocket/edgesocket/telemetry";
 *
 * // Or that of your exporter: metrics.setGlobalMeterProvider(new MeterProvider({ readers }));
 * const meterProvider = metrics.getMeterProvider();
 * const telemetry = startTelemetry({ meterProvider });
 * telemetry.stop();
 * ```
 *
 * @param options Where they go.
 * @returns What stops it.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If `blockedAfter` is out of range.
 * @throws {Error} If the runtime has no `node:diagnostics_channel`.
 */
export function startTelemetry(options: TelemetryOptions = {}): Telemetry {
  const names = ["meterProvider", "tracerProvider", "blockedAfter", "onBlocked"];
  checkNames("startTelemetry", options, names);
  const {
    meterProvider = metrics.getMeterProvider(),
    tracerProvider = trace.getTracerProvider(),
    blockedAfter = 1,
    onBlocked = warn,
  } = options;
  if (typeof meterProvider?.getMeter !== "function") {
    throw usageError("use option meterProvider", "a MeterProvider", typeOf(meterProvider));
  }
  if (typeof tracerProvider?.getTracer !== "function") {
    throw usageError("use option tracerProvider", "a TracerProvider", typeOf(tracerProvider));
  }
  checkOption("onBlocked", onBlocked, "function");
  const limit = 1000 * checkSeconds("blockedAfter", blockedAfter, 0.1);
  const instruments = createInstruments(meterProvider.getMeter("edgesocket", VERSION) as Meter);
  const spans = callSpans(tracerProvider.getTracer("edgesocket", VERSION) as Tracer);
  let told = false;
  const watch = new LoopWatch(() => performance.now(), limit, (block) => {
    instruments.blocks.add(1);
    if (told) return;
    told = true;
    contain(() => onBlocked(block), logError);
  });
  const stopRecording = record(instruments, (message) => watch.received(message));
  const stopTracing = traceCalls(spans);
  const stopLooking = everyInBackground(
    LOOK,
    () => instruments.loopDelay.record(watch.look() / 1000),
  );
  return {
    stop() {
      stopRecording();
      stopTracing();
      stopLooking();
    },
  };
}

function warn({ seconds, path }: Block): void {
  const where = path === undefined ? "" : ` after a message to ${path}`;
  console.warn(
    `edgesocket: nothing else happened for ${
      seconds.toFixed(1)
    } s${where}: expected handlers that do not block, see "Never block" in docs/operations.md`,
  );
}
