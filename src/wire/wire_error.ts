/**
 * What arrived is not the hub protocol, or more than its limits allow. The connection cannot go on:
 * where the next message begins is not known any more. Where ASP.NET Core's server has a text for
 * the mistake, the message is that text.
 */
export class WireError extends Error {
  /** Tells it from other errors in a log. */
  override readonly name = "WireError";
}

/** The error for bytes that are no message, where ASP.NET Core has no text of its own. */
export function malformed(expected: string, got: string): WireError {
  return new WireError(`Cannot read a message: expected ${expected}, got ${got}`);
}

/** The error for a message that is larger than it may be. */
export function tooLarge(maxMessageSize: number): WireError {
  return new WireError(`The maximum message size of ${maxMessageSize}B was exceeded.`);
}

/**
 * The error for an object with the key `__proto__`: copied by a careless program, it would change the
 * prototype of what it is copied to.
 */
export function protoKey(): WireError {
  return malformed("no key __proto__", "one");
}
