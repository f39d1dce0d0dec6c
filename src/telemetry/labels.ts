import type { CloseCause } from "../connection/close.ts";
import type { CallDiagnostics } from "../server/diagnostics.ts";

/** Values of a label: whatever else there is is `_OTHER`, as OpenTelemetry says for `error.type`. */
const ERRORS: ReadonlySet<string> = new Set([
  "AbortError",
  "AggregateError",
  "DataCloneError",
  "Error",
  "EvalError",
  "NotFoundError",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
  "TimeoutError",
  "TypeError",
  "URIError",
]);

const OTHER = "_OTHER";

/**
 * The `error.type` of what was thrown: one of a few, because the name of an error may be what a
 * client has sent. Never throws, whatever it was.
 *
 * Source: OpenTelemetry, semantic conventions, `error.type`.
 */
export function errorType(error: unknown): string {
  try {
    const name: unknown = error instanceof Error ? error.name : undefined;
    return typeof name === "string" && ERRORS.has(name) ? name : OTHER;
  } catch {
    return OTHER;
  }
}

/** How connections end of which nobody has to be told. */
const WELL: ReadonlySet<CloseCause> = new Set(["peer", "local", "shutdown"]);

/** The `error.type` of an end; `undefined` for one that is no error. */
export function closeErrorType(cause: CloseCause): string | undefined {
  return WELL.has(cause) ? undefined : cause;
}

/** The `error.type` of the end of a call; `undefined` for one that has got its answer. */
export function callErrorType(
  { outcome, error }: Pick<CallDiagnostics, "outcome" | "error">,
): string | undefined {
  if (outcome === "completed") return undefined;
  return outcome === "failed" ? errorType(error) : outcome;
}

/** The `rpc.method` of a call of what no hub has: OpenTelemetry, semantic conventions, `rpc.method`. */
export const UNKNOWN_METHOD = OTHER;
