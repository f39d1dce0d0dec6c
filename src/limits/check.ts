import { checkNumber } from "../base/options.ts";
import { usageError } from "../base/usage_error.ts";

/**
 * Checks how many there may be, if it is said.
 *
 * @throws {TypeError} If it is not a number.
 * @throws {RangeError} If it is not above 0.
 */
export function checkAmount(name: string, value: number | undefined): void {
  if (value === undefined) return;
  checkNumber(name, value, value > 0 && value < Infinity, "a number above 0");
}

/**
 * Checks the seconds for which a burst may last.
 *
 * @throws {TypeError} If it is not a number.
 * @throws {RangeError} If it is out of range.
 */
export function checkBurst(burst: number): number {
  return checkNumber("burst", burst, burst >= 1 && burst <= 3_600, "1 to 3600 seconds");
}

/**
 * Checks that a limit limits anything.
 *
 * @throws {TypeError} If not.
 */
export function checkAny(
  maker: string,
  options: Readonly<Record<string, unknown>>,
  names: readonly string[],
): void {
  if (names.some((name) => options[name] !== undefined)) return;
  throw usageError(`use ${maker}`, `one of ${names.join(", ")} at least`, "none");
}
