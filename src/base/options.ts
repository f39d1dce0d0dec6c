import { typeOf, usageError } from "./usage_error.ts";

/** What an option of each type is expected to be. */
const TYPES = { boolean: "true or false", function: "a function", string: "a string" };

const DAY = 86_400;

/** Bytes of a mebibyte, in which options of sizes have their defaults. */
export const MIB = 1_048_576;

/**
 * Checks that somebody reads every option: a misspelt one would do nothing, without a word.
 *
 * @param owner Whose options they are, such as `serve`.
 * @param names The options that there are.
 * @throws {TypeError} If `options` is no object, or has another name in it; says which was meant.
 */
export function checkNames(owner: string, options: unknown, names: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw usageError(`use options of ${owner}`, "an object", typeOf(options));
  }
  for (const name in options) {
    if (names.includes(name)) continue;
    const meant = nearest(name, names);
    const expected = meant ? `${meant} (did you mean that?)` : `one of ${names.join(", ")}`;
    throw usageError(`use options of ${owner}`, expected, name);
  }
}

/** The options of these names that are given, whoever an object has them from. */
export function pick<T extends object>(options: T, names: readonly (keyof T)[]): Partial<T> {
  const given: Partial<T> = {};
  for (const name of names) {
    if (options[name] !== undefined) given[name] = options[name];
  }
  return given;
}

/** The one of `names` whose letters differ the least from those of `name`, if that is little. */
function nearest(name: string, names: readonly string[]): string | undefined {
  let least = 1 + name.length / 4;
  let nearest: string | undefined;
  for (const candidate of names) {
    const difference = differingLetters(name.toLowerCase(), candidate.toLowerCase());
    if (difference >= least) continue;
    least = difference;
    nearest = candidate;
  }
  return nearest;
}

/** How many letters one of two words has and the other has not, in whatever order. */
function differingLetters(one: string, other: string): number {
  let missing = 0;
  for (const letter of one) {
    const rest = other.replace(letter, "");
    if (rest === other) missing++;
    other = rest;
  }
  return missing + other.length;
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
 * Checks one thing that somebody else makes, or a list of them.
 *
 * @param method What each of them has.
 * @param maker Who makes them.
 * @throws {TypeError} If one of them is something else.
 */
export function checkMade<T extends object>(
  name: string,
  made: T | readonly T[],
  method: keyof T & string,
  maker: string,
): readonly T[] {
  const all = [made].flat() as T[];
  for (const one of all) {
    if (typeof one?.[method] === "function") continue;
    throw usageError(`use option ${name}`, `${maker}({ … }), or a list`, typeOf(one));
  }
  return all;
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
