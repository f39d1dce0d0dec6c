import { typeOf, usageError } from "../base/usage_error.ts";

/**
 * Checks an object that is no list: whether what is sent of it is all of it, and harms no client.
 *
 * @throws {TypeError} If it is a Map or a Set, which JSON makes empty objects of; or if it has a key
 * `__proto__`, at which clients end the connection.
 */
export function checkSendable(value: object): void {
  if (value instanceof Map || value instanceof Set) throw unsendable(value);
  if (Object.hasOwn(value, "__proto__")) throw unsendable(value, "an object with a key __proto__");
}

/** The error for a value that the other side would not get, or would get as another one. */
export function unsendable(value: unknown, got: string = nameOf(value)): Error {
  return usageError("send a value to the other side of a hub", "what JSON can carry", got);
}

function nameOf(value: unknown): string {
  return value instanceof Map ? "a Map" : value instanceof Set ? "a Set" : `a ${typeOf(value)}`;
}
