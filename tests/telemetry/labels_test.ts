import { assertEquals } from "@std/assert";
import {
  callErrorType,
  closeErrorType,
  errorType,
  UNKNOWN_METHOD,
} from "../../src/telemetry/labels.ts";

function named(name: unknown): Error {
  return Object.defineProperty(new Error("x"), "name", { value: name });
}

Deno.test("errors have the types that everybody has", () => {
  for (const error of [new Error("x"), new TypeError("x"), new RangeError("x")]) {
    assertEquals(errorType(error), error.name);
  }
  assertEquals(errorType(new DOMException("x", "TimeoutError")), "TimeoutError");
});

Deno.test("whatever else is thrown has one label, whoever has named it", () => {
  const hostile = Object.defineProperty(new Error("x"), "name", {
    get() {
      throw new Error("touched");
    },
  });
  for (
    const error of [
      named("room:1"),
      named(5),
      "Error",
      undefined,
      null,
      {},
      { name: "TypeError" },
      hostile,
    ]
  ) {
    assertEquals(errorType(error), "_OTHER");
  }
});

Deno.test("ends that somebody wanted are no errors", () => {
  for (const cause of ["peer", "local", "shutdown"] as const) {
    assertEquals(closeErrorType(cause), undefined);
  }
  for (const cause of ["network", "idle-timeout", "handler-error", "rate-limit"] as const) {
    assertEquals(closeErrorType(cause), cause);
  }
});

Deno.test("a call that has got its answer is no error, and others are by whose fault it was", () => {
  const error = new RangeError("x");
  assertEquals(callErrorType({ outcome: "completed", error: undefined }), undefined);
  assertEquals(callErrorType({ outcome: "failed", error }), "RangeError");
  assertEquals(callErrorType({ outcome: "failed", error: undefined }), "_OTHER");
  for (const outcome of ["refused", "cancelled"] as const) {
    assertEquals(callErrorType({ outcome, error }), outcome);
  }
  assertEquals(UNKNOWN_METHOD, "_OTHER");
});
