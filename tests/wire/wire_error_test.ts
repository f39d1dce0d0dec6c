import { assert, assertEquals } from "@std/assert";
import { malformed, protoKey, tooLarge, WireError } from "../../src/wire/wire_error.ts";

Deno.test("a WireError is an error with a name", () => {
  const error = new WireError("text");
  assert(error instanceof Error);
  assertEquals(`${error}`, "WireError: text");
});

Deno.test("the texts say what was expected", () => {
  assertEquals(`${malformed("x", "y")}`, "WireError: Cannot read a message: expected x, got y");
  assertEquals(`${tooLarge(32768)}`, "WireError: The maximum message size of 32768B was exceeded.");
  assertEquals(
    `${protoKey()}`,
    "WireError: Cannot read a message: expected no key __proto__, got one",
  );
});
