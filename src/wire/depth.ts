import { usageError } from "../base/usage_error.ts";
import { malformed, type WireError } from "./wire_error.ts";

/** Levels of lists and objects in a message that arrives, unless a limit says otherwise: as in .NET. */
export const MAX_DEPTH = 64;

/** Levels of lists and objects in a value that is sent. A value with a circle in it has more. */
export const MAX_SENT_DEPTH = 100;

/** The error for a message that is nested deeper than it may be. */
export function tooDeep(maxDepth: number): WireError {
  return malformed(`lists and objects nested at most ${maxDepth} deep`, "deeper ones");
}

/** The error for a value that is nested deeper than it may be sent. */
export function tooDeepToSend(): Error {
  const expected = `lists and objects nested at most ${MAX_SENT_DEPTH} deep`;
  return usageError("send a value to the other side of a hub", expected, "more, or a circle");
}
