import { assert, assertEquals } from "@std/assert";
import { answerError, typeOf, usageError } from "../../src/base/usage_error.ts";

Deno.test("usageError says what cannot be done, what was expected, and what came", () => {
  const error = usageError("serve", "a port", 5);
  assertEquals([error.name, error.message], ["TypeError", "Cannot serve: expected a port, got 5"]);
  assert(usageError("serve", "a port", 5, RangeError) instanceof RangeError);
});

Deno.test("typeOf tells null from an object", () => {
  const values = [null, undefined, {}, [], "x", 5, true, () => {}];
  const types = ["null", "undefined", "object", "a list", "string", "number", "boolean"];
  assertEquals(values.map(typeOf), [...types, "function"]);
});

Deno.test("answerError shows a text, and of anything else its type", () => {
  const got = (answer: unknown) => answerError("judge", "true", answer).message;
  assertEquals(got('a"b'), 'Cannot judge: expected true, got "a\\"b"');
  assertEquals(got(null), "Cannot judge: expected true, got null");
  assertEquals(got(undefined), "Cannot judge: expected true, got undefined");
  assertEquals(got({}), "Cannot judge: expected true, got object");
});

Deno.test("answerError says where to wait, and takes the rejection of a promise upon itself", async () => {
  let unhandled = 0;
  const count = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    unhandled++;
  };
  addEventListener("unhandledrejection", count);
  try {
    const { message } = answerError("judge", "true", Promise.reject(new Error("late")));
    assertEquals(
      message,
      "Cannot judge: expected true, got a promise (what needs waiting belongs in middleware before the route)",
    );
    await new Promise((resolve) => setTimeout(resolve, 10));
    assertEquals(unhandled, 0);
  } finally {
    removeEventListener("unhandledrejection", count);
  }
});
