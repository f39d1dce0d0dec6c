import { typeOf, usageError } from "../base/usage_error.ts";

/**
 * Levels of lists and objects in a value that is sent. A value with a circle in it has more.
 */
export const MAX_SENT_DEPTH = 100;

/** The error for a value that the other side would not get, or would get as another one. */
export function unsendable(value: unknown): Error {
  const got = value instanceof Map ? "a Map" : value instanceof Set ? "a Set" : typeOf(value);
  return usageError("send a value to a hub or its clients", "what JSON can carry", got);
}

/** The error for a value of too many levels. */
export function tooDeepToSend(): Error {
  const expected = `lists and objects nested at most ${MAX_SENT_DEPTH} deep`;
  return usageError("send a value to a hub or its clients", expected, "deeper ones, or a circle");
}
