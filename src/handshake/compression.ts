import { checkBytes, checkNames } from "../base/options.ts";
import { typeOf, usageError } from "../base/usage_error.ts";

/** Which messages are compressed for clients that offer it. */
export interface CompressionOptions {
  /**
   * Bytes from which on a message is compressed; text counts as UTF-8. Short ones would get longer.
   *
   * @default {1024}
   */
  readonly threshold?: number | undefined;
}

/**
 * Bytes from which on messages are compressed. As an option of a server: `undefined` for never. On a
 * route, `false` is for never too, and `undefined` if its server compresses nothing at all.
 */
export type Threshold = number | false | undefined;

const THRESHOLD = 1_024;

/**
 * Checks the option `compression` of a server or of a route.
 *
 * @throws {TypeError} If it is of another type, or has another name in it.
 * @throws {RangeError} If the threshold is out of range.
 */
export function checkCompression(
  option: boolean | CompressionOptions | undefined,
): number | boolean | undefined {
  if (option === undefined || typeof option === "boolean") return option;
  if (typeof option !== "object" || option === null) {
    throw usageError("use option compression", "true, false or { threshold }", typeOf(option));
  }
  checkNames("compression", option, ["threshold"]);
  return checkBytes("compression.threshold", option.threshold ?? THRESHOLD);
}

/**
 * The same for a server: bytes from which on it compresses; `undefined` for never.
 *
 * @throws {TypeError} If it is of another type, or has another name in it.
 * @throws {RangeError} If the threshold is out of range.
 */
export function serverThreshold(
  option: boolean | CompressionOptions | undefined,
): number | undefined {
  const checked = checkCompression(option);
  return checked === true ? THRESHOLD : checked || undefined;
}

/** What a route whose checked option is `own` does on a server that compresses from `servers` on. */
export function routeThreshold(
  own: number | boolean | undefined,
  servers: number | undefined,
): Threshold {
  if (servers === undefined) return undefined;
  return own === undefined || own === true ? servers : own;
}
