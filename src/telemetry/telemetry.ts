import { type Meter, metrics } from "@opentelemetry/api";
import { everyInBackground } from "../adapters/background_timer.ts";
import { contain } from "../base/contain.ts";
import { logError } from "../base/log_error.ts";
import { checkNames, checkOption, checkSeconds } from "../base/options.ts";
import { typeOf, usageError } from "../base/usage_error.ts";
import { VERSION } from "../base/version.ts";
import { createInstruments } from "./instruments.ts";
import { type Block, LOOK, LoopWatch } from "./loop_watch.ts";
import { record } from "./recorder.ts";

/** What makes meters: a `MeterProvider` of OpenTelemetry, of whatever version of its API. */
export interface MeterSource {
  /** Makes the `Meter` of that API for a library of this name. */
  getMeter(name: string, version?: string): unknown;
}

/** Where metrics go. */
export interface TelemetryOptions {
  /**
   * What makes the meter.
   *
   * @default {metrics.getMeterProvider()} The one that your program has set for all.
   */
  readonly meterProvider?: MeterSource | undefined;
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

/** Metrics that are being made. */
export interface Telemetry {
  /** Makes no more of them. Levels such as that of active connections go back to 0. */
  stop(): void;
}

/**
 * Makes metrics of whatever servers, connections and topics of this process tell from now on: call
 * it once, before they begin.
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
  checkNames("startTelemetry", options, ["meterProvider", "blockedAfter", "onBlocked"]);
  const { meterProvider = metrics.getMeterProvider(), blockedAfter = 1, onBlocked = warn } =
    options;
  if (typeof meterProvider?.getMeter !== "function") {
    throw usageError("use option meterProvider", "a MeterProvider", typeOf(meterProvider));
  }
  checkOption("onBlocked", onBlocked, "function");
  const limit = 1000 * checkSeconds("blockedAfter", blockedAfter, 0.1);
  const instruments = createInstruments(meterProvider.getMeter("edgesocket", VERSION) as Meter);
  let told = false;
  const watch = new LoopWatch(() => performance.now(), limit, (block) => {
    instruments.blocks.add(1);
    if (told) return;
    told = true;
    contain(() => onBlocked(block), logError);
  });
  const stopRecording = record(instruments, (message) => watch.received(message));
  const stopLooking = everyInBackground(
    LOOK,
    () => instruments.loopDelay.record(watch.look() / 1000),
  );
  return {
    stop() {
      stopRecording();
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
