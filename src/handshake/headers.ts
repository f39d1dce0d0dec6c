import { usageError } from "../base/usage_error.ts";
import { isToken } from "./field_value.ts";

/** Headers of the 101 response, in any of the shapes that `new Headers()` takes. */
export type HeadersOption =
  | Headers
  | Readonly<Record<string, string>>
  | readonly (readonly [string, string])[];

/**
 * Whether the handshake or HTTP itself owns a header of the 101, so that nobody else may set it.
 *
 * Source: RFC 6455 §4.2.2; RFC 7230 §3.3 (a 101 has no body).
 */
export function isReserved(name: string): boolean {
  return /^(connection|upgrade|sec-websocket-.*|content-length|transfer-encoding)$/i
    .test(name);
}

/** RFC 7230 §3.2: what travels as it is. Runtimes differ on the rest. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Reads `options.headers`.
 *
 * @throws {TypeError} If a name or value is not fit for a header, or the handshake owns it.
 */
export function parseHeaders(option: HeadersOption | undefined): Headers | undefined {
  if (option === undefined) return;
  const headers = new Headers();
  for (const [name, value] of pairs(option)) {
    if (typeof name !== "string" || !isToken(name)) {
      throw usageError("use option headers", "a token as name", JSON.stringify(name));
    }
    if (isReserved(name)) {
      throw usageError(
        "use option headers",
        "headers that the handshake does not own",
        `"${name}"`,
      );
    }
    if (typeof value !== "string" || !VALUE.test(value)) {
      throw usageError(
        "use option headers",
        `a string of Latin-1 without CR, LF, NUL and other control characters for "${name}"`,
        JSON.stringify(value),
      );
    }
    headers.append(name, value);
  }
  return headers;
}

/**
 * What may travel on the 101, several `Set-Cookie` one by one.
 *
 * @throws {TypeError} If a value holds a control character: Deno would end the process over it.
 */
export function allowedHeaders(headers: Headers): [name: string, value: string][] {
  const allowed: [string, string][] = [];
  for (const [name, value] of headers) {
    if (isReserved(name)) continue;
    if (!VALUE.test(value)) {
      throw usageError(
        "upgrade",
        `no control characters in the header "${name}"`,
        JSON.stringify(value),
      );
    }
    allowed.push([name, value]);
  }
  return allowed;
}

function pairs(
  option: HeadersOption,
): Iterable<readonly [string, string]> {
  if (typeof option !== "object" || option === null) {
    throw usageError("use option headers", "headers", typeof option);
  }
  return Symbol.iterator in option ? option : Object.entries(option);
}
