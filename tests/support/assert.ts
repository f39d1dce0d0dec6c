/**
 * The part of `@std/assert` that the tests use, on `node:assert`: the stand-in for networks that
 * do not reach JSR.
 */
import { deepStrictEqual, fail as nodeFail, ok, strictEqual } from "node:assert";

/** Throws unless `expr` is truthy. */
export function assert(expr: unknown, message?: string): asserts expr {
  ok(expr, message as string);
}

/** Throws unless both are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  deepStrictEqual(actual, expected, message as string);
}

/** Throws unless both are the same value. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  message?: string,
): asserts actual is T {
  strictEqual(actual, expected, message as string);
}

/** Throws if `actual` is `null` or `undefined`. */
export function assertExists<T>(actual: T, message?: string): asserts actual is NonNullable<T> {
  ok(actual !== null && actual !== undefined, message as string);
}

/** Throws unless `actual` contains `expected`. */
export function assertStringIncludes(actual: string, expected: string, message?: string): void {
  ok(actual.includes(expected), message ?? `expected "${actual}" to contain "${expected}"`);
}

/** Throws unless `actual` matches `expected`. */
export function assertMatch(actual: string, expected: RegExp, message?: string): void {
  ok(expected.test(actual), message ?? `expected "${actual}" to match ${expected}`);
}

/** Throws unless `actual` is greater than `expected`. */
export function assertGreater<T>(actual: T, expected: T, message?: string): void {
  ok(actual > expected, message ?? `expected ${actual} > ${expected}`);
}

/** Throws unless `actual` is less than `expected`. */
export function assertLess<T>(actual: T, expected: T, message?: string): void {
  ok(actual < expected, message ?? `expected ${actual} < ${expected}`);
}

/**
 * Throws unless `fn` throws an error of this class whose message contains the text. The class must be
 * named: any error at all proves little.
 */
export function assertThrows<E extends Error>(
  fn: () => unknown,
  // deno-lint-ignore no-explicit-any -- the signature of @std/assert
  ErrorClass: abstract new (...args: any[]) => E,
  includes = "",
): E {
  try {
    fn();
  } catch (error) {
    return checked(error, ErrorClass, includes);
  }
  return nodeFail("expected a throw, got none");
}

/** Throws unless the promise of `fn` is rejected with an error of this class and text. */
export async function assertRejects<E extends Error>(
  fn: () => PromiseLike<unknown>,
  // deno-lint-ignore no-explicit-any -- the signature of @std/assert
  ErrorClass: abstract new (...args: any[]) => E,
  includes = "",
): Promise<E> {
  try {
    await fn();
  } catch (error) {
    return checked(error, ErrorClass, includes);
  }
  return nodeFail("expected a rejection, got none");
}

function checked<E extends Error>(
  error: unknown,
  // deno-lint-ignore no-explicit-any -- the signature of @std/assert
  ErrorClass: abstract new (...args: any[]) => E,
  includes: string,
): E {
  ok(error instanceof ErrorClass, `expected ${ErrorClass.name}, got ${error}`);
  ok(String((error as Error).message).includes(includes), `expected "${includes}" in "${error}"`);
  return error as E;
}
