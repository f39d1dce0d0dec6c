import { isPromise } from "../base/contain.ts";
import type { Schema, SchemaIssue, SchemaResult } from "../wire/schema.ts";

/** A value is not what its schema takes. */
export class Invalid extends Error {
  override readonly name = "Invalid";
}

/** Characters of a complaint that are shown: it may quote what a client sent. */
const SHOWN = 200;

/**
 * Checks one value.
 *
 * @param what Names the value in an error.
 * @returns What the schema makes of it, at once if the schema can.
 * @throws {Invalid} If it is not what the schema takes: thrown, or as a rejection.
 */
export function validated(
  schema: Schema,
  value: unknown,
  what: string,
): unknown {
  const result = schema["~standard"].validate(value);
  if (isPromise(result)) return Promise.resolve(result).then((later) => taken(later, what));
  return taken(result as SchemaResult<unknown>, what);
}

/**
 * Checks a list of values, each by its own schema. What is left out is `undefined`; so is `null`
 * where a schema does not take that, because encodings make `null` of it.
 *
 * @param what Names a value in an error.
 * @returns What the schemas make of them, at once if all of them can.
 * @throws {Invalid} If there are too many, or one is not what its schema takes.
 */
export function validatedAll(
  schemas: readonly Schema[],
  values: readonly unknown[],
  what: (index: number) => string,
): unknown[] | Promise<unknown[]> {
  const outcomes: unknown[] = [];
  const waiting: PromiseLike<unknown>[] = [];
  try {
    for (let i = 0; i < schemas.length; i++) {
      const outcome = optional(schemas[i]!, values[i], what(i));
      if (isPromise(outcome)) waiting.push(outcome);
      outcomes.push(outcome);
    }
  } catch (error) {
    // Nobody waits for those any more. A rejection that nobody hears of would end the process.
    for (const outcome of waiting) outcome.then(undefined, () => {});
    throw error;
  }
  return waiting.length > 0 ? Promise.all(outcomes) : outcomes;
}

function optional(schema: Schema, value: unknown, what: string): unknown {
  if (value !== null) return validated(schema, value, what);
  const result = schema["~standard"].validate(null);
  if (isPromise(result)) {
    return Promise.resolve(result).then((later) => orUndefined(schema, later, what));
  }
  return orUndefined(schema, result as SchemaResult<unknown>, what);
}

function orUndefined(schema: Schema, result: SchemaResult<unknown>, what: string): unknown {
  if (result.issues === undefined) return result.value;
  try {
    return validated(schema, undefined, what);
  } catch {
    return taken(result, what);
  }
}

function taken(result: SchemaResult<unknown>, what: string): unknown {
  if (result.issues === undefined) return result.value;
  const [first] = result.issues;
  throw new Invalid(`${what}${pathOf(first)}: ${(first?.message ?? "invalid").slice(0, SHOWN)}`);
}

/** Where in a value the fault is, such as `.user.name`. */
function pathOf(issue: SchemaIssue | undefined): string {
  return (issue?.path ?? []).map((segment) =>
    `.${String(typeof segment === "object" ? segment.key : segment)}`
  ).join("").slice(0, SHOWN);
}
