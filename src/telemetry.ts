/**
 * Metrics of OpenTelemetry, made of what edgesocket tells on its channels of diagnostics, and traces
 * of the calls of hubs. One call switches them on; `@opentelemetry/api` is a peer.
 *
 * @example
 * ```ts
 * import { serve, upgradeWebSocket } from "@edgesocket/edgesocket";
 * import { startTelemetry } from "@edgesocket/edgesocket/telemetry";
 *
 * startTelemetry(); // to the meter provider that your program has set for all
 *
 * serve({
 *   fetch: (request) =>
 *     upgradeWebSocket(request, {
 *       onMessage: (event, connection) => connection.send(event.data),
 *     }),
 * });
 * ```
 *
 * @module
 */
export type { Block } from "./telemetry/loop_watch.ts";
export {
  type MeterSource,
  startTelemetry,
  type Telemetry,
  type TelemetryOptions,
  type TracerSource,
} from "./telemetry/telemetry.ts";
