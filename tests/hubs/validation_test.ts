import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { nextTurn } from "../../src/base/turn.ts";
import { Invalid, validated, validatedAll } from "../../src/hubs/validation.ts";
import type { Schema, SchemaIssue } from "../../src/wire/schema.ts";
import { later, number, optional, text, whatever } from "../fixtures/schemas.ts";

/** A schema that complains of everything. */
function refusing(...issues: SchemaIssue[]): Schema {
  return { "~standard": { version: 1, vendor: "tests", validate: () => ({ issues }) } };
}

const name = (index: number) => `value ${index}`;

Deno.test("a value is what its schema makes of it, at once if it can", async () => {
  assertEquals(validated(number, 5, "it"), 5);
  const promise = validated(later(text, (value) => value.length), "abc", "it");
  assert(promise instanceof Promise);
  assertEquals(await promise, 3);
});

Deno.test("what is wrong is told with its place, at a bearable length", async () => {
  const complaints: [Schema, string][] = [
    [number, "it.here: expected a number"],
    [refusing(), "it: invalid"],
    [refusing({ message: "no" }, { message: "nor that" }), "it: no"],
    [refusing({ message: "no", path: ["a", { key: 1 }, Symbol("s")] }), "it.a.1.Symbol(s): no"],
    [refusing({ message: "x".repeat(1_000) }), `it: ${"x".repeat(200)}`],
    [refusing({ message: "no", path: ["x".repeat(1_000)] }), `it.${"x".repeat(199)}: no`],
  ];
  for (const [schema, expected] of complaints) {
    assertEquals(assertThrows(() => validated(schema, "x", "it"), Invalid).message, expected);
  }
  await assertRejects(
    () => validated(later(number, () => 1), "x", "it") as Promise<unknown>,
    Invalid,
    "it.here: expected a number",
  );
});

Deno.test("values are checked each by its own schema; one that is left out is undefined", () => {
  assertEquals(validatedAll([number, text], [1, "a"], name), [1, "a"]);
  assertEquals(validatedAll([number, optional(text)], [1], name), [1, undefined]);
  assertThrows(() => validatedAll([number, text], [1], name), Invalid, "value 1.here");
  assertEquals(validatedAll([], [], name), []);
});

Deno.test("null stands for what is left out, where it is nothing else", async () => {
  assertEquals(validatedAll([optional(text), whatever], [null, null], name), [undefined, null]);
  assertThrows(() => validatedAll([text], [null], name), Invalid, "value 0.here: expected text");
  const slow = later(optional(text), (value) => value ?? "nothing");
  assertEquals(await validatedAll([slow, number], [null, 1], name), ["nothing", 1]);
  await assertRejects(
    () => validatedAll([later(text, () => 1)], [null], name) as Promise<unknown>,
    Invalid,
    "value 0.here",
  );
});

Deno.test("of several values that are wrong one is told, and none ends the process", async () => {
  const slow = later(text, () => 1);
  // The first one fails when nobody waits for it any more: it would be nobody's.
  assertThrows(() => validatedAll([slow, number], [1, "x"], name), Invalid, "value 1.here");
  await nextTurn();
  await assertRejects(
    () => validatedAll([slow, slow, number], [1, 2, 3], name) as Promise<unknown>,
    Invalid,
    "value 0.here",
  );
  await nextTurn();
});
