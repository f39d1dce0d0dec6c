import { typeOf, usageError } from "./usage_error.ts";

/** What an option of each type is expected to be. */
const TYPES = { boolean: "true or false", function: "a function" };

const DAY = 86_400;

/**
 * Checks that somebody reads every option: a misspelt one would do nothing, without a word.
 *
 * @param owner Whose options they are, such as `serve`.
 * @param names The options that there are.
 * @throws {TypeError} If `options` is no object, or has another name in it; says which was meant.
 */
export function checkNames(owner: string, options: unknown, names: readonly string[]): void {
  if (typeof options !== "object" || options === null) {
    throw usageError(`use options of ${owner}`, "an object", typeOf(options));
  }
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    const meant = nearest(name, names);
    const expected = meant ? `${meant} (did you mean that?)` : `one of ${names.join(", ")}`;
    throw usageError(`use options of ${owner}`, expected, name);
  }
}

/** The one of `names` that needs the fewest changes to become `name`, if these are few. */
function nearest(name: string, names: readonly string[]): string | undefined {
  let fewest = 1.1 + name.length / 6;
  let nearest: string | undefined;
  for (const candidate of names) {
    const changes = distance(name.toLowerCase(), candidate.toLowerCase());
    if (changes < fewest) {
      fewest = changes;
      nearest = candidate;
    }
  }
  return nearest;
}

/** How many characters to insert, drop, replace or swap (Damerau and Levenshtein). */
function distance(from: string, to: string): number {
  const row = (i: number) => Array.from({ length: to.length + 1 }, (_, j) => i || j);
  let before: number[] = [];
  let last = row(0);
  for (let i = 1; i <= from.length; i++) {
    const next = row(i);
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      next[j] = Math.min(next[j - 1]! + 1, last[j]! + 1, last[j - 1]! + (same ? 0 : 1));
      const swapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (swapped) next[j] = Math.min(next[j]!, before[j - 2]! + 1);
    }
    before = last;
    last = next;
  }
  return last[to.length]!;
}

/**
 * Checks the type of an option, if it is given.
 *
 * @throws {TypeError} If it is of another type.
 */
export function checkOption(name: string, value: unknown, type: keyof typeof TYPES): void {
  if (value === undefined || typeof value === type) return;
  throw usageError(`use option ${name}`, TYPES[type], typeOf(value));
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
  if (typeof value !== "number") throw usageError(`use option ${name}`, range, typeOf(value));
  if (!fits) throw usageError(`use option ${name}`, range, value, RangeError);
  return value;
}
