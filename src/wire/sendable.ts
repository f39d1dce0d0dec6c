import { typeOf, usageError } from "../base/usage_error.ts";

/** What JSON makes empty objects of, whatever is in it; of errors, all but what was added to them. */
const EMPTIED = [Map, Set, WeakMap, WeakSet, Promise, RegExp, Error] as const;

/**
 * Checks an object that is no list: whether what is sent of it is all of it, and harms no client.
 *
 * @throws {TypeError} If it is one of which JSON would make an empty object: a Map, a promise that
 * nobody has awaited, an error; or if it has a key `__proto__`, at which clients end the connection.
 */
export function checkSendable(value: object): void {
  const Kind = EMPTIED.find((Kind) => value instanceof Kind);
  if (Kind !== undefined) {
    // Nobody waits for it. A rejection that nobody hears of would end the process.
    if (value instanceof Promise) value.catch(() => {});
    throw unsendable(value, `${Kind === Error ? "an" : "a"} ${Kind.name}`);
  }
  if (Object.hasOwn(value, "__proto__")) throw unsendable(value, "an object with a key __proto__");
}

/** The error for a value that the other side would not get, or would get as another one. */
export function unsendable(value: unknown, got: string = `a ${typeOf(value)}`): Error {
  return usageError("send a value to the other side of a hub", "what JSON can carry", got);
}
