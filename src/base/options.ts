import { usageError } from "./usage_error.ts";

/** What an option of each type is expected to be. */
const TYPES = { boolean: "true or false", function: "a function" };

const DAY = 86_400;

/**
 * Checks the type of an option, if it is given.
 *
 * @throws {TypeError} If it is of another type.
 */
export function checkOption(name: string, value: unknown, type: keyof typeof TYPES): void {
  if (value === undefined || typeof value === type) return;
  throw usageError(`use option ${name}`, TYPES[type], typeof value);
}

/**
 * Checks a time option in seconds: 0.1 to a day, and 0 where `least` is 0.
 *
 * @throws {TypeError} If it is not a number.
 * @throws {RangeError} If it is out of range.
 */
export function checkSeconds(name: string, value: number, least: 0 | 0.1): number {
  const fits = (value >= 0.1 && value <= DAY) || value === least;
  return checkNumber(name, value, fits, `${least === 0 ? "0 (off) or " : ""}0.1 to ${DAY} seconds`);
}

/**
 * Checks a size option: a whole number of bytes from 1 to `most`.
 *
 * @throws {TypeError} If it is not a number.
 * @throws {RangeError} If it is out of range.
 */
export function checkBytes(name: string, value: number, most = 2 ** 31 - 1): number {
  const fits = Number.isInteger(value) && value >= 1 && value <= most;
  return checkNumber(name, value, fits, `a whole number of bytes from 1 to ${most}`);
}

/**
 * Checks a number.
 *
 * @param fits Whether it is in its range, which `range` puts into words.
 * @throws {TypeError} If it is not a number.
 * @throws {RangeError} If it is out of range.
 */
export function checkNumber(name: string, value: number, fits: boolean, range: string): number {
  if (typeof value !== "number") throw usageError(`use option ${name}`, range, typeof value);
  if (!fits) throw usageError(`use option ${name}`, range, value, RangeError);
  return value;
}
