/**
 * The error for a developer who did something else than the documentation asks for. All of them
 * have this shape: what cannot be done, what was expected, and what came.
 */
export function mismatch(
  task: string,
  expected: string,
  got: unknown,
  Kind: new (message: string) => Error = TypeError,
): Error {
  return new Kind(`Cannot ${task}: expected ${expected}, got ${got}`);
}

/** What an option of each type is expected to be. */
const TYPES = { boolean: "true or false", function: "a function" };

/**
 * Checks the type of an option, if it is given.
 *
 * @throws {TypeError} If it is of another type.
 */
export function checkOption(name: string, value: unknown, type: keyof typeof TYPES): void {
  if (value === undefined || typeof value === type) return;
  throw mismatch(`use option ${name}`, TYPES[type], typeof value);
}
