import { assertEquals, assertThrows } from "@std/assert";
import { checkShutdown } from "../../src/server/shutdown_options.ts";

Deno.test("a server goes away at once and with 1001, unless it is told otherwise", () => {
  assertEquals(checkShutdown({}), { drain: 0, code: 1001 });
  assertEquals(checkShutdown({ drain: undefined, code: undefined }), { drain: 0, code: 1001 });
  assertEquals(checkShutdown({ drain: 0.1, code: 1012 }), { drain: 100, code: 1012 });
  assertEquals(checkShutdown({ drain: 86_400 }).drain, 86_400_000);
});

Deno.test("another time, another code and other names are refused", () => {
  const refused = (options: unknown) => {
    const error = assertThrows(() => checkShutdown(options as never), Error);
    return `${error.name}: ${error.message}`;
  };
  for (const drain of [-1, 0.05, 86_401, NaN, Infinity]) {
    assertEquals(
      refused({ drain }),
      `RangeError: Cannot use option drain: expected 0 (off) or 0.1 to 86400 seconds, got ${drain}`,
    );
  }
  assertEquals(
    refused({ drain: "30" }),
    "TypeError: Cannot use option drain: expected 0 (off) or 0.1 to 86400 seconds, got string",
  );
  for (const code of [1000, 1002, 4000]) {
    assertEquals(
      refused({ code }),
      `RangeError: Cannot use option code: expected 1001 or 1012, got ${code}`,
    );
  }
  assertEquals(
    refused({ drian: 5 }),
    "TypeError: Cannot use options of shutdown: expected drain (did you mean that?), got drian",
  );
  assertEquals(
    refused(null),
    "TypeError: Cannot use options of shutdown: expected an object, got null",
  );
});
